"""Files and mails of strangers: shown only to who may, under a policy in which nothing runs."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from helpdesk.audit.models import AuditEntry
from helpdesk.base import blobs
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from players.selectors import main_address
from tests.factories.desk import make_game, make_player
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import Desk
from tickets.models import Attachment, Message
from tickets.services.attachments import NewFile
from tickets.services.open import Incoming, open_ticket

pytestmark = pytest.mark.django_db
HTML = '<p>See</p><img src="cid:shot@mail"><img src="https://tracker.example/pixel.gif">'


@pytest.fixture(autouse=True)
def storage(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    backend = "helpdesk.base.storage.WholeFiles"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}}


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (10, 90, 160)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def mail(db: None) -> Message:
    """Mirabelle's mail with a picture inside, a page and a note beside it."""
    player = make_player("Mirabelle")
    files = (
        NewFile("shot.png", picture(), inline=True, content_id="shot@mail"),
        NewFile("page.html", b"<script>alert(1)</script>"),
        NewFile("note.txt", "Привет".encode()),
    )
    raw = blobs.keep(b"From: mirabelle\r\n\r\nSee", media_type="message/rfc822")
    incoming = Incoming(text="See", channel="post", html=HTML, html_version=1, remote_images=True, raw=raw, files=files)
    return open_ticket(incoming, game=make_game(), player=player, contact=main_address(player))


def test_a_picture_is_shown_and_everything_else_downloaded(clara: User, desk: Desk, mail: Message) -> None:
    client = desk(clara)
    answers = {file.name: client.get(f"/files/{file.pk}/{file.name}") for file in Attachment.objects.filter(message=mail)}

    assert answers["shot.png"]["Content-Type"] == "image/png"
    assert answers["shot.png"]["Content-Disposition"].startswith("inline")
    assert answers["page.html"]["Content-Type"] == "application/octet-stream"
    for name in ("page.html", "note.txt"):
        assert answers[name]["Content-Disposition"].startswith("attachment")
    for answer in answers.values():
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_picture_has_a_small_one(clara: User, desk: Desk, mail: Message) -> None:
    shot = Attachment.objects.get(message=mail, name="shot.png")
    note = Attachment.objects.get(message=mail, name="note.txt")

    small = desk(clara).get(f"/files/{shot.pk}/preview/")

    assert small["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(small.streaming_content))).width <= 480
    assert desk(clara).get(f"/files/{note.pk}/preview/").status_code == 404


def test_a_file_is_only_for_who_may_open_it(desk: Desk, mail: Message) -> None:
    shot = Attachment.objects.get(message=mail, name="shot.png")
    nina = somebody(Right.VIEW, name="Nina")
    otto = somebody(Right.VIEW, Right.SEE_ATTACHMENTS, name="Otto", game=make_game("tideborn"))

    assert desk(nina).get(f"/files/{shot.pk}/shot.png").status_code == 403
    assert desk(otto).get(f"/files/{shot.pk}/shot.png").status_code == 404
    page = desk(nina).get(f"/tickets/{mail.ticket.number}/").content.decode()
    assert "shot.png" in page and f"/files/{shot.pk}/" not in page


def test_the_original_mail_lies_in_a_frame_and_its_foreign_pictures_stay_out(clara: User, desk: Desk, mail: Message) -> None:
    shot = Attachment.objects.get(message=mail, name="shot.png")
    url = f"/tickets/{mail.ticket.number}/messages/{mail.pk}/original/"

    closed, opened = desk(clara).get(url), desk(clara).get(f"{url}?pictures=1")

    assert f'src="/files/{shot.pk}/picture"' in closed.content.decode()
    assert "img-src 'self' data:;" in closed["Content-Security-Policy"] + ";"
    assert "tracker.example" not in closed.content.decode()
    assert "tracker.example" in opened.content.decode()
    assert "https:" not in closed["Content-Security-Policy"]
    assert "https:" in opened["Content-Security-Policy"]
    assert closed["X-Frame-Options"] == "SAMEORIGIN"
    assert closed["Referrer-Policy"] == "no-referrer"
    assert "script-src" not in opened["Content-Security-Policy"]


def test_the_page_itself_loads_nothing_of_the_mail_until_asked(clara: User, desk: Desk, mail: Message) -> None:
    page = desk(clara).get(f"/tickets/{mail.ticket.number}/").content.decode()

    assert "tracker.example" not in page
    assert "data-src=" in page
    assert "Show pictures of other servers" in page


def test_the_raw_mail_is_given_only_with_its_right_and_noted(clara: User, desk: Desk, mail: Message) -> None:
    url = f"/tickets/{mail.ticket.number}/messages/{mail.pk}/raw/"
    paula = somebody(Right.VIEW, Right.SEE_RAW_MAIL, name="Paula")

    assert desk(clara).get(url).status_code == 403
    answer = desk(paula).get(url)

    assert b"".join(answer.streaming_content) == b"From: mirabelle\r\n\r\nSee"
    assert answer["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(action="mail.looked_at", actor_id=paula.pk).count() == 1


def test_whatever_is_not_drawn_is_listed_with_its_reason_if_it_was_refused(clara: User, desk: Desk, settings: object) -> None:
    """Inline pictures that no browser draws, and those that are none, stand under the message like any file."""
    settings.MAX_ATTACHMENT_BYTES = 20_000
    player = make_player("Mirabelle")
    names = ["scan.tiff", "paint.bmp", "phone.heic", "logo.svg", "broken.jpg", "log.png", "terms.pdf", "huge.png"]
    zeros = b"\x00" * 40
    contents = [b"II*\x00" + zeros, b"BM" + zeros, b"\x00\x00\x00\x18ftypheic" + zeros, b"<svg xmlns='x'></svg>"]
    contents += [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + zeros, b"12:00 crash\n12:01 crash\n", b"%PDF-1.7\n", b"\x00" * 20_001]
    files = tuple(NewFile(name, content, inline=True, content_id=name) for name, content in zip(names, contents, strict=True))
    incoming = Incoming(text="See", channel="post", html='<p>See</p><img src="cid:terms.pdf">', html_version=1, files=files)
    message = open_ticket(incoming, game=make_game(), player=player, contact=main_address(player))

    page = desk(clara).get(f"/tickets/{message.ticket.number}/").content.decode()

    assert [name for name in names if f"<span>{name}</span>" not in page] == []
    assert "huge.png” is larger than" in page


@pytest.mark.parametrize("named", ["SHOT@MAIL", "shot%40mail", "&lt;shot@mail&gt;"])
def test_a_picture_is_drawn_under_whatever_spelling_the_page_names_it(clara: User, desk: Desk, mail: Message, named: str) -> None:
    Message.objects.filter(pk=mail.pk).update(html=f'<img src="cid:{named}">')

    page = desk(clara).get(f"/tickets/{mail.ticket.number}/messages/{mail.pk}/original/").content.decode()

    assert f'src="/files/{mail.attachments.get(name="shot.png").pk}/picture"' in page
