"""Making, changing, ordering and deleting views, and where somebody begins. What is shared is told to the audit,
without its name and what it asks for: a player may stand there."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base.claims import hold_names
from helpdesk.base.clock import now
from helpdesk.base.errors import Conflict, DomainError, NotAllowed
from helpdesk.base.text import one_line
from helpdesk.staff.models import Role, User
from tickets.desk.saved_views.audience import Owner, audiences, may_change, owner_of
from tickets.desk.saved_views.models import LONGEST_FOLDER, LONGEST_NAME, SavedView, StartView
from tickets.desk.saved_views.selectors import views_of
from tickets.desk.saved_views.state import kept

MOST = 50  # views of one owner


@transaction.atomic
def make_view(
    *, name: str, icon: str, folder: str, whose: str, asked: QueryDict, by: User, request: HttpRequest | None = None
) -> SavedView:
    """What the queue is `asked` for, under a name; `whose`: a word of `audiences(by)`. DomainError for too much, too many, a double."""
    owner = _owner(whose, by)
    hold_names("saved views")
    _demand_room(owner)
    view = SavedView(
        **owner._asdict(),
        name=_free_name(name, owner),
        icon=icon,
        folder=one_line(folder, LONGEST_FOLDER),
        place=_last_place(owner),
        address=kept(asked, by),
        created_by=by,
        changed_by=by,
    )
    view.save()
    if view.shared:
        note_audit("views.made", by=by, subject=view, request=request, whose=whose)
    return view


@transaction.atomic
def change_view(
    view: SavedView, *, name: str, icon: str, folder: str, whose: str, revision: int, by: User, request: HttpRequest | None = None
) -> SavedView:
    """Everything but what it asks for. Conflict when somebody changed it after `revision`."""
    owner = _owner(whose, by)
    row = _locked(view, revision, by)
    facts = {"name": one_line(name, LONGEST_NAME), "icon": icon, "folder": one_line(folder, LONGEST_FOLDER), "whose": whose}
    before = {field: getattr(row, field) for field in facts} | ({"name": row.label} if row.ours else {})
    differences = changed(before, facts)
    if not differences:
        return row
    was_shared = row.shared
    if "whose" in differences:
        _demand_room(owner)
        row.place = _last_place(owner)
        row.user_id, row.team_id, row.role_id = owner
    if "name" in differences or "whose" in differences:
        row.ours = row.ours and "name" not in differences
        row.name = row.name if row.ours else _free_name(name, owner, but=row.pk)
    row.icon, row.folder = icon, facts["folder"]
    _save(row, by)
    if was_shared or row.shared:
        note_audit("views.changed", by=by, subject=row, request=request, whose=whose, fields=sorted(differences))
    return row


@transaction.atomic
def save_address(view: SavedView, *, asked: QueryDict, revision: int, by: User, request: HttpRequest | None = None) -> SavedView:
    """It asks for this from now on. Conflict as above."""
    row = _locked(view, revision, by)
    row.address = kept(asked, by)
    _save(row, by)
    if row.shared:
        note_audit("views.changed", by=by, subject=row, request=request, whose=row.whose, fields=["asks"])
    return row


@transaction.atomic
def move_view(view: SavedView, *, step: int, by: User) -> None:
    """Before (-1) or behind (1) its neighbour among the same owner's views in its folder; at an end it stays."""
    moved = _locked(view, None, by)
    row = list(SavedView.objects.filter(**owner_of(moved)._asdict(), folder=moved.folder).order_by("place", "pk"))
    at = row.index(moved)
    if not 0 <= at + step < len(row):
        return
    row[at], row[at + step] = row[at + step], row[at]
    for place, one in enumerate(row):
        one.place = place
    SavedView.objects.bulk_update(row, ["place"])


@transaction.atomic
def drop_view(view: SavedView, *, by: User, request: HttpRequest | None = None) -> dict[str, Any]:
    """Gone, and with it the beginning of those who began with it. Returns what `bring_back` needs, fit for a session."""
    row = _locked(view, None, by)
    starts = list(StartView.objects.filter(view=row).values_list("user", "role"))
    plain = ("pk", "name", "ours", "icon", "folder", "place", "address", "revision", "user_id", "team_id", "role_id", "created_by_id")
    facts, label = {field: getattr(row, field) for field in plain}, row.label
    if row.shared:
        note_audit("views.dropped", by=by, subject=row, request=request, whose=row.whose)
    row.delete()
    return facts | {"label": label, "starts": starts}


