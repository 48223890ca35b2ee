"""Mails inside signatures and inside `winmail.dat` are read as if they stood there by themselves."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tickets.mail.parse.letters import letter, multipart, multipart_letter, packed, part
from tickets.mail.parse import parse_mail
from tickets.mail.parse.rtf import rtf_text, unpacked
from tickets.mail.parse.smime import signed_content
from tickets.mail.parse.tnef import read_tnef

INNER = b"Content-Type: text/plain; charset=koi8-r\r\n\r\n" + "Мой меч пропал, счёт EV-2207.\r\n".encode("koi8-r")
TEXT = "Мой меч пропал, счёт EV-2207."
SIGNED, DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
ENVELOPED = bytes.fromhex("06092a864886f70d010703")


def value(tag: int, content: bytes, *, open_ended: bool = False) -> bytes:
    if open_ended:
        return bytes((tag, 0x80)) + content + b"\x00\x00"
    length = len(content)
    size = (length.bit_length() + 7) // 8 or 1
    return bytes((tag,)) + (bytes((length,)) if length < 0x80 else bytes((0x80 | size,)) + length.to_bytes(size)) + content


def envelope(content: bytes, *, open_ended: bool = False, kind: bytes = SIGNED) -> bytes:
    """`open_ended` as programs write it that sign while they send: each length open, the content in pieces."""
    octets = value(0x04, content)
    if open_ended:
        octets = value(0x24, b"".join(value(0x04, content[at : at + 40]) for at in range(0, len(content), 40)), open_ended=True)
    inner = value(0x30, DATA + value(0xA0, octets, open_ended=open_ended), open_ended=open_ended)
    signed = value(0x30, value(0x02, b"\x01") + value(0x31, b"") + inner, open_ended=open_ended)
    return value(0x30, kind + value(0xA0, signed, open_ended=open_ended), open_ended=open_ended)


def smime(content: bytes, kind: str = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m") -> bytes:
    head, _, body = packed(content, kind, content_disposition="attachment; filename=smime.p7m").partition(b"\n\n")
    named = dict(line.split(": ", 1) for line in head.decode().split("\n"))
    return letter(body, drop=("content-type",), **{name.replace("-", "_"): told for name, told in named.items()})


@pytest.mark.parametrize("open_ended", [False, True])
@pytest.mark.parametrize(
    "kind", ["application/pkcs7-mime; name=smime.p7m", "application/x-pkcs7-mime", "application/octet-stream; name=smime.p7m"]
)
def test_an_opaque_signature_gives_its_text(open_ended: bool, kind: str):
    mail = parse_mail(smime(envelope(INNER, open_ended=open_ended), kind))

    assert (mail.text, mail.attachments) == (TEXT, ())


def test_one_that_a_library_signed_with_a_file_in_it():
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anna")])
    start = datetime(2025, 10, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    certificate = made.not_valid_before(start).not_valid_after(start + timedelta(days=30)).sign(key, hashes.SHA256())
    kind, body = multipart(part("It is gone."), packed(b"%PDF-1.7", "application/pdf; name=receipt.pdf"))
    inner = b"Content-Type: " + kind.encode() + b"\n\n" + body
    signed = pkcs7.PKCS7SignatureBuilder().set_data(inner).add_signer(certificate, key, hashes.SHA256())

    mail = parse_mail(smime(signed.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])))

    assert (mail.text, [each.name for each in mail.attachments]) == ("It is gone.", ["receipt.pdf"])


@pytest.mark.parametrize(
    "content", [envelope(INNER, kind=ENVELOPED), envelope(INNER)[:60], b"", b"\x30\x80" * 3_000, b"\x30\x84\xff\xff\xff\xff"]
)
def test_what_is_encrypted_or_broken_is_a_file(content: bytes):
    mail = parse_mail(smime(content))

    assert [each.name for each in mail.attachments] == ["smime.p7m"]


def test_signatures_in_signatures_end():
    inner = INNER
    for _ in range(30):
        inner = smime(envelope(inner))

    assert [each.name for each in parse_mail(inner).attachments] == ["smime.p7m"]


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=200)
def test_no_bytes_break_the_reader_of_signatures(content: bytes):
    assert signed_content(content) is None or isinstance(signed_content(content), bytes)
    signed_content(envelope(INNER)[:40] + content)


def attribute(level: int, kind: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, kind, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def properties(*pairs: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<I", len(pairs))
    for kind, name, content in pairs:
        out += struct.pack("<HH", kind, name)
        if kind in {0x1E, 0x1F, 0x102}:
            out += struct.pack("<II", 1, len(content))
        out += content + b"\x00" * (-len(content) % 4)
    return out


def winmail(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


RTF = (
    rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}{\*\generator x;}\pard \'cc\'ee\'e9 \u1084?\u1077?\u1095? \b gone\b0.\par "
    rb"EV-2207 \{ok\}\par}"
)
FILE = (attribute(2, 0x00069002, b"\x01" * 14), attribute(2, 0x00018010, b"order.txt\x00"), attribute(2, 0x0006800F, b"Order 77-1201"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (attribute(1, 0x0002800C, b"My sword is gone.\x00"), "My sword is gone."),
        (attribute(1, 0x00069003, properties((0x1E, 0x1000, b"My sword is gone.\x00"))), "My sword is gone."),
        (attribute(1, 0x00069003, properties((0x1F, 0x1000, "Мой меч\x00".encode("utf-16-le")))), "Мой меч"),
        (attribute(1, 0x00069003, properties((0x03, 0x0017, b"\x01\x00\x00\x00"), (0x102, 0x1013, b"<p>My <b>sword</b></p>"))), "My sword"),
        (
            attribute(1, 0x00069007, struct.pack("<II", 1251, 0)) + attribute(1, 0x0002800C, "Мой меч".encode("cp1251")),
            "Мой меч",
        ),
        (
            attribute(1, 0x00069003, properties((0x102, 0x1009, struct.pack("<II4sI", len(RTF) + 12, len(RTF), b"MELA", 0) + RTF))),
            "Мой меч gone.\nEV-2207 {ok}",
        ),
    ],
)
def test_winmail_dat_gives_its_body_and_its_files(body: bytes, text: str):
    for kind in ("application/ms-tnef; name=winmail.dat", "application/octet-stream; name=winmail.dat"):
        mail = parse_mail(multipart_letter(packed(winmail(body, *FILE), kind)))

        assert (mail.text, [(each.name, each.content) for each in mail.attachments]) == (text, [("order.txt", b"Order 77-1201")])


def test_a_body_that_stands_in_both_is_shown_once():
    inside = packed(winmail(attribute(1, 0x0002800C, b"My sword\r\nis gone."), *FILE), "application/ms-tnef; name=winmail.dat")

    mail = parse_mail(multipart_letter(part("My sword is gone."), inside))

    assert (mail.full_text, [each.name for each in mail.attachments]) == ("My sword is gone.", ["order.txt"])


def test_a_winmail_dat_that_ends_too_early_is_kept_beside_what_could_be_read():
    mail = parse_mail(
        multipart_letter(packed(winmail(attribute(1, 0x0002800C, b"Gone."), *FILE)[:-4], "application/ms-tnef; name=winmail.dat"))
    )

    assert (mail.text, [each.name for each in mail.attachments]) == ("Gone.", ["order.txt", "winmail.dat"])
    assert "winmail.dat ends too early" in mail.defects


def test_the_names_that_outlook_gives_files_in_their_properties():
    told = properties(
        (0x1F, 0x3707, "снимок экрана.png\x00".encode("utf-16-le")), (0x1E, 0x370E, b"image/png\x00"), (0x1E, 0x3712, b"shot@x\x00")
    )
    found = read_tnef(winmail(*FILE, attribute(2, 0x00069005, told)))

    assert found is not None
    assert [(each.name, each.declared, each.content_id) for each in found.files] == [("снимок экрана.png", "image/png", "shot@x")]


def test_packed_rich_text_is_unpacked():
    """The example of the specification (MS-OXRTFCP 3.1)."""
    example = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"

    assert unpacked(bytes.fromhex(example)) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf_text(unpacked(bytes.fromhex(example))) == "hello world"
    assert unpacked(b"\x00" * 16) == b""


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_no_bytes_break_the_reader_of_winmail_dat(content: bytes):
    read_tnef(winmail(content))
    read_tnef(winmail(attribute(1, 0x00069003, content), attribute(2, 0x00069002, b""), attribute(2, 0x00069005, content)))
    unpacked(struct.pack("<II4sI", 0, 0, b"LZFu", 0) + content)
    rtf_text(content)
