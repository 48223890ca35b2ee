"""Reply addresses lead home, and only those that we signed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.mail.addressing import first_reply_token, message_id_for, own_mark, read_own_mark, read_reply_token, reply_address

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


def test_our_mark_is_known_by_its_signature_and_nobody_elses(settings: Any):
    ours = message_id_for("4f2a", "ember.example")
    mark = own_mark(ours)

    assert read_own_mark(mark) == read_own_mark(mark.replace(" ", "\r\n\t").upper().replace(ours.upper(), ours)) == ours
    assert read_own_mark(own_mark("<desk.1@ember.example>").replace("desk.1", "desk.2")) is None
    assert read_own_mark(ours) is None
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret that is also long enough for anybody"
    assert read_own_mark(mark) == ours


@given(st.text(alphabet="<>@. \u017f\u212aabcdefghijk234567+t", max_size=80))
def test_no_words_are_taken_for_a_mark_or_an_address(text: str):
    """The long s and the Kelvin sign are letters for those who compare without case, and no letters of a signature."""
    assert read_own_mark(f"<desk.1@x.example> {text}") is None
    assert read_own_mark(f"<desk.1@x.example> {'ſ' * 16}") is None
    assert read_reply_token(f"support+t.7f3k-20qx.{'ſK' * 8}@ember.example") is None
