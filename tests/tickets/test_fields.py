"""Fields of which no event tells, and the rights that fields take: who may not see a thing cannot find by it."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.base import clock
from helpdesk.base.errors import NotAllowed
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from players.services import remember_account
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket
from tests.factories.staff import somebody
from tests.tickets.deeds import answer, reply
from tickets.filters import Filter
from tickets.models import Draft, Ticket
from tickets.services.attachments import NewFile, keep_files
from tickets.services.drafts import save_draft
from tickets.surveys.models import Survey

pytestmark = pytest.mark.django_db
SEES = (Right.VIEW, Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT, Right.SEE_PLAYER_PAYMENTS, Right.SEE_ATTACHMENTS, Right.SEE_RATING)


@pytest.fixture
def olga(db: None) -> User:
    return somebody(*SEES, name="Olga Ward")


def found(reader: User, name: str, *values: str, how: str = "") -> set[Ticket]:
    return set(Ticket.objects.filter(Filter.of([(name, how, list(values))], reader).q()))


@pytest.fixture
def mira(db: None) -> Ticket:
    """A ticket of Mirabelle's, who has an account, an address and a tier; beside it stands one of somebody else's."""
    make_ticket(player=make_player("Boris", "boris@mail.example"))
    player = make_player("Mirabelle", "Mira.Belle@mail.example")
    player.tier = "whale"
    player.save()
    remember_account(player, make_game(), "KR-4711", nickname="ЁжикВТумане")
    return make_ticket(player=player)


@pytest.mark.parametrize(
    ("name", "value", "no"),
    [
        ("player_name", "mirab", "mirabo"),
        ("nickname", "ежик", "уж"),
        ("account", "KR-4711", "KR-471"),
        ("address", "mira.belle@MAIL.example", "belle@mail.example"),
        ("tier", "whale", "dolphin"),
    ],
)
def test_by_the_player(olga: User, mira: Ticket, name: str, value: str, no: str) -> None:
    assert found(olga, name, value) == {mira}
    assert found(olga, name, no) == set()


def test_an_account_counts_in_its_own_game_alone(olga: User, mira: Ticket) -> None:
    elsewhere = make_ticket(player=mira.player, game=make_game("tideborn"))

    assert found(olga, "account", "KR-4711") == {mira}
    assert found(olga, "player", str(mira.player_id)) == {mira, elsewhere}


def test_by_its_number_however_it_is_typed(olga: User, mira: Ticket) -> None:
    assert found(olga, "number", f" {mira.number.lower()} ", "ZZZZ-0000") == {mira}
    assert mira not in found(olga, "number", mira.number, how="is_not")


def test_who_has_no_tier_is_found_too(olga: User, mira: Ticket) -> None:
    assert mira not in found(olga, "tier", "none")
    assert found(olga, "tier", "none", "whale") == set(Ticket.objects.all())


def test_by_what_hangs_at_it(olga: User) -> None:
    plain, filed = make_ticket(), make_ticket()
    keep_files(filed, [NewFile("proof.txt", b"paid")], message=filed.messages.get())

    assert (found(olga, "has_file", "yes"), found(olga, "has_file", "no")) == ({filed}, {plain})
    assert found(olga, "has_file", "yes", "no") == {plain, filed}


def test_by_who_is_writing_to_it(olga: User, anna: User) -> None:
    quiet, mine, empty = make_ticket(), make_ticket(), make_ticket()
    save_draft(mine, author=olga, kind=Draft.Kind.REPLY, text="Half a thought")
    save_draft(empty, author=olga, kind=Draft.Kind.REPLY, text="")

    assert (found(olga, "draft", "me"), found(olga, "draft", str(anna.pk))) == ({mine}, set())
    assert found(olga, "draft", "nobody") == {quiet, empty}


def test_by_its_last_answer(olga: User, anna: User, travel: Travel, the_post: Post) -> None:
    ticket, unanswered = make_ticket(), make_ticket()
    first = answer(ticket, anna, travel)
    travel.forward(hours=5)
    last = answer(ticket, anna, travel, "And this.")
    reply(unanswered, anna)  # in its undo window: it has not left

    def by(how: str, at: Any) -> set[Ticket]:
        return found(olga, "last_reply", at.isoformat(), how=how)

    assert (by("at_least", last.sent_at), by("below", last.sent_at)) == ({ticket}, set())
    assert by("at_least", first.sent_at) == {ticket}
    assert by("below", last.sent_at.replace(year=2099)) == {ticket}
    assert (found(olga, "replies", "2"), found(olga, "replies", "1", how="below")) == ({ticket}, {unanswered})


def test_by_its_rating(olga: User, anna: User) -> None:
    ticket, at = make_ticket(), clock.now()
    make_ticket()
    for event, score in enumerate([5, 2], start=1):  # the last one counts
        moments = {"resolved_at": at, "expires_at": at, "answered_at": at, "changed_at": at}
        Survey.objects.create(
            ticket=ticket, resolution_event_id=event, language="en", invitation=reply(ticket, anna), score=score, **moments
        )
    Ticket.objects.filter(pk=ticket.pk).update(rating=2)

    assert found(olga, "surveys.rating", "3", how="below") == {ticket}
    assert found(olga, "surveys.rating", "3", how="at_least") == set()


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("player_name", "mira", Right.SEE_PLAYER),
        ("nickname", "ежик", Right.SEE_PLAYER),
        ("account", "KR-4711", Right.SEE_PLAYER),
        ("address", "mira.belle@mail.example", Right.SEE_PLAYER_CONTACT),
        ("tier", "whale", Right.SEE_PLAYER_PAYMENTS),
        ("has_file", "no", Right.SEE_ATTACHMENTS),
        ("surveys.rating", "1", Right.SEE_RATING),
    ],
)
def test_what_one_may_not_see_one_cannot_find_by(mira: Ticket, name: str, value: str, right: Right) -> None:
    others = [each for each in SEES if each != right]
    nina, clara = somebody(*others), somebody(Right.VIEW, right, game=make_game("tideborn"))

    with pytest.raises(NotAllowed, match="You may not filter by"):
        found(nina, name, value)
    assert found(clara, name, value) == set()  # she may, and has the right in another game
