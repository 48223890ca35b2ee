"""What the audit, the menu, the bell, the rail, the ticket's and the game's page, the probes and the numbers show of the toy room."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from helpdesk.audit import labels
from helpdesk.base import outgoing, watch
from helpdesk.base.outgoing import Service
from helpdesk.staff import menu, notices
from helpdesk.staff.menu import MenuEntry
from helpdesk.staff.models import User
from helpdesk.staff.notices import NoticeKind
from helpdesk.studio import capabilities
from helpdesk.studio.capabilities import Capability
from tests.toy.models import Wish
from tests.toy.rights import PLAY
from tickets import filters, panels, rail
from tickets.filters import Field, Kind, Listed, Operator
from tickets.filters.fields import Values
from tickets.panels import Panel
from tickets.rail import RailEntry

WISHES = watch.Number("helpdesk_toys", "Wishes for toys.", "state")


def register() -> None:
    """Called in `ready()`."""
    labels.register(actions={"toy.wished": "wished for a toy"}, subjects={"toy.wish": "wish"}, facts={"size": "size of the toy"})
    menu.register(menu.RUNNING, MenuEntry("toy:wishes", "Toy shelf", "puzzle", "What players wish for", PLAY))
    notices.register(NoticeKind("toy.wished", "A toy is wished for in %(number)s", important=True))
    rail.register(lambda _user: {"toys": Wish.objects.count()}, RailEntry("toys", "toy:wishes", "Wishes", "puzzle", PLAY))
    panels.register(Panel("toy:panel", "Toys of this player", PLAY))
    waiting = watch.Backlog("wishes", timedelta(hours=1), lambda _at: Wish.objects.filter(reminded_at=None), F("wished_at"))
    watch.register_backlog("wish", waiting)
    outgoing.register("toy", lambda: [Service("toy.maker", "The toy maker", frozenset({"toys.example"}))])
    watch.register_states("toy", lambda _at: {"toy_box": "ok"})
    watch.register_number(WISHES, lambda _at: {"reminded": Wish.objects.filter(reminded_at__isnull=False).count()})
    capabilities.register(Capability("toys", "Send toys", "Small ones."))
    filters.register(Field("toy.wishes", "Wishes", Kind.NUMBER, _so_many, right=PLAY, listed=Listed(_wishes, sort=_wishes)))


def _so_many(operator: Operator, values: Values, _reader: User) -> Q:
    """Tickets with at least, or with fewer than so many wishes. No event tells how many were forgotten: it has no past."""
    number = _wishes(_reader)
    return Q(GreaterThanOrEqual(number, values[0]) if operator == Operator.AT_LEAST else LessThan(number, values[0]))


def _wishes(_reader: User) -> Coalesce:
    wishes = Wish.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(wishes), 0)
