"""The rights that this room adds to those of the first floors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.staff import rights

EXPORT = rights.register("ticket.export", _("Export lists of tickets"), rights.WORK)
