"""A signature proves who sent a request, and that nobody has changed or repeated it. What docs/signing.md says of it is true."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.base import clock
from helpdesk.base.outgoing.signing import HEADER, BadSignature, Key, signed, verify
from tests.conftest import Travel

NEW, FORMER = Key("ember.2", b"the new secret"), Key("ember.1", b"the former secret")
ASKED: dict[str, Any] = {"method": "POST", "target": "/hooks?game=ember", "body": b'{"ticket": 1}'}
DOCUMENT = Path(__file__).parents[3] / "docs" / "signing.md"


def header(*keys: Key, **other: Any) -> str:
    said = ASKED | other
    return signed(keys or (NEW,), said["method"], said["target"], said["body"])[HEADER]


def check(said: str, *keys: Key, once: Any = lambda _nonce, _until: True, **other: Any) -> Key:
    return verify(said, keys=keys or (NEW,), once=once, **(ASKED | other))


def test_a_signed_request_is_known() -> None:
    assert check(header()) == NEW


@pytest.mark.parametrize("change", [{"method": "PUT"}, {"target": "/hooks?game=tide"}, {"target": "/hooks"}, {"body": b'{"ticket": 2}'}])
def test_whatever_is_changed_breaks_it(change: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        check(header(), **change)


@pytest.mark.parametrize("part", [1, 2], ids=["time", "nonce"])
def test_time_and_nonce_are_signed_too(part: int) -> None:
    words = header().split(" ")
    words[part] = str(int(words[part]) + 1) if part == 1 else "0" * 32

    with pytest.raises(BadSignature):
        check(" ".join(words))


@pytest.mark.parametrize(
    "said",
    ["", "v1", "v2 1 2 3", "v1 1767225600 zz ember.2=00", "v1 99999999999999 " + "0" * 32 + " ember.2=" + "0" * 64, "v1 ١٢٣ " + "0" * 32]
    + ["v1 1767225600 " + "0" * 32 + " " + ",".join(["ember.2=" + "0" * 64] * 5), "x" * 100_000, "\r\n", "é"],
)
def test_what_is_no_signature_is_refused_calmly(said: str) -> None:
    with pytest.raises(BadSignature):
        check(said)


def test_another_key_proves_nothing_even_under_the_same_name() -> None:
    with pytest.raises(BadSignature):
        check(header(Key("ember.2", b"a guess")))
    with pytest.raises(BadSignature):
        check(header(FORMER))


@pytest.mark.parametrize(("seconds", "good"), [(-301, False), (-299, True), (0, True), (299, True), (301, False)])
def test_it_is_good_for_five_minutes_on_either_side(travel: Travel, seconds: int, good: bool) -> None:
    said = header()
    travel.forward(seconds=seconds)

    if good:
        assert check(said) == NEW
    else:
        with pytest.raises(BadSignature, match="time"):
            check(said)


def test_a_repeated_one_is_refused_and_its_nonce_is_kept_for_as_long_as_it_would_be_good(travel: Travel) -> None:
    seen: dict[str, datetime] = {}

    def once(nonce: str, until: datetime) -> bool:
        return nonce not in seen and not seen.update({nonce: until})

    said = header()
    check(said, once=once)

    with pytest.raises(BadSignature, match="before"):
        check(said, once=once)
    assert list(seen.values()) == [travel.moment + timedelta(minutes=5)]
    check(header(), once=once)


def test_a_forged_one_uses_up_no_nonce() -> None:
    with pytest.raises(BadSignature):
        check(header(Key("ember.2", b"a guess")), once=lambda _nonce, _until: pytest.fail("a stranger's nonce was written down"))


def test_while_a_key_rotates_either_side_may_be_first() -> None:
    both = header(NEW, FORMER)

    assert check(both, FORMER) == FORMER
    assert check(both, NEW) == NEW
    assert check(header(FORMER), NEW, FORMER) == FORMER


def test_a_key_does_not_show_its_secret() -> None:
    assert "secret" not in repr(NEW) and "secret" not in str([NEW])


@pytest.mark.parametrize(("name", "secret"), [("", b"x"), ("a b", b"x"), ("a=b", b"x"), ("x" * 41, b"x"), ("ember.1", b"")])
def test_a_key_has_a_short_name_and_a_secret(name: str, secret: bytes) -> None:
    with pytest.raises(ValueError, match="short id"):
        Key(name, secret)


def told(name: str) -> str:
    """A line of the example in the document."""
    example = DOCUMENT.read_text("utf-8").partition("## An example")[2]
    found = re.search(rf"^ +{name}: +(.+)$", example, re.MULTILINE)
    assert found, f"docs/signing.md says no {name}"
    return found[1]


def test_the_example_of_the_document_is_what_is_sent() -> None:
    key, body = Key(told("key"), told("secret").encode()), told("body").encode()
    method, target = told("request").split(" ")

    with clock.travel(datetime.fromtimestamp(int(told("time")), UTC)):
        said = signed([key], method, target, body, nonce=told("nonce"))

    assert said == {HEADER: told(HEADER)}
    assert hashlib.sha256(body).hexdigest() == told("digest")


def test_the_recipe_of_the_document_leads_to_the_same_number() -> None:
    """In the words of the document alone, without our code."""
    lines = "\n".join(["v1", told("time"), told("nonce"), *told("request").split(" "), told("digest")])

    mac = hmac.new(told("secret").encode(), lines.encode(), hashlib.sha256).hexdigest()

    assert told(HEADER) == f"v1 {told('time')} {told('nonce')} {told('key')}={mac}"