@transaction.atomic
def bring_back(facts: dict[str, Any], *, by: User, request: HttpRequest | None = None) -> SavedView:
    """The view as it was, at its old address. DomainError where its owner is gone or has no room for it, and for what is back already."""
    hold_names("saved views")
    if SavedView.objects.filter(pk=facts["pk"]).exists():
        raise Conflict(_("This view is there again."))
    starts = facts["starts"]
    view = SavedView(**{field: value for field, value in facts.items() if field not in {"label", "starts"}}, changed_by=by)
    _demand_change(view, by)
    _demand_room(owner_of(view))
    view.name = _free_name(view.name, owner_of(view))
    view.save(force_insert=True)
    for user, role in starts:
        there = User.objects.filter(pk=user) if user else Role.objects.filter(pk=role)
        if there.exists():
            StartView.objects.get_or_create(user_id=user, role_id=role, defaults={"view": view})
    if view.shared:
        note_audit("views.brought_back", by=by, subject=view, request=request, whose=view.whose)
    return view


@transaction.atomic
def begin_with(view: SavedView | None, *, by: User, role: Role | None = None, request: HttpRequest | None = None) -> None:
    """What `by` sees after sign-in, or the people of `role` who chose nothing; None: the queue. DomainError where they do not see it."""
    if role and Owner(role_id=role.pk) not in {audience.owner for audience in audiences(by)}:
        raise NotAllowed(_("You may not choose for this role."))
    if view:
        seen = owner_of(view) in {Owner(), Owner(role_id=role.pk)} if role else view.pk in {one.pk for one in views_of(by)}
        if not seen:
            raise DomainError(_("This view is not there for them."), field="view")
    who = {"role": role} if role else {"user": by}
    if view:
        StartView.objects.update_or_create(**who, defaults={"view": view})
    else:
        StartView.objects.filter(**who).delete()
    if role:
        note_audit("views.start_set", by=by, subject=role, request=request, view=view.pk if view else None)


def _owner(whose: str, by: User) -> Owner:
    for audience in audiences(by):
        if audience.word == whose:
            return audience.owner
    raise NotAllowed(_("You may not make views for them."), field="whose")


def _demand_change(view: SavedView, by: User) -> None:
    if not may_change(by, view):
        raise NotAllowed(_("You may not change this view. Save it as a new one of your own."))


def _locked(view: SavedView, revision: int | None, by: User) -> SavedView:
    """The row as it stands now, under its lock. `revision`: which one the asker has seen; None: whichever it is."""
    hold_names("saved views")
    row = SavedView.objects.select_for_update(of=("self",)).select_related("changed_by").filter(pk=view.pk).first()
    if row is None:
        raise Conflict(_("Somebody has deleted this view meanwhile."))
    _demand_change(row, by)
    if revision not in {None, row.revision}:
        words = _("%(name)s has changed this view since you opened it. Look at it as it is now, and change it then.")
        raise Conflict(words % {"name": row.changed_by or _("Somebody")})
    return row


def _save(view: SavedView, by: User) -> None:
    view.revision += 1
    view.changed_by, view.changed_at = by, now()
    view.save()


def _demand_room(owner: Owner) -> None:
    if SavedView.objects.filter(**owner._asdict()).count() >= MOST:
        raise DomainError(_("There are %(n)s views there already. Delete one first.") % {"n": MOST}, field="whose")


def _free_name(name: str, owner: Owner, *, but: int = 0) -> str:
    name = one_line(name, LONGEST_NAME)
    if not name:
        raise DomainError(_("A view needs a name."), field="name")
    if any(
        name.casefold() in {one.name.casefold(), one.label.casefold()}
        for one in SavedView.objects.filter(**owner._asdict()).exclude(pk=but)
    ):
        raise DomainError(_("There is already a view of this name."), field="name")
    return name


def _last_place(owner: Owner) -> int:
    last: int | None = SavedView.objects.filter(**owner._asdict()).aggregate(last=Max("place"))["last"]
    return 0 if last is None else last + 1
