"""A player's name or subject inside a text of ours is words: no link, no emphasis, no list, whatever it is made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.base.text import JOINER, literal
from helpdesk.base.texts import Wording
from tickets.markup import to_html, to_text

NAMES = [
    "[You won](https://prize.example/x)", "https://prize.example", "HTTP://PRIZE.EXAMPLE", "*Ember*", "**Ember**", "_Ember_", "`Ember`",
    "- Ember", "> Ember", "1. Ember", "# Ember", "```", "~~~", "<https://prize.example>", "[a]: https://prize.example", "![a](https://prize.example/a.png)",
    "xX_Ember_Xx", "Jean-Luc", "Ольга *1*", "a\n\n- b", "{game}", "mailto:a@prize.example", "=====",
]  # fmt: skip


def html(name: str) -> str:
    return to_html(Wording(0, "en", "", "{player}, here we are.\n\nYours, {player} and {player}").filled({"player": name}).body)


def plain(name: str) -> str:
    return " ".join(name.split())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_words(name: str) -> None:
    page = html(name)

    assert set(re.findall(r"<(\w+)", page)) == {"p"}, page
    assert re.sub(r"<[^>]+>", "", page).replace(JOINER, "").count(_escaped(plain(name))) == 3


@given(st.text(alphabet="ab .*_`[]()<>/:#-+=~1\n\\!&", max_size=40))
def test_whatever_it_is_made_of(name: str) -> None:
    page = html(name)

    assert set(re.findall(r"<(\w+)", page)) <= {"p"}, page
    assert literal(name).replace(JOINER, "") == plain(name)


def test_no_mail_program_makes_a_link_of_it() -> None:
    for name in ("prize.example", "www.prize.example/x", "https://prize.example", "Приз.рф"):
        assert plain(name) not in literal(name)
    for name in ("Dr. Ember 2.0, St Ives", "3YK3-663A", "100 % Ember", "#1"):
        assert literal(name) == name  # a ticket's number can be copied and found


def test_a_subject_line_is_no_markup_and_stays_as_it_is() -> None:
    assert Wording(0, "en", "Re: {subject}", "").filled({"subject": "*a* prize.example"}).subject == "Re: *a* prize.example"


def test_the_plain_twin_says_the_same() -> None:
    body = Wording(0, "en", "", "Hello {player}!").filled({"player": "*Ember*"}).body

    assert to_text(body).replace(JOINER, "") == "Hello *Ember*!"


def _escaped(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
