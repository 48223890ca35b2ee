"""Who wrote a mail that a form, a group or a program sent for him, and who did not."""

from __future__ import annotations

import pytest

from tests.tickets.mail.parse.letters import letter
from tickets.mail.parse import parse_mail

OWN = frozenset({"help@ember.example"})
ROSA = "Rosa <rosa@players.example>"


def writer_of(text: str = "My shield is gone.", **headers: str) -> tuple[str, str]:
    mail = parse_mail(letter(text, **headers), own_addresses=OWN)
    assert mail.writer is not None
    return mail.writer.address, mail.writer.name


@pytest.mark.parametrize(
    "headers",
    [
        {"from": "Contact form <wordpress@ember-fans.example>"},
        {"from": "www-data@web3.ember.example", "x_php_originating_script": "33:form.php"},
        {"from": "Ember Vale website <web@ember-site.example>", "x_mailer": "PHPMailer 6.9", "subject": "Contact form"},
        {"from": "noreply@ember-site.example"},
        {"from": "submissions@formspree.io"},
        {"from": "Jotform <forms@mail.jotform.com>"},
        {"from": "help@ember.example"},
        {"from": "help@ember.example", "auto_submitted": "auto-generated"},
        {"from": "Kontaktformular <office@ember-site.example>", "auto_submitted": "auto-generated"},
        {"from": "'Rosa' via Ember Help <helpers@studio.example>", "list_id": "<helpers.studio.example>"},
        {"from": "'Rosa' über Ember <helpers@studio.example>", "mailing_list": "list helpers@studio.example"},
    ],
)
def test_where_enough_speaks_for_a_form_or_a_group_the_one_in_reply_to_wrote(headers: dict[str, str]):
    assert writer_of(reply_to=ROSA, **headers) == ("rosa@players.example", "Rosa")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"reply_to": "anna.home@players.example"},
        {"reply_to": ROSA},
        {"reply_to": ROSA, "list_id": "<guild.lists.example>", "precedence": "list"},
        {"reply_to": "list@guild.example", "list_id": "<guild.lists.example>"},
        {"x_original_from": ROSA},
        {"reply_to": ROSA, "subject": "The contact form is broken"},
        {"reply_to": ROSA, "x_mailer": "PHPMailer 6.9"},
    ],
)
def test_a_reply_to_alone_never_makes_another_the_writer(headers: dict[str, str]):
    """Whoever can write a header could else have answers that are for the sender sent to himself."""
    assert writer_of(**headers) == ("anna@players.example", "Anna Petrova")


def test_a_group_that_wants_answers_for_itself_names_the_writer_elsewhere():
    found = writer_of(
        reply_to="helpers@studio.example",
        x_original_from=ROSA,
        list_id="<helpers.studio.example>",
        **{"from": "'Rosa' via Ember Help <helpers@studio.example>"},
    )

    assert found == ("rosa@players.example", "Rosa")


def test_a_group_with_answers_to_all_finds_the_writer_among_them():
    found = writer_of(
        reply_to=f"{ROSA}, helpers@studio.example",
        list_id="<helpers.studio.example>",
        **{"from": "'Rosa' via Ember Help <helpers@studio.example>"},
    )

    assert found == ("rosa@players.example", "Rosa")


def test_an_original_sender_without_a_name_takes_it_from_the_group():
    found = writer_of(
        x_original_sender="rosa@players.example",
        list_id="<helpers.studio.example>",
        **{"from": '"Rosa Lind via Ember Help" <helpers@studio.example>'},
    )

    assert found == ("rosa@players.example", "Rosa Lind")


def test_a_group_that_hides_its_writer_is_no_player_and_is_never_answered():
    found = writer_of(list_id="<helpers.studio.example>", **{"from": "'Rosa' via Ember Help <helpers@studio.example>"})

    assert found == ("", "Rosa")


@pytest.mark.parametrize("reply_to", ["help@ember.example", "MAILER-DAEMON@mx.example", "no-reply@x.example", "a@x.example, b@x.example"])
def test_a_form_that_names_nobody_is_itself_the_sender(reply_to: str):
    assert writer_of(reply_to=reply_to, **{"from": "wordpress@ember-fans.example"})[0] == "wordpress@ember-fans.example"


def test_why_another_is_the_writer_is_told_with_its_weights():
    raw = letter("My shield is gone.", reply_to=ROSA, **{"from": "Contact form <wordpress@ember-fans.example>"})

    signs = parse_mail(raw, own_addresses=OWN).writer_signs

    assert {(sign.what, sign.weight) for sign in signs} == {("address of a program", 50), ("the words of a form", 30)}
