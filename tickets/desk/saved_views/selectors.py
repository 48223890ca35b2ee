"""Which views somebody sees, and in which order the rail shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from helpdesk.base.bounds import whole_number
from helpdesk.base.text import fold
from helpdesk.base.worded import Worded
from helpdesk.staff.models import Grant, Membership, User
from helpdesk.staff.rights import has_everywhere
from tickets.desk.saved_views.models import SavedView, StartView
from tickets.desk.saved_views.rights import SHARE
from tickets.desk.saved_views.state import HERE

IN_RAIL = 60
KEYS = 9
SHORT = 15
MOST_READ = 300  # of one's own, the teams' and roles' together


@dataclass(frozen=True, slots=True)
class Line:
    """A view in the rail. `key`: what is pressed after “g” to open it, or empty. `count`: None where it is not known,
    `slow`: since that would take too long."""

    view: SavedView
    key: str
    current: bool
    count: int | None
    slow: bool


@dataclass(slots=True)
class Folder:
    """Views that stand together; those in none stand first, without a name."""

    name: str
    lines: list[Line] = field(default_factory=list)

    @property
    def current(self) -> bool:
        return any(line.current for line in self.lines)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the rail shows; `more`: how many views it leaves to their page."""

    folders: list[Folder]
    more: int

    @property
    def short(self) -> bool:
        """Whether all folders may stand open."""
        return sum(len(folder.lines) for folder in self.folders) <= SHORT


def _seen(user: int) -> QuerySet[SavedView]:
    teams, roles = Membership.objects.filter(user=user).values("team"), Grant.objects.filter(user=user).values("role")
    own = Q(user=user) | Q(team__in=teams) | Q(role__in=roles) | Q(user=None, team=None, role=None)
    return SavedView.objects.filter(own).select_related("team", "role").order_by("place", "pk")[:MOST_READ]


_seen_by = Worded(_seen)


def views_of(user: User) -> list[SavedView]:
    """All that this person sees: their own first, then those of their teams, of their roles, and everybody's. One query."""
    return sorted(_seen_by(user.pk), key=rank)


def rank(view: SavedView) -> tuple[int, str]:
    """Among several owners; within one the rows keep their order."""
    if view.user_id:
        return 0, ""
    if view.team:
        return 1, view.team.name
    return (2, view.role.name) if view.role else (3, "")


def view_here(request: HttpRequest) -> SavedView | None:
    """The view that the address says somebody came from, if they see it. Asked once for each request, and only where one is named."""
    if "_view_here" not in vars(request):
        pk = whole_number(request.GET.get(HERE))
        vars(request)["_view_here"] = next((view for view in views_of(request.user) if view.pk == pk), None) if pk else None  # type: ignore[arg-type]  # signed in
    found: SavedView | None = vars(request)["_view_here"]
    return found


def folded(views: Iterable[SavedView]) -> list[tuple[str, list[SavedView]]]:
    """By their folders in the order of these names, those in none first."""
    found: dict[str, list[SavedView]] = {"": []}
    for view in views:
        found.setdefault(view.folder, []).append(view)
    return sorted(found.items(), key=lambda pair: fold(pair[0]))


def shelf(views: Sequence[SavedView], counts: Mapping[int, int], slow: Collection[int], here: int) -> Shelf:
    """What the rail shows to whoever sees these views and came from the one with the id `here`."""
    number, folders = 0, []
    for name, inside in folded(views[:IN_RAIL]):
        folder = Folder(name)
        for view in inside:
            number += 1
            key = str(number) if number <= KEYS else ""
            folder.lines.append(Line(view, key, view.pk == here, counts.get(view.pk), view.pk in slow))
        folders.append(folder)
    return Shelf([folder for folder in folders if folder.lines], max(0, len(views) - IN_RAIL))


def listed(user: User) -> list[SavedView]:
    """All that this person sees or may change, for the page that looks after them."""
    seen = views_of(user)
    if not has_everywhere(user, SHARE):
        return seen
    others = SavedView.objects.filter(user=None).exclude(pk__in=[view.pk for view in seen]).select_related("team", "role")
    return sorted([*seen, *others.order_by("place", "pk")[:MOST_READ]], key=rank)


def view_for(user: User, pk: int) -> SavedView:
    """One of those; else a 404 that tells nothing."""
    found = next((view for view in listed(user) if view.pk == pk), None)
    if found is None:
        raise Http404
    return found


def queue_address(view: SavedView) -> str:
    """The queue as it asks for it."""
    return f"{reverse('desk:queue')}?{view.address}{'&' if view.address else ''}{urlencode({HERE: view.pk})}"


def start_of(user: User) -> SavedView | None:
    """What this person sees after sign-in: their choice, else that of the first of their roles that has one; None: the queue."""
    views = {view.pk: view for view in views_of(user)}
    roles = Grant.objects.filter(user=user).values("role")
    starts = StartView.objects.filter(Q(user=user) | Q(role__in=roles), view__in=list(views)).order_by("user_id", "role__name", "role_id")
    chosen = starts.values_list("view", flat=True).first()
    return views[chosen] if chosen else None
