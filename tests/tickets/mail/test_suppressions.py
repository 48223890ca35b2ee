"""An address that mails do not reach is tried again: here and on the provider's lists, or nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.rights import Right
from players.models import Address
from players.services import mark_address
from tests.factories.staff import somebody
from tests.tickets.mail.outbound.conftest import left, mailed, reply
from tickets.actors import operator
from tickets.mail.provider import KeepsList, NoAnswer
from tickets.mail.provider_api import asking
from tickets.mail.providers import providers
from tickets.models import Message, Status, Ticket
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db
__all__ = ["left", "mailed", "reply"]  # fixtures of those who send
TAMSIN = "tamsin@mail.example"
RIGHTS = (Right.MANAGE_MAIL, Right.SEE_PLAYER_CONTACT, Right.VIEW, Right.RESEND)


@dataclass
class Api:
    """A provider's API on this machine. `lists`: what stands on them, by the provider's address of the list."""

    url: str = ""
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    keeps: bool = False
    status: int = 0

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if self.status:
            return self.status, {}
        if path.endswith("/suppressions/delete"):
            assert [one["EmailAddress"] for one in body["Suppressions"]] == [TAMSIN]
            self.lists = self.lists if self.keeps else {}
            return 200, {"Suppressions": [{"EmailAddress": TAMSIN, "Status": "Failed" if self.keeps else "Deleted"}]}
        if path.endswith("/suppressions/dump"):
            return 200, {"Suppressions": list(self.lists.values())}
        if path not in self.lists:
            return 404, {"message": "not found"}
        return 200, self.lists[path] if method == "GET" or self.keeps else self.lists.pop(path)


@pytest.fixture
def api() -> Iterator[Api]:
    told = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = told.answer(self.command, unquote(urlsplit(self.path).path), json.loads(body) if body else None)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def do_POST(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            """The test's output is for the test."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["mailgun", "postmark"])
def provider(request: Any, api: Api, settings: Any) -> KeepsList:
    name = request.param
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "POSTMARK_SERVER_TOKEN": "t", f"{name.upper()}_API_URL": api.url}
    listed = {
        "mailgun": {f"/tideborn.example/bounces/{TAMSIN}": {"code": "550", "error": "gone", "created_at": "Fri, 21 Oct 2011 11:02:55 UTC"}},
        "postmark": {"x": {"EmailAddress": TAMSIN, "SuppressionReason": "HardBounce", "Origin": "x", "CreatedAt": "2011-10-21T11:02:55Z"}},
    }
    api.lists = listed[name]
    found = providers()[name]
    assert isinstance(found, KeepsList)
    return found


@pytest.fixture
def failed(mailed: Ticket, left: Callable[..., Message]) -> Message:
    """An answer that did not arrive, and its address marked for it."""
    message = left(mailed)
    Message.objects.filter(pk=message.pk).update(state=Message.State.FAILED, error="550 5.1.1 gone")
    mark_address(TAMSIN, Address.State.BOUNCED, reason="550 5.1.1 gone")
    return message


@pytest.fixture
def olga(db: None) -> Client:
    client = Client()
    client.force_login(somebody(*RIGHTS, name="Olga"))
    return client


def tamsin() -> Address:
    return Address.objects.get(address=TAMSIN)


def page(client: Client) -> str:
    return client.get(f"/settings/addresses/{tamsin().pk}/").content.decode()


def lift(client: Client, *messages: Message) -> Any:
    return client.post(f"/settings/addresses/{tamsin().pk}/lift/", {"message": [message.pk for message in messages]}, follow=True)


def test_a_provider_tells_its_lists_and_takes_an_address_off_them(provider: KeepsList, api: Api) -> None:
    (listed,) = provider.suppressions(asking(provider), TAMSIN, ["tideborn.example"])
    assert (listed.since.isoformat(), listed.for_good) == ("2011-10-21T11:02:55+00:00", False)

    provider.unsuppress(asking(provider), TAMSIN, ["tideborn.example"])

    assert provider.suppressions(asking(provider), TAMSIN, ["tideborn.example"]) == []


@pytest.mark.parametrize("status", [401, 429, 500, 302])
def test_an_api_that_says_no_is_no_list_without_the_address(provider: KeepsList, api: Api, status: int) -> None:
    api.status = status

    with pytest.raises(NoAnswer, match=str(status)):
        provider.suppressions(asking(provider), TAMSIN, ["tideborn.example"])


def test_an_api_that_fails_again_and_again_is_left_alone_and_the_page_says_until_when(
    failed: Message, provider: KeepsList, api: Api, olga: Client
) -> None:
    api.status = 503
    asked = [olga.post(f"/settings/addresses/{tamsin().pk}/ask/", follow=True).content.decode() for _time in range(3)]

    assert len(api.asked) == 2
    assert "it answered 503" in asked[1] and "is left alone until" in asked[2]


