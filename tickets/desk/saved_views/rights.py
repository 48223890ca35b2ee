"""The right of this room. One's own views need none."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.staff import rights

SHARE = rights.register("views.share", _("Make and change views of teams, roles and everybody"), rights.WORK)
