"""Only an answer quotes us: what a first mail shows of others is what its writer wants to show."""

from __future__ import annotations

import pytest

from tests.tickets.mail.parse.letters import letter
from tickets.mail.parse import ParsedMail, parse_mail

RECEIPT = """Hello, I paid twice, here is what they sent:

From: Gem Shop <receipts@shop.example>
Date: Tue, 14 Oct 2025 10:00
To: Anna
Subject: Your receipt of 14 October
Order 77-1201, 500 gems

Please give one payment back. My player id is EV-2207."""
TALK = "They cheated, see the chat:\n> GM: you are banned\n> me: why?\nMy id is EV-2207."
INITIALS = "The chat:\nGM> you are banned\nGM> for a week\nMy id is EV-2207."
WROTE = "On Tue, Oct 14, 2025 at 9:30 AM, Boris <boris@players.example> wrote:\nI hacked you, ha ha.\nMy id is EV-2207."
FORWARD = "Is this really from you?\n\n---------- Forwarded message ---------\nFrom: Prize <prize@scam.example>\n\nYou won. EV-2207"
DASHES = [
    "I have two problems.\n{}\nFirst: gems are gone, EV-2207.\nSecond: no login.",
    "Gems:\n{}\nWhere are the 500 gems of EV-2207 that I bought?",
]


def first(text: str, kind: str = "text/plain", **headers: str) -> ParsedMail:
    return parse_mail(letter(text, kind=kind, **headers), own_addresses=frozenset({"help@ember.example"}))


@pytest.mark.parametrize("text", [RECEIPT, TALK, INITIALS, WROTE, FORWARD])
def test_a_first_mail_quotes_nothing_of_ours(text: str):
    mail = first(text)

    assert (mail.text, mail.quoted, mail.signature, mail.answer_by) == (text, "", "", "")


def test_a_first_mail_may_show_a_quote_in_html():
    mail = first("<div>See what I got:</div><blockquote type=cite>You won, EV-2207</blockquote>", "text/html")

    assert (mail.text, mail.quoted) == ("See what I got:\n\n> You won, EV-2207\n>", "")


@pytest.mark.parametrize("dashes", ["\N{EM DASH}", "\N{EN DASH}", "--", "__"])
@pytest.mark.parametrize("text", DASHES)
def test_a_line_of_dashes_before_sentences_begins_no_signature(text: str, dashes: str):
    written = text.format(dashes)

    assert (first(written).text, first(written, in_reply_to="<desk.1@ember.example>").text) == (written, written)


def test_two_dashes_and_a_blank_begin_a_signature_whatever_follows():
    mail = first("The blue one.\n-- \nAnna plays since 2014. She is a healer.")

    assert (mail.text, mail.signature) == ("The blue one.", "--\nAnna plays since 2014. She is a healer.")


QUOTE = "The blue one.\n\nOn Tue, Oct 14, 2025 at 9:30 AM, Ember <help+t.1234@ember.example> wrote:\n\n> Which sword?"


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"in_reply_to": "<desk.1@ember.example>"}, "In-Reply-To or References"),
        ({"references": "<desk.1@ember.example>"}, "In-Reply-To or References"),
        ({"subject": "Re: My sword"}, "its subject"),
        ({"subject": "AW[2]: My sword"}, "its subject"),
        ({"subject": "Ответ: My sword"}, "its subject"),
        ({"subject": "回复：My sword"}, "its subject"),
        ({"subject": "[Guild] SV: My sword"}, "its subject"),
        ({"subject": "My sword"}, "it quotes us"),
    ],
)
def test_an_answer_is_known_by_what_it_answers(headers: dict[str, str], why: str):
    mail = first(QUOTE, **headers)

    assert (mail.text, mail.answer_by) == ("The blue one.", why)
    assert "Which sword?" in mail.quoted


def test_an_answer_that_shows_somebody_elses_mail_hides_it_not():
    mail = first(RECEIPT, in_reply_to="<desk.1@ember.example>")

    assert (mail.text, mail.quoted) == (RECEIPT, "")
    assert first(WROTE, in_reply_to="<desk.1@ember.example>").text == WROTE


def test_words_below_a_lawyers_paragraph_are_words():
    text = "Hello,\n\nThis message contains confidential things, my login is EV-2207.\n\nPlease give my gems back."

    assert first(text).text == text


SAME = "The blue one.\n\nFrom: Ember\nSent: Tuesday, October 14, 2025 9:30\nTo: Anna\nSubject: RE: My sword is gone\n\nWhich sword?"
MARKED = "The blue one.\n\nOn 14 Oct 2025, at 09:30, Ember wrote:\n\n> Which sword?"
WRITTEN = "On Tue, 14 Oct 2025 at 09:30, Ember wrote:"
PAGE = f"<p>The blue one.</p><div class=gmail_quote><div>{WRITTEN}</div><blockquote>Which sword?</blockquote></div>"


@pytest.mark.parametrize(("text", "kind"), [(SAME, "text/plain"), (MARKED, "text/plain"), (PAGE, "text/html")])
def test_without_any_header_two_signs_in_the_text_tell_an_answer(text: str, kind: str):
    mail = first(text, kind)

    assert (mail.text, "Which sword?" in mail.quoted) == ("The blue one.", True)
