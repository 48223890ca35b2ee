"""Reply addresses lead home, and only those that we signed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.mail.addressing import first_reply_token, is_own_message_id, message_id_for, read_reply_token, reply_address

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBERS = st.text(CROCKFORD, min_size=8, max_size=8).map(lambda signs: f"{signs[:4]}-{signs[4:]}")


@given(NUMBERS)
def test_every_number_comes_back_in_any_case(number: str):
    address = reply_address("support@ember.example", number)

    assert address.startswith("support+t.")
    assert address == address.lower()
    assert len(address.partition("@")[0]) <= 64
    assert {read_reply_token(each) for each in (address, address.upper(), f"Anna <{address}>")} == {number}


@given(NUMBERS, NUMBERS)
def test_no_signature_fits_another_number(one: str, other: str):
    address = reply_address("support@ember.example", one)

    forged = address.replace(one.lower(), other.lower())

    assert read_reply_token(forged) == (one if one == other else None)


@given(st.text())
def test_anything_else_leads_nowhere(text: str):
    assert read_reply_token(text) is None


@pytest.mark.parametrize(
    "address", ["", "support@ember.example", "support+t.7f3k-20qx@ember.example", "support+t.7f3k-20qx.aaaaaaaaaaaaaaaa@ember.example"]
)
def test_without_our_signature_there_is_no_way_in(address: str):
    assert read_reply_token(address) is None


def test_a_changed_secret_still_reads_what_the_old_one_signed(settings: Any):
    address = reply_address("support+old@ember.example", "7F3K-20QX")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret that is also long enough for anybody"

    assert first_reply_token(["x@y.example", address]) == "7F3K-20QX"


def test_our_message_ids_are_known_by_their_form():
    assert is_own_message_id(message_id_for("4f2a", "ember.example"))
    assert not is_own_message_id("<4f2a@ember.example>")
