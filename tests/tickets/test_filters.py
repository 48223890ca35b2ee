"""What tickets can be filtered by: the database and the log agree, whatever happened; what is wrong is refused with a word."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import Q
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import somebody
from tests.tickets.test_lifecycle_properties import DEEP, PROFILE, START, Desk
from tickets import filters
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.filters import Condition, Field, Filter, Kind, Operator, column, registered
from tickets.filters.filter import MOST_CONDITIONS, MOST_VALUES, RANGES
from tickets.models import Event, Status, Ticket
from tickets.past import state_at
from tickets.services.assign import assign
from tickets.services.edit import set_tags

pytestmark = pytest.mark.django_db
LATER = [(START + timedelta(hours=hours)).isoformat() for hours in (0, 1, 80, 400)]
PAST = [field for field in registered() if field.at is not None and "." not in field.name]  # those of the core


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.VIEW, name="Olga Ward")


class Filtered(Desk):
    """The same desk, and Anna may leave it. Every few steps some fields are asked of the rows and of the log."""

    steps = 0

    @initialize()
    def somebody_asks(self) -> None:
        self.reader = somebody(Right.VIEW, Right.SEE_NOTES)

    @rule(here=st.booleans())
    def anna_comes_or_goes(self, here: bool) -> None:
        self.anna.is_active = here
        self.anna.save(update_fields=["is_active"])

    @invariant()
    def what_always_holds(self) -> None:
        """What else holds is told in the file of that machine."""
        self.steps += 1
        if self.steps % 5 == 0:
            self.the_rows_and_the_log_agree()

    def the_rows_and_the_log_agree(self) -> None:
        reader = self.reader
        past = {ticket.pk: state_at(ticket) for ticket in Ticket.objects.all()}
        turn = PAST[self.steps // 5 % 3 :: 3]  # a third of the fields each time
        asked = [(field, how, words) for field in turn for how in field.operators for words in self.words(field, how)]
        conditions = [Condition.of(field.name, how, words, reader) for field, how, words in asked]
        alone = [Filter(reader, (condition,)) for condition in conditions]
        both = [Filter(reader, pair) for pair in pairwise(conditions)]
        for wanted in (*alone, *both):
            found = list(Ticket.objects.filter(wanted.q()).order_by("pk").values_list("pk", flat=True))
            assert found == sorted(pk for pk, ticket in past.items() if wanted.holds(ticket)), wanted

    def words(self, field: Field, how: Operator) -> list[list[str]]:
        if field.kind == Kind.MOMENT:
            return [[moment] for moment in LATER]
        some = {
            "game": ["emberfall", "nowhere"],
            "language": ["en", "ru"],
            "assignee": [str(self.anna.pk), "me", "nobody"],
            "team": [str(self.team.pk), "none"],
            "topic": ["payments", "none"],
            "status": list(Status.values),
            "priority": ["urgent", "normal"],
            "waits": ["yes", "no"],
            "tag": [str(self.tag.pk), "none", "999999"],
            "channel": ["post", "mail"],
            "pending_department": [*map(str, self.departments.values()), "none"],
            "status_before": ["new", "waiting", "answered", "resolved", "none"],
            "reopened": ["yes", "no"],
            "follow_up": ["yes", "no"],
            "started_by": ["player", "operator"],
            "topic_by": ["person", "machine", "nobody"],
            "player": [str(self.ticket(0).player_id), "999999"],
            "replies": ["0", "1", "3"],
            "author": [str(self.anna.pk), "me", "nobody"],
            "has_note": ["yes", "no"],
            "has_held": ["yes", "no"],
            "has_trouble": ["yes", "no"],
            "hold_reason": [str(self.reason), "none"],
            "overdue": ["yes", "no"],
            "promise": ["open", "broken", "none"],
        }[field.name]
        return [[word] for word in some] + ([] if how in RANGES else [some[:2]])


def test_a_filter_finds_a_ticket_exactly_if_it_holds_for_what_its_events_tell(the_post: object) -> None:
    examples = PROFILE.max_examples if DEEP else 8
    run_state_machine_as_test(Filtered, settings=settings(PROFILE, max_examples=examples))


def test_it_can_be_asked_of_any_event(olga: User) -> None:
    ticket = make_ticket()
    opened = ticket.last_event_id
    assign(ticket, to=olga, by=operator(olga))
    mine = Filter.of([("assignee", "is", ["me"])], olga)

    first, now = state_at(ticket, Event.objects.get(pk=opened)), state_at(ticket)

    assert (mine.holds(first), mine.holds(now)) == (False, True)


def test_no_row_comes_twice(olga: User) -> None:
    tags = [Tag.objects.create(name=name) for name in ("vip", "angry")]
    set_tags(make_ticket(), tags, by=operator(olga))

    assert Ticket.objects.filter(Filter.of([("tag", "is", [str(tag.pk) for tag in tags])], olga).q()).count() == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("magic", "is", ["1"]), "nothing called “magic”"),
        (("game", "at_least", ["emberfall"]), "“Game” cannot be asked for by “at_least”"),
        (("game", "'; --", ["emberfall"]), "cannot be asked for by"),
        (("status", "is", ["bogus"]), "“Status” cannot be “bogus”"),
        (("team", "is", ["1 OR 1"]), "“Team” cannot be “1 OR 1”"),
        (("team", "is", ["9" * 30]), "“Team” cannot be"),
        (("language", "is", ["e" * 201]), "“Language” cannot be"),
        (("language", "is", ["\x00"]), "“Language” cannot be"),
        (("language", "is", [""]), "“Language” cannot be"),
        (("waits", "is", ["perhaps"]), "“Waits for an answer” cannot be “perhaps”"),
        (("created", "below", ["yesterday"]), "“Opened” cannot be “yesterday”"),
        (("created", "below", ["0001-01-01T00:00:00+23:59"]), "“Opened” cannot be"),
        (("created", "below", ["2026-01-01", "2026-02-01"]), "at least one value and at most 1"),
        (("tag", "is", ["1"] * (MOST_VALUES + 1)), f"at most {MOST_VALUES}"),
        (("tag", "is", []), "at least one value"),
    ],
)
def test_what_is_wrong_is_refused_with_a_word(olga: User, said: tuple[str, str, list[str]], why: str) -> None:
    with pytest.raises(DomainError, match=why) as refused:
        Filter.of([said], olga)

    assert refused.value.field == said[0]
    told: list[DomainError] = []
    assert Filter.of([said, ("waits", "is", ["yes"])], olga, refused=told) == Filter.of([("waits", "is", ["yes"])], olga)
    assert [str(error) for error in told] == [str(refused.value)]


def test_it_takes_so_many_conditions(olga: User) -> None:
    one = ("waits", "is", ["yes"])
    Filter.of([one] * MOST_CONDITIONS, olga)

    with pytest.raises(DomainError, match=f"at most {MOST_CONDITIONS} conditions"):
        Filter.of([one] * (MOST_CONDITIONS + 1), olga)
    told: list[DomainError] = []
    assert len(Filter.of([("magic", "", [])] * 500, olga, refused=told).conditions) == 0
    assert len(told) == MOST_CONDITIONS + 1


def test_what_one_may_not_see_one_may_not_filter_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.filters.fields._fields", {})
    filters.register(Field("room.secret", "Secret", Kind.CHOICE, column("language"), lambda past: past.language, right=Right.SEE_RATING))
    ember, tide = make_game("emberfall"), make_game("tideborn")
    here, there = make_ticket(game=ember), make_ticket(game=tide)
    nina, clara = somebody(Right.VIEW), somebody(Right.VIEW, Right.SEE_RATING, game=ember)
    for how in ("is", "is_not"):
        with pytest.raises(NotAllowed, match="You may not filter by “Secret”"):
            Filter.of([("room.secret", how, ["en"])], nina)
        wanted = Filter.of([("room.secret", how, ["en" if how == "is" else "de"])], clara)
        assert [ticket.pk for ticket in Ticket.objects.filter(wanted.q())] == [here.pk]
        assert [wanted.holds(state_at(ticket)) for ticket in (here, there)] == [True, False]


def test_what_no_event_tells_is_not_guessed(olga: User) -> None:
    ticket = make_ticket(subject="My sword")
    wanted = Filter.of([("words", "has", ["sword"])], olga)

    assert visible_tickets(olga).filter(wanted.q()).get() == ticket
    with pytest.raises(DomainError, match="nobody can tell “Words”"):
        wanted.holds(state_at(ticket))
    with pytest.raises(ValueError, match="events hold no texts"):
        Field("room.text", "Text", Kind.TEXT, lambda *_: Q(), lambda past: past.language)


def test_it_is_read_aloud_in_peoples_words(olga: User) -> None:
    tag = Tag.objects.create(name="vip")
    said = [("tag", "is", [str(tag.pk), "none"]), ("waits", "is", ["no"]), ("status", "is", ["in_progress"]), ("channel", "is", ["mail"])]

    assert [condition.words for condition in Filter.of(said, olga).conditions] == ["vip, –", "no", "In progress", "Mail"]
    assert Filter.of([("created", "below", ["2026-10-05T09:00:00+00:00"])], olga).conditions[0].words.startswith("10/05/2026")
