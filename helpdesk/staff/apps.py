from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "helpdesk.staff"
    label = "staff"
    pages = "helpdesk.staff.urls"
    verbose_name = _("Staff")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from helpdesk.base import parking
        from helpdesk.base.jobs import kinds
        from helpdesk.staff import alarms, facts, shown, staff_mail  # rows must be loaded before the rooms that speak of them
        from helpdesk.staff.services import jobs
        from helpdesk.staff.services.people import names_for

        import_module("helpdesk.staff.sign_ins")
        facts.register("who", names_for)
        kinds.ask_owners(jobs.owner)
        staff_mail.open_lot()
        shown.register()
        parking.call_for(alarms.something_is_parked)
