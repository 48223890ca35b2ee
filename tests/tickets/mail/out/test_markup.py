"""What an operator types becomes clean HTML and the same words as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.mail.markup import to_html, to_text


def test_plain_typing_keeps_its_lines():
    html = to_html("Hi Tamsin,\nthe gift is on its way.\n\nBoris")

    assert html == '<p dir="auto">Hi Tamsin,<br>\nthe gift is on its way.</p>\n<p dir="auto">Boris</p>\n'
    assert to_text("Hi Tamsin,\nthe gift is on its way.\n\nBoris") == "Hi Tamsin,\nthe gift is on its way.\n\nBoris"


def test_a_line_of_dashes_and_four_spaces_are_not_markup():
    html = to_html("Order 12\n---\n    indented by a paste")

    assert "<h" not in html.replace("<hr", "")
    assert "<pre" not in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![pixel](https://spy.example/p.gif)",
        "<style>td{display:none}</style>",
        '[x](https://a.example "onmouseover=alert(1)")',
        'https://a.example/"onmouseover=alert(1)//',
    ],
)
def test_nothing_active_leaves_the_desk(attack):
    html = to_html(attack)

    for forbidden in ("<script", "<img", "<style", 'javascript:"', 'href="javascript', 'href="data', 'onmouseover="'):
        assert forbidden not in html
    assert "<a onmouseover" not in html


def test_a_bare_address_becomes_a_link_without_the_sentence_around_it():
    html = to_html("Look at https://emberfall.example/help (see https://e.example/a_(b)), please.")

    assert 'href="https://emberfall.example/help"' in html
    assert 'href="https://e.example/a_(b)"' in html
    assert ">https://emberfall.example/help</a> (see" in html


def test_the_twin_says_the_same_words():
    source = "Do **this**:\n\n1. Close the [game](https://e.example/g)\n2. Open it\n   - twice\n\n> quoted\n\n```\ncode *stays*\n```"

    assert to_text(source) == (
        "Do this:\n\n1. Close the game (https://e.example/g)\n2. Open it\n   - twice\n\n> quoted\n\n    code *stays*"
    )


def test_a_link_that_shows_its_address_is_not_told_twice():
    assert to_text("https://e.example/a and [https://e.example/b](https://e.example/b)") == "https://e.example/a and https://e.example/b"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_at_all_is_survived(text):
    html = to_html(text)
    to_text(text)

    assert "<script" not in html.lower()
    assert "<img" not in html.lower()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("words", [")", "]", ".", "(a)", "*a", "[", "`a``", "<a", "[a](b"])
def test_a_text_of_nothing_but_signs_is_drawn_in_time(words: str) -> None:
    markdown = "http://strangers.example/" + words * (100_000 // len(words))

    assert "<p" in to_html(markdown)
    assert to_text(markdown)
