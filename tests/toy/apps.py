from __future__ import annotations

from django.apps import AppConfig


class ToyConfig(AppConfig):
    name = "tests.toy"
    label = "toy"
    pages = "tests.toy.urls"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from helpdesk.base import personal
        from helpdesk.base.jobs import kinds
        from helpdesk.base.jobs.kinds import Kind
        from tests.toy import hears, parcels, shown, tidying  # rows must be loaded before the rooms that speak of them
        from tests.toy.personal import amounts, erase, export
        from tests.toy.rights import PLAY
        from tickets import channels, events, timers
        from tickets.events.of_messages import MessageReceived

        shown.register()
        kinds.register(Kind("toy.tidy", "Tidying", tidying.tidy, lambda _job: "All toys, one by one", right=PLAY))
        personal.keep(personal.Keeper("toy", export=export, erase=erase, amounts=amounts))
        channels.register(parcels.ParcelChannel())
        events.subscribe("toy.wishes", [MessageReceived], hears.on_received)
        timers.register(hears.REMIND, hears.remind, words=hears.foretold)