@pytest.mark.parametrize("root", ["http://user:word@127.0.0.1/", "ftp://127.0.0.1", "nonsense"])
def test_an_address_in_the_settings_that_is_none_is_said(provider: KeepsList, settings: Any, root: str) -> None:
    settings.ANYMAIL = settings.ANYMAIL | {f"{provider.name.upper()}_API_URL": root}

    with pytest.raises(NoAnswer, match="none that can be called"):
        provider.suppressions(asking(provider), TAMSIN, ["tideborn.example"])


def test_the_page_asks_the_provider_when_somebody_says_so(failed: Message, provider: KeepsList, api: Api, olga: Client) -> None:
    assert "550 5.1.1 gone" in page(olga)
    assert api.asked == []

    asked = olga.post(f"/settings/addresses/{tamsin().pk}/ask/").content.decode()

    assert "21 Oct" in asked or "HardBounce" in asked
    assert api.asked


def test_unsuppressed_here_and_there_and_the_answer_leaves_again(failed: Message, provider: KeepsList, api: Api, olga: Client) -> None:
    answer = lift(olga, failed).content.decode()

    failed.refresh_from_db()
    assert "1 answer is on its way again." in answer
    assert (tamsin().state, tamsin().state_reason, failed.state, api.lists) == ("good", "", Message.State.QUEUED, {})
    entry = AuditEntry.objects.get(action="players.address_forgiven")
    assert (entry.subject_id, entry.data["changes"]) == (tamsin().pk, {"state": ["bounced", "good"]})
    assert TAMSIN not in json.dumps(entry.data)


def test_what_is_not_picked_stays(failed: Message, olga: Client) -> None:
    lift(olga)

    failed.refresh_from_db()
    assert (tamsin().state, failed.state) == ("good", Message.State.FAILED)


@pytest.mark.parametrize("status", [500, 401])
def test_where_the_provider_does_not_answer_nothing_changes(
    status: int, failed: Message, provider: KeepsList, api: Api, olga: Client
) -> None:
    api.status = status

    answer = lift(olga, failed).content.decode()

    failed.refresh_from_db()
    assert "Nothing was changed here." in answer
    assert (tamsin().state, failed.state, AuditEntry.objects.filter(action="players.address_forgiven").count()) == ("bounced", "failed", 0)


def test_what_the_provider_does_not_let_go_is_shown(failed: Message, provider: KeepsList, api: Api, olga: Client) -> None:
    api.keeps = True

    answer = lift(olga, failed)

    failed.refresh_from_db()
    assert answer.status_code == 409
    assert (tamsin().state, failed.state) == ("bounced", "failed")


def test_while_nothing_leaves_nobody_is_asked(failed: Message, provider: KeepsList, api: Api, olga: Client, settings: Any) -> None:
    settings.OUTWARD = False

    lift(olga, failed)

    failed.refresh_from_db()
    assert (tamsin().state, failed.state, api.asked) == ("bounced", "failed", [])


def test_only_answers_that_still_matter_are_offered(failed: Message, anna: Any, left: Any, mailed: Ticket, olga: Client) -> None:
    assert f'value="{failed.pk}"' in page(olga)

    Ticket.objects.filter(pk=mailed.pk).update(status=Status.CLOSED)
    assert f'value="{failed.pk}"' not in page(olga)
    Ticket.objects.filter(pk=mailed.pk).update(status=Status.WAITING)

    newer = send_reply(mailed, OutgoingMessage("Once more."), by=operator(anna))
    assert f'value="{failed.pk}"' in page(olga)
    Message.objects.filter(pk=newer.pk).update(state=Message.State.SENT)
    assert f'value="{failed.pk}"' not in page(olga)


def test_who_may_not_see_or_send_it_cannot_send_it_again(failed: Message, olga: Client) -> None:
    other = Client()
    other.force_login(somebody(Right.MANAGE_MAIL, Right.SEE_PLAYER_CONTACT, name="Otto"))

    assert f'value="{failed.pk}"' not in page(other)
    lift(other, failed)

    failed.refresh_from_db()
    assert (tamsin().state, failed.state) == ("good", "failed")


@pytest.mark.parametrize("rights", [RIGHTS[:1], RIGHTS[1:2]])
def test_it_takes_both_rights(failed: Message, rights: tuple[Right, ...]) -> None:
    client = Client()
    client.force_login(somebody(*rights, name="Nils"))

    assert client.get("/settings/addresses/").status_code == 403
    assert lift(client, failed).status_code == 403
    assert tamsin().state == "bounced"


def test_the_list_shows_those_in_trouble_and_finds_any(failed: Message, olga: Client) -> None:
    assert TAMSIN in olga.get("/settings/addresses/").content.decode()

    found = olga.get("/settings/addresses/?q=Tamsin%40Mail.example")

    assert found["Location"] == f"/settings/addresses/{tamsin().pk}/"
    assert "No player has written from this address." in olga.get("/settings/addresses/?q=x%40y.example").content.decode()
