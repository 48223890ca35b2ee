"""Files: the type by content, pictures made anew, and what may not be kept leaves a stub."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from helpdesk.base import blobs, pictures
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services.attachments import NewFile, attach, keep_files, type_of
from tickets.services.drafts import save_draft

pytestmark = pytest.mark.django_db
SECRET = b"52.5200N 13.4050E"


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def ticket(travel: Travel) -> Ticket:
    return make_ticket()


def kept(ticket: Ticket, name: str, content: bytes) -> Attachment:
    return keep_files(ticket, [NewFile(name, content)], message=Message.objects.get(ticket=ticket))[0]


def picture(kind: str, size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0f6f7c").save(out, kind, **more)
    return out.getvalue()


def with_exif(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # a description
    exif[0x0112] = 6  # lies on its side
    return picture(kind, exif=exif)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("holiday.txt", picture("PNG"), "image/png"),
        ("crash.log", b"Traceback", "text/plain"),
        ("table.CSV", b"a;b", "text/csv"),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "application/octet-stream"),
        ("notes.txt", b"MZ\x90\x00\x03" + b"\x00" * 60, "application/x-msdownload"),
        ("binary.txt", b"\x00\x01\x02\x03", "application/octet-stream"),
        ("photo.png", b"not a picture at all", "application/octet-stream"),
        ("", b"", "application/octet-stream"),
    ],
)
def test_the_type_is_what_it_contains(name: str, content: bytes, media_type: str) -> None:
    assert type_of(name, content) == media_type


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_forgets_where_it_was_taken(kind: str, ticket: Ticket) -> None:
    original = with_exif(kind)
    assert SECRET in original

    file = kept(ticket, "photo", original)

    stored = blobs.read(file.blob)
    assert SECRET not in stored
    assert Image.open(io.BytesIO(stored)).size == (48, 64)  # and stands upright


def test_a_picture_forgets_comments_profiles_of_programs_and_what_hangs_behind_it(ticket: Ticket) -> None:
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    for content in (
        picture("JPEG", comment=SECRET, xmp=xmp),
        picture("WEBP", xmp=xmp),
        picture("GIF", comment=SECRET),
        picture("PNG") + b"<script>" + SECRET,
    ):
        assert SECRET in content

        assert SECRET not in blobs.read(kept(ticket, "photo", content).blob)


def test_a_picture_gets_a_small_one_of_itself(ticket: Ticket) -> None:
    file = kept(ticket, "wide.png", picture("PNG", (2000, 500)))

    small = Image.open(io.BytesIO(blobs.read(file.preview)))
    assert (small.format, small.size) == ("WEBP", (480, 120))


def test_a_moving_picture_keeps_moving(ticket: Ticket) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], comment=SECRET)

    file = kept(ticket, "dance.gif", out.getvalue())

    again = Image.open(io.BytesIO(blobs.read(file.blob)))
    assert (again.n_frames, file.preview is not None) == (3, True)
    assert SECRET not in blobs.read(file.blob)


def test_a_bomb_is_kept_as_it_came_and_never_shown(ticket: Ticket) -> None:
    out = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")  # 12 KB that unpack to 81 million pixels

    file = kept(ticket, "small.png", out.getvalue())

    assert (file.preview, blobs.read(file.blob)) == (None, out.getvalue())


def test_pictures_that_are_harmless_each_have_one_budget_together(ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_studio", Slow())
    files = [NewFile(f"{n}.png", picture("PNG")) for n in range(4)]

    rows = keep_files(ticket, files, message=Message.objects.get(ticket=ticket))

    assert [row.preview is not None for row in rows] == [True, True, False, False]
    assert all(row.blob for row in rows)


class Slow:
    """Each picture takes most of the time."""

    def ask(self, job: str, content: bytes, media_type: str, **limits: Any) -> tuple[tuple[bytes, bytes], float]:
        return (content, b"small"), pictures.SECONDS * 0.6


@pytest.mark.parametrize("cut", [0, 10, 40])
def test_a_broken_picture_is_kept_without_being_shown(cut: int, ticket: Ticket) -> None:
    broken = picture("PNG")[: 41 + cut]

    assert kept(ticket, "half.png", broken).preview is None


def test_a_file_that_is_too_large_leaves_a_stub_with_the_reason(ticket: Ticket, settings: Any) -> None:
    settings.MAX_ATTACHMENT_BYTES = 1024 * 1024

    file = kept(ticket, "video.mp4", b"x" * (1024 * 1024 + 1))

    assert (file.blob, file.size) == (None, 1024 * 1024 + 1)
    assert file.refused == "“video.mp4” is larger than 1 MB."


def test_of_many_files_the_last_are_stubs(ticket: Ticket) -> None:
    files = [NewFile(f"{n}.txt", b"%d" % n) for n in range(32)]

    rows = keep_files(ticket, files, message=Message.objects.get(ticket=ticket))

    assert [bool(row.refused) for row in rows] == [False] * 30 + [True] * 2


@pytest.mark.parametrize(
    ("said", "kept_as"),
    [("C:\\Users\\mira\\shot.txt", "shot.txt"), ("../../etc/passwd", "passwd"), ("", "file"), ("a\r\nb.txt", "a b.txt")],
)
def test_a_name_is_only_a_name(said: str, kept_as: str, ticket: Ticket) -> None:
    assert kept(ticket, said, b"x").name == kept_as


def test_the_same_bytes_lie_in_one_place(ticket: Ticket) -> None:
    first, second = kept(ticket, "a.txt", b"same"), kept(ticket, "b.txt", b"same")

    assert first.blob_id == second.blob_id


@pytest.mark.parametrize("content", [b"", b"x" * 2000])
def test_an_operator_is_told_at_once_what_cannot_be_attached(content: bytes, ticket: Ticket, anna: User, settings: Any) -> None:
    settings.MAX_ATTACHMENT_BYTES = 1000
    draft = save_draft(ticket, author=anna, kind=Draft.Kind.REPLY, text="")

    with pytest.raises(DomainError) as refusal:
        attach(ticket, NewFile("guide.txt", content), draft=draft)

    assert refusal.value.field == "file"
    assert not Attachment.objects.exists()
