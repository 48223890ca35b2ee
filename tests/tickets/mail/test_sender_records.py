"""SPF, DKIM and DMARC of the games' senders: asked by a click, kept, and judged in words. DNS is played by a table."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base import dns
from helpdesk.staff.rights import Right
from tests.factories.desk import make_game
from tests.factories.staff import somebody
from tickets.mail.models import SenderRecords
from tickets.mail.outbound import sender_records
from tickets.mail.outbound.sender_verdicts import Level, Verdict, verdicts
from tickets.mail.providers import providers, sending_provider

pytestmark = pytest.mark.django_db
DOMAIN = "emberfall.example"
MAILGUN = {"EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend", "ANYMAIL": {"MAILGUN_API_KEY": "k"}}


def key(size: int) -> str:
    return "k=rsa; p=" + base64.b64encode(b"x" * size).decode()


SOUND = {
    DOMAIN: ["google-site-verification=1", "v=spf1 include:mailgun.org ~all"],
    "mailgun.org": ["v=spf1 include:a.mailgun.org ~all"],
    "a.mailgun.org": ["v=spf1 ip4:192.0.2.1 ~all"],
    f"mx._domainkey.{DOMAIN}": [key(294)],
    f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject; rua=mailto:dmarc@emberfall.example"],
}


class Names:
    """DNS as the story has it. `asked`: each name that was asked for."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = dict(SOUND)
        self.asked: list[str] = []
        self.silent = False

    def __call__(self, name: str, *, until: float, servers: Any = ()) -> list[str]:
        self.asked.append(name)
        if self.silent:
            raise dns.NoAnswer("timed out")
        return self.texts.get(name, [])


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Names:
    for name, value in MAILGUN.items():
        setattr(settings, name, value)
    told = Names()
    monkeypatch.setattr(dns, "texts", told)
    make_game()
    return told


@pytest.fixture
def olga(db: None) -> Client:
    client = Client()
    client.force_login(somebody(Right.MANAGE_MAIL, name="Olga"))
    return client


def judged(**look: str) -> dict[str, Verdict]:
    row = sender_records.look(make_game(), **look)
    return {verdict.about: verdict for verdict in verdicts(DOMAIN, row.found, sending_provider())}


def test_a_sound_sender_has_three_good_records(names: Names) -> None:
    assert {verdict.level for verdict in judged().values()} == {Level.GOOD}
    assert [verdict.publish for verdict in judged().values()] == [None] * 3


Case = tuple[dict[str, list[str]], str, Level, str, str]
CASES: dict[str, Case] = {
    "no spf": ({DOMAIN: []}, "SPF", Level.BAD, "anybody may pretend", "v=spf1 include:mailgun.org ~all"),
    "two spf": (
        {DOMAIN: ["v=spf1 mx -all", "v=spf1 include:mailgun.org ~all"]}, "SPF", Level.BAD, "several",
        "v=spf1 mx include:mailgun.org -all",
    ),
    "open": ({DOMAIN: ["v=spf1 include:mailgun.org +all"]}, "SPF", Level.BAD, "everybody", "v=spf1 include:mailgun.org ~all"),
    "another sender": ({DOMAIN: ["v=spf1 include:x.example -all"]}, "SPF", Level.BAD, "does not name Mailgun",
                       "v=spf1 include:x.example include:mailgun.org -all"),
    "no end": ({DOMAIN: ["v=spf1 include:mailgun.org"]}, "SPF", Level.WEAK, "nobody is refused", "v=spf1 include:mailgun.org ~all"),
    "named further in": ({DOMAIN: ["v=spf1 include:_spf.x.example ~all"], "_spf.x.example": ["v=spf1 include:mailgun.org ?all"]},
                         "SPF", Level.GOOD, "names those", ""),
    "too far": ({DOMAIN: ["v=spf1 include:mailgun.org " + " ".join(f"a:h{n}.x.example" for n in range(10)) + " ~all"]},
                "SPF", Level.BAD, "more than 10", ""),
    "around in a circle": ({DOMAIN: [f"v=spf1 include:{DOMAIN} include:mailgun.org ~all"]}, "SPF", Level.BAD, "more than 10", ""),
    "no key": ({f"mx._domainkey.{DOMAIN}": []}, "DKIM", Level.BAD, "No key stands under mx", ""),
    "withdrawn": ({f"mx._domainkey.{DOMAIN}": ["v=DKIM1; p="]}, "DKIM", Level.BAD, "withdrawn", ""),
    "rubbish": ({f"mx._domainkey.{DOMAIN}": ["v=DKIM1; p=!!"]}, "DKIM", Level.BAD, "withdrawn", ""),
    "too short": ({f"mx._domainkey.{DOMAIN}": [key(94)]}, "DKIM", Level.BAD, "512 bits", ""),
    "short": ({f"mx._domainkey.{DOMAIN}": [key(162)]}, "DKIM", Level.WEAK, "1024 bits", ""),
    "another curve": ({f"mx._domainkey.{DOMAIN}": [key(32).replace("rsa", "ed25519")]}, "DKIM", Level.GOOD, "sound key", ""),
    "no dmarc": ({f"_dmarc.{DOMAIN}": []}, "DMARC", Level.BAD, "There is none", "v=DMARC1; p=none; rua=mailto:dmarc@emberfall.example"),
    "two dmarc": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "DMARC", Level.BAD, "several", ""),
    "watching": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none; rua=mailto:a@b.example"]}, "DMARC", Level.WEAK, "only watches",
                 "v=DMARC1; p=quarantine; rua=mailto:a@b.example"),
    "in part": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject; pct=20"]}, "DMARC", Level.WEAK, "pct=20", ""),
    "no policy": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=maybe"]}, "DMARC", Level.BAD, "no policy",
                  "v=DMARC1; p=none; rua=mailto:dmarc@emberfall.example"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_wrong_is_said_with_the_record_to_publish(names: Names, case: Case) -> None:
    changed, about, level, words, publish = case
    names.texts |= changed

    verdict = judged()[about]

    assert verdict.level == level
    assert words in str(verdict.says)
    assert (verdict.publish.text if verdict.publish else "") == publish


