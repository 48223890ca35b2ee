"""The tree of topics: what hangs where. Routing, macros and risk of a topic belong to rooms above."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import note_audit
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.services.slugs import free_slug
from helpdesk.studio.models import DEEPEST, Game, Topic

Tree = dict[int, Topic]


@transaction.atomic
def make_topic(*, name: str, by: User, under: Topic | None = None, game: Game | None = None, request: HttpRequest | None = None) -> Topic:
    """A new topic, at the root or `under` another; for one game or for all. DomainError where it cannot hang there."""
    tree = _hold_still()
    topic = Topic(slug=free_slug(Topic, name), name=name, game=game)
    _demand_room(tree, topic, under)
    topic.parent = under
    topic.save()
    note_audit("studio.topic_made", by=by, subject=topic, request=request, game_id=topic.game_id, name=name)
    return topic


@transaction.atomic
def hang_topic(topic: Topic, *, under: Topic | None, by: User, request: HttpRequest | None = None) -> Topic:
    """Hang a topic, with all that is beneath it, under another one or at the root. DomainError where it cannot hang there."""
    tree = _hold_still()
    kept, before = tree[topic.pk], tree[topic.pk].parent_id
    _demand_room(tree, kept, under)
    if before != (under.pk if under else None):
        kept.parent = under
        kept.save(update_fields=["parent"])
        names = [tree[before].name if before else "", under.name if under else ""]
        note_audit("studio.topic_hung", by=by, subject=kept, request=request, game_id=kept.game_id, changes={"topic": names})
    return kept


def _hold_still() -> Tree:
    """The whole tree, locked: two moves at once cannot make a circle of two halves. Tickets may be given topics meanwhile."""
    return {topic.pk: topic for topic in Topic.objects.select_for_update(of=("self",), no_key=True).order_by("pk")}


def _demand_room(tree: Tree, topic: Topic, under: Topic | None) -> None:
    above = _way_up(tree, under)
    if topic.pk in above:
        raise DomainError(_("A topic cannot lie beneath itself."), field="under")
    if len(above) + _levels(tree, topic) > DEEPEST:
        raise DomainError(_("Topics can lie %(n)s deep at most.") % {"n": DEEPEST}, field="under")
    if under and tree[under.pk].game_id not in {None, topic.game_id}:
        raise DomainError(_("That topic is for another game only."), field="under")


def _way_up(tree: Tree, topic: Topic | None) -> list[int]:
    """The ids from a topic up to its root."""
    way, pk = [], topic.pk if topic else None
    while pk is not None and pk not in way:
        way.append(pk)
        pk = tree[pk].parent_id
    return way


def _levels(tree: Tree, topic: Topic) -> int:
    """How many levels a topic takes, with what is beneath it."""
    ways = (_way_up(tree, other) for other in tree.values())
    return max((way.index(topic.pk) + 1 for way in ways if topic.pk in way), default=1)
