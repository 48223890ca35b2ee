"""The pages: list, mail, answer, new mail, and the same as JSON for tests. A small WSGI application with no state but the store."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from django.core.exceptions import BadRequest, SuspiciousOperation, ValidationError
from django.core.handlers.wsgi import WSGIRequest
from django.core.validators import EmailValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.dev.catcher import games
from helpdesk.dev.catcher.door import Handed, hand_in, survey_now
from helpdesk.dev.catcher.reading import Letter, attachment, html_for_frame, read
from helpdesk.dev.catcher.store import Entry, Store
from helpdesk.dev.catcher.writing import File, answer, for_the_pipe, new_mail
from helpdesk.dev.place import ROOT

OWN_NAMES = {"127.0.0.1", "localhost"}
FILES_LIMIT = 20_000_000  # bytes of all files of one mail
BODY_LIMIT = 64_000_000  # what is only a little too large is told at the field
TEXT_LIMIT = 200_000  # characters
PAGE = 60
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
STYLES = {
    **{name: ROOT / "static" / "css" / name for name in ("tokens.css", "base.css", "parts.css", "forms.css")},
    "catcher.css": Path(__file__).with_name("catcher.css"),
}
SCRIPT = Path(__file__).with_name("catcher.js")
OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
MAIL_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src 'self' data: http: https:; frame-ancestors 'self'"
)
FILE_POLICY = "sandbox; default-src 'none'"

logger = logging.getLogger(__name__)


class StartResponse(Protocol):
    def __call__(self, status: str, headers: list[tuple[str, str]], /) -> object: ...


class Pages:
    """`hand` is the door to the desk and `hurry` the way to a survey, both replaceable in tests."""

    def __init__(
        self,
        store: Store,
        *,
        desk_url: str,
        hand: Callable[[bytes, str], Handed] = hand_in,
        hurry: Callable[[str], Handed] = survey_now,
    ) -> None:
        self.store = store
        self.desk_url = desk_url
        self.hand = hand
        self.hurry = hurry
        self.ways: list[tuple[str, re.Pattern[str], Callable[..., HttpResponseBase]]] = [
            ("GET", re.compile(r"/\Z"), self.front),
            ("GET", re.compile(r"/write\Z"), self.write),
            ("POST", re.compile(r"/write\Z"), self.send_new),
            ("GET", re.compile(r"/mails/(?P<key>[^/]+)\Z"), self.mail),
            ("POST", re.compile(r"/mails/(?P<key>[^/]+)\Z"), self.send_answer),
            ("POST", re.compile(r"/mails/(?P<key>[^/]+)/survey\Z"), self.ask_now),
            ("GET", re.compile(r"/mails/(?P<key>[^/]+)/html\Z"), self.html),
            ("GET", re.compile(r"/mails/(?P<key>[^/]+)/source\Z"), self.source),
            ("GET", re.compile(r"/mails/(?P<key>[^/]+)/parts/(?P<index>\d{1,4})\Z"), self.file),
            ("GET", re.compile(r"/look/(?P<name>[a-z]+\.(?:css|js))\Z"), self.look),
            ("GET", re.compile(r"/api/mails\Z"), self.api_mails),
            ("GET", re.compile(r"/api/newest\Z"), self.api_newest),
            ("GET", re.compile(r"/livez\Z"), self.livez),
        ]

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        response = self.respond(environ)
        status = f"{response.status_code} {response.reason_phrase}"
        start(status, [*((name, value) for name, value in response.items())])
        return [response.content] if isinstance(response, HttpResponse) else [b""]

    def respond(self, environ: dict[str, Any]) -> HttpResponseBase:
        request = WSGIRequest(environ)
        with translation.override(translation.get_language_from_request(request)):
            try:
                _guard(request)
                response = self._dispatch(request)
            except Http404:
                response = self._page(request, "dev/gone.html", {}, status=404)
            except (SuspiciousOperation, BadRequest) as refusal:
                response = HttpResponse(str(refusal), status=403, content_type="text/plain; charset=utf-8")
            except Exception:
                logger.exception("%s %s failed", request.method, request.path)
                response = HttpResponse("The page failed; see the log.", status=500, content_type="text/plain; charset=utf-8")
        for name, value in {
            "Content-Security-Policy": OWN_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        }.items():
            response.headers.setdefault(name, value)
        return response

    def _dispatch(self, request: HttpRequest) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method
        for wanted, pattern, view in self.ways:
            if wanted == method and (match := pattern.match(request.path)):
                return view(request, **match.groupdict())
        raise Http404

    # --- reading

    def front(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, "dev/mails.html", self._listing(request))

    def mail(self, request: HttpRequest, key: str) -> HttpResponse:
        return self._mail_page(request, key)

    def html(self, request: HttpRequest, key: str) -> HttpResponse:
        _, raw = self._get(key)
        letter = read(raw)
        body = html_for_frame(letter.html, letter.attachments, f"/mails/{key}/parts/")
        return HttpResponse(body, headers={"Content-Security-Policy": MAIL_POLICY})

    def source(self, request: HttpRequest, key: str) -> HttpResponse:
        entry, raw = self._get(key)
        return _download(raw, "message/rfc822", f"{entry.key}.eml")

    def file(self, request: HttpRequest, key: str, index: str) -> HttpResponse:
        found = attachment(self._get(key)[1], int(index))
        if found is None:
            raise Http404
        what, content = found
        if what.type in PICTURES:
            return HttpResponse(content, content_type=what.type, headers={"Content-Security-Policy": FILE_POLICY})
        return _download(content, "application/octet-stream", what.name)

    def look(self, request: HttpRequest, name: str) -> HttpResponse:
        path = SCRIPT if name == SCRIPT.name else STYLES.get(name)
        if path is None or not path.exists():
            raise Http404
        return HttpResponse(path.read_bytes(), content_type="text/javascript" if name.endswith(".js") else "text/css; charset=utf-8")

    # --- writing as a player

    def write(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, "dev/write.html", {"typed": {"to": request.GET.get("to", "")}})

    def send_new(self, request: HttpRequest) -> HttpResponse:
        typed = {name: request.POST.get(name, "").strip() for name in ("name", "address", "to", "subject", "text")}
        errors = _errors(typed, ("address", "to"), ("address", "to", "subject", "text")) | _file_errors(request)
        if not errors:
            player, to = typed["address"], typed["to"]
            message = new_mail(sender=(typed["name"], player), to=to, subject=typed["subject"], text=typed["text"], files=_files(request))
            entry, handed = self._send(for_the_pipe(message, sender=player, recipient=to), player, to)
            if entry:
                return _go(f"/mails/{entry.key}?sent=1")
            errors["desk"] = handed.said
        return self._page(request, "dev/write.html", {"typed": typed, "errors": errors}, status=422)

    def send_answer(self, request: HttpRequest, key: str) -> HttpResponse:
        entry, raw = self._get(key)
        typed = {"text": request.POST.get("text", "").strip()}
        player = request.POST.get("player", "").strip().lower()
        if player not in entry.recipients:
            player = entry.recipients[0]
        errors = _errors(typed, (), ("text",)) | _file_errors(request)
        if not errors:
            letter = read(raw)
            name = next((name for name, address in letter.to if address.lower() == player), "")
            message = answer(letter, sender=(name, player), text=typed["text"], files=_files(request))
            to = parseaddr(str(message["To"]))[1]
            sent, handed = self._send(for_the_pipe(message, sender=player, recipient=to), player, to)
            if sent:
                return _go(f"/mails/{sent.key}?sent=1")
            errors["desk"] = handed.said
        return self._mail_page(request, key, typed=typed, errors=errors, status=422)

    def ask_now(self, request: HttpRequest, key: str) -> HttpResponse:
        """The survey of this mail's ticket, without the day's wait: a newcomer wants to see one."""
        handed = self.hurry(read(self._get(key)[1]).message_id)
        if handed.taken:
            return _go(f"/mails/{key}?asked=1")
        return self._mail_page(request, key, errors={"survey": handed.said}, status=422)

    def _send(self, raw: bytes, player: str, to: str) -> tuple[Entry | None, Handed]:
        """Through the door first: what the desk did not take was not sent, and stays in the form."""
        handed = self.hand(raw, to)
        entry = self.store.add(raw, way="out", sender=player, recipients=[to]) if handed.taken else None
        return entry, handed

    # --- for tests and for the page's own script

    def api_mails(self, request: HttpRequest) -> HttpResponse:
        entries = self.store.latest(mailbox=request.GET.get("to", ""), limit=200)
        return JsonResponse({"mails": [self._as_json(entry) for entry in entries]})

    def api_newest(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"newest": self.store.newest()})

    def livez(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"status": "ok"})

    def _as_json(self, entry: Entry) -> dict[str, Any]:
        letter = read(self._get(entry.key)[1])
        return {
            "id": entry.key,
            "way": entry.way,
            "at": entry.at.isoformat(),
            "envelope": {"from": entry.sender, "to": entry.recipients},
            "from": {"name": letter.sender[0], "address": letter.sender[1]},
            "to": [address for _, address in letter.to],
            "reply_to": [address for _, address in letter.reply_to],
            "subject": letter.subject,
            "message_id": letter.message_id,
            "in_reply_to": letter.in_reply_to,
            "references": letter.references.split(),
            "text": letter.text,
            "html": letter.html,
            "attachments": [{"name": each.name, "type": each.type, "size": each.size} for each in letter.attachments],
            "headers": letter.headers,
        }

    # --- shared

    def _get(self, key: str) -> tuple[Entry, bytes]:
        found = self.store.get(key)
        if found is None:
            raise Http404
        return found

    def _listing(self, request: HttpRequest) -> dict[str, Any]:
        mailbox = request.GET.get("to", "").strip()
        entries = self.store.latest(mailbox=mailbox, before=request.GET.get("before", ""), limit=PAGE + 1)
        return {
            "mails": entries[:PAGE],
            "older": entries[PAGE - 1].key if len(entries) > PAGE else "",
            "mailbox": mailbox,
            "mailboxes": self.store.mailboxes()[:200],
            "newest": self.store.newest(),
        }

    def _mail_page(self, request: HttpRequest, key: str, *, status: int = 200, **more: Any) -> HttpResponse:
        entry, raw = self._get(key)
        letter: Letter = read(raw)
        show = request.GET.get("show", "")
        if show not in {"text", "headers", "source"}:
            show = "html" if letter.html else "text"
        context = {
            "entry": entry,
            "letter": letter,
            "show": show,
            "sent": request.GET.get("sent"),
            "asked": request.GET.get("asked"),
            "source": raw.decode(errors="replace")[:TEXT_LIMIT] if show == "source" else "",
            **more,
        }
        return self._page(request, "dev/mail.html", self._listing(request) | context, status=status)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        shared: dict[str, Any] = {"desk_url": self.desk_url, "language": translation.get_language(), "path": request.path}
        if template == "dev/write.html":
            shared["games"] = games.mailboxes()
        return HttpResponse(render_to_string(template, shared | context), status=status)


def _guard(request: HttpRequest) -> None:
    """No other site may speak here: not by a name that points to this machine, not by a form or a fetch of its own page."""
    host = request.META.get("HTTP_HOST", "")
    if host.rpartition(":")[0] not in OWN_NAMES and host not in OWN_NAMES:
        raise SuspiciousOperation("This page answers on 127.0.0.1 and localhost only.")
    if request.method == "POST":
        origin = request.META.get("HTTP_ORIGIN")
        if origin is not None and urlsplit(origin).netloc != host:
            raise SuspiciousOperation("Another site may not write mails here.")
        if request.META.get("HTTP_SEC_FETCH_SITE", "same-origin") not in {"same-origin", "none"}:
            raise SuspiciousOperation("Another site may not write mails here.")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            raise SuspiciousOperation("That is too large for one mail.")


def _errors(typed: dict[str, str], addresses: Iterable[str], wanted: Iterable[str]) -> dict[str, str]:
    errors = {name: _("This is missing.") for name in wanted if not typed[name]}
    for name in addresses:
        try:
            EmailValidator()(typed[name])
        except ValidationError:
            errors.setdefault(name, _("This is no mail address."))
    if len(typed["text"]) > TEXT_LIMIT:
        errors["text"] = _("This is longer than a mail may be.")
    return errors


def _file_errors(request: HttpRequest) -> dict[str, str]:
    total = sum(file.size or 0 for file in request.FILES.getlist("files"))
    return {"files": _("All files together may have 20 MB.")} if total > FILES_LIMIT else {}


def _files(request: HttpRequest) -> list[File]:
    return [File(file.name or "file", file.content_type or "", file.read()) for file in request.FILES.getlist("files")]


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Security-Policy": FILE_POLICY, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return HttpResponse(content, content_type=content_type, headers=headers)


def _go(where: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": where})
