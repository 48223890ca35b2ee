"""`has:…` is another way to ask the fields that know whether there is one."""

from __future__ import annotations

import pytest
from django.utils import translation

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody
from tickets.actors import operator
from tickets.models import Draft, Ticket
from tickets.search.language import complete, parse, q_of, text_of, without
from tickets.services.attachments import NewFile, keep_files
from tickets.services.drafts import save_draft
from tickets.services.edit import set_tags
from tickets.services.reply import add_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.VIEW, Right.NOTE, Right.SEE_NOTES, Right.SEE_ATTACHMENTS, name="Olga Ward")


@pytest.fixture
def desk(olga: User) -> dict[str, Ticket]:
    """A ticket with one thing each, and a plain one."""
    made = {name: make_ticket() for name in ("plain", "file", "note", "draft", "tag")}
    keep_files(made["file"], [NewFile("proof.txt", b"paid")], message=made["file"].messages.get())
    add_note(made["note"], "Looks like fraud.", by=operator(olga))
    save_draft(made["draft"], author=olga, kind=Draft.Kind.REPLY, text="Half a thought")
    set_tags(made["tag"], [Tag.objects.create(name="refund")], by=operator(olga))
    return made


def found(text: str, desk: dict[str, Ticket], reader: User) -> set[str]:
    parsed = parse(text, reader)
    assert parsed.troubles == ()
    q = q_of(parsed.tree, reader, texts=lambda word: pytest.fail(f"{word.text} is looked for"))
    pks = set(Ticket.objects.filter(q).values_list("pk", flat=True))
    return {name for name, ticket in desk.items() if ticket.pk in pks}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("has:attachment", {"file"}),
        ("HAS:File", {"file"}),
        ("есть:файл", {"file"}),
        ("есть:заметка", {"note"}),
        ("has:has_note", {"note"}),
        ("has:draft", {"draft"}),
        ("has:tag", {"tag"}),
        ("has:note,draft,tag", {"note", "draft", "tag"}),
        ("-has:note", {"plain", "file", "draft", "tag"}),
        ("-has:note,attachment,файл", {"plain", "draft", "tag"}),
        ("-has:draft -has:tag", {"plain", "file", "note"}),
        ("has:held,failed", set()),
    ],
)
def test_it_finds_what_the_fields_find(olga: User, desk: dict[str, Ticket], text: str, names: set[str]) -> None:
    assert found(text, desk, olga) == names
    again = text_of(parse(text, olga).tree)
    assert found(again, desk, olga) == names


def test_what_cannot_be_had_is_told_with_what_can(olga: User) -> None:
    (trouble,) = parse("sword has:friends", olga).troubles

    assert str(trouble.sentence).startswith("There is no “friends” to have. What can be had: ")
    assert {"note", "held", "failed", "file", "draft", "tag"} <= set(str(trouble.sentence).rstrip(".").partition("had: ")[2].split(", "))
    with translation.override("ru"):
        (trouble,) = parse("есть:друзья", olga).troubles
        assert "заметка" in str(trouble.sentence) and "note" not in str(trouble.sentence)
    assert "cannot be asked for" in str(parse("has:>note", olga).troubles[0].sentence)


def test_what_one_may_not_see_is_not_had(desk: dict[str, Ticket]) -> None:
    nina = somebody(Right.VIEW)

    (trouble,) = parse("-has:attachment", nina).troubles

    assert "may not filter" in str(trouble.sentence)
    assert "file" not in [one.text for one in complete("has:", 4, nina)]
    assert "file" not in str(parse("has:friends", nina).troubles[0].sentence)


def test_both_halves_are_offered(olga: User) -> None:
    assert [one.text for one in complete("ha", 2, olga)][-1] == "has:"
    assert [one.text for one in complete("has:att", 7, olga)] == ["attachment"]
    assert {"tag", "draft"} & {one.text for one in complete("has:note,", 9, olga)}
    with translation.override("ru"):
        assert [one.text for one in complete("есть:за", 7, olga)] == ["заметка"]


def test_a_question_about_several_fields_is_no_condition_on_the_first(olga: User) -> None:
    assert without("has:note,tag game:emberfall", "has_note", olga) == "has:note,tag game:emberfall"
    assert without("has:note sword", "has_note", olga) == "sword"