def test_a_record_above_counts_for_the_names_below(names: Names, settings: Any) -> None:
    game = make_game("tide", address="help@support.tide.example")
    names.texts |= {"_dmarc.tide.example": ["v=DMARC1; p=reject; sp=none"], "support.tide.example": SOUND[DOMAIN]}

    found = sender_records.look(game).found
    dmarc = verdicts("support.tide.example", found, providers()["mailgun"])[2]

    assert (dmarc.level, "only watches" in str(dmarc.says)) == (Level.WEAK, True)
    assert dmarc.publish and (dmarc.publish.name, dmarc.publish.text) == ("_dmarc.tide.example", "v=DMARC1; p=reject; sp=quarantine")


@pytest.mark.parametrize(
    ("sending", "record", "aligned"),
    [
        (f"mg.{DOMAIN}", "v=DMARC1; p=reject", True),
        (f"mg.{DOMAIN}", "v=DMARC1; p=reject; aspf=s; adkim=r", True),
        (f"mg.{DOMAIN}", "v=DMARC1; p=reject; aspf=s; adkim=s", False),
        ("mg.other.example", "v=DMARC1; p=reject", False),
        ("example", "v=DMARC1; p=reject", True),
    ],
)
def test_who_sends_must_count_as_whom_the_player_sees(names: Names, settings: Any, sending: str, record: str, aligned: bool) -> None:
    settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_SENDER_DOMAIN": sending}
    names.texts |= {sending: SOUND[DOMAIN], f"mx._domainkey.{sending}": [key(294)], f"_dmarc.{DOMAIN}": [record]}

    verdict = judged()["DMARC"]

    assert (verdict.level == Level.GOOD) is aligned
    assert aligned or "does not count as" in str(verdict.says)


@pytest.mark.parametrize(
    ("backend", "spf", "words"),
    [
        ("anymail.backends.postmark.EmailBackend", [], "puts its own domain on the envelope"),
        ("django.core.mail.backends.smtp.EmailBackend", ["v=spf1 mx -all"], "smtp.studio.example"),
        ("django.core.mail.backends.smtp.EmailBackend", [], "anybody may pretend"),
    ],
)
def test_other_ways_of_sending_have_their_own_words(names: Names, settings: Any, backend: str, spf: list[str], words: str) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = backend, "smtp.studio.example"
    names.texts |= {DOMAIN: spf}

    said = judged()

    assert words in str(said["SPF"].says)
    assert "selector" in str(said["DKIM"].says)
    if said["SPF"].publish:
        assert said["SPF"].publish.text == "v=spf1 a:smtp.studio.example ~all"


@pytest.mark.parametrize(("host", "named"), [("192.0.2.7", "ip4:192.0.2.7"), ("2001:db8::7", "ip6:2001:db8::7"), ("localhost", "mx")])
def test_a_mail_server_of_ones_own_is_named_as_spf_names_it(names: Names, settings: Any, host: str, named: str) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", host
    names.texts[DOMAIN] = []

    spf = judged()["SPF"]

    assert spf.publish and spf.publish.text == f"v=spf1 {named} ~all"


def test_the_page_asks_nothing_by_itself_and_keeps_what_was_told(names: Names, olga: Client) -> None:
    page = reverse("administration:senders")
    assert "Nobody has asked yet." in olga.get(page).content.decode()
    assert names.asked == []

    olga.post(reverse("administration:ask_about_sender", args=[make_game().pk]), {"selector": "s1.studio"})

    names.asked.clear()
    drawn = olga.get(page).content.decode()
    assert "A sound key stands under mx." in drawn and 'value="s1.studio"' in drawn
    assert names.asked == []
    assert SenderRecords.objects.get().selector == "s1.studio"
    assert AuditEntry.objects.get(action="mail.selector_set").data["changes"] == {"selector": ["", "s1.studio"]}


def test_silence_keeps_what_was_known(names: Names, olga: Client) -> None:
    address = reverse("administration:ask_about_sender", args=[make_game().pk])
    olga.post(address)
    names.silent = True

    answer = olga.post(address, follow=True).content.decode()

    assert "DNS did not answer: timed out." in answer and "A sound key stands under mx." in answer


@pytest.mark.parametrize("selector", ["a b", "-x", "x" * 64, "../x", "x@y"])
def test_what_is_no_selector_is_asked_of_nobody(names: Names, olga: Client, selector: str) -> None:
    answer = olga.post(reverse("administration:ask_about_sender", args=[make_game().pk]), {"selector": selector})

    assert (answer.status_code, names.asked) == (422, [])


def test_hostile_records_are_bounded(names: Names) -> None:
    names.texts |= {
        DOMAIN: ["v=spf1 " + " ".join(f"include:{n}.x.example" for n in range(900))] * 9,
        f"_dmarc.{DOMAIN}": ["v=DMARC1; p=" + "\x00x" * 9_000] * 40,
        f"mx._domainkey.{DOMAIN}": ["p=" + "A" * 9_000],
    }
    judged()
    names.texts[DOMAIN] = names.texts[DOMAIN][:1]

    assert judged()["SPF"].level == Level.BAD
    assert len(names.asked) < 60
    assert len(str(SenderRecords.objects.get().found)) < 60_000
