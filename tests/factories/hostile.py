"""Mails made to hurt whoever reads them, by kinds. `scale` 1 is as large as a door lets in (or as hurts most); tests take a part of it.

Each is a function of the scale that gives the mail's bytes. Nobody sent them: they were thought out here, one or more for each place
where a reader of mails may be made to work more than the bytes are worth.
"""

from __future__ import annotations

import base64
import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache

from PIL import Image

MEGA = 1_000_000
Maker = Callable[[float], bytes]
KINDS: dict[str, Maker] = {}


def kind(maker: Maker) -> Maker:
    KINDS[maker.__name__] = maker
    return maker


def mail(body: bytes | str, content_type: str = "text/plain; charset=utf-8", **headers: str | bytes) -> bytes:
    """A mail to the game with these headers; names with underscores, values as they are."""
    head: dict[str, str | bytes] = {
        "From": "Hostile Hank <hank@strangers.example>",
        "To": "help@ember.example",
        "Subject": "made to hurt",
        "MIME-Version": "1.0",
        "Content-Type": content_type,
    } | {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = (name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()) for name, value in head.items())
    return b"\n".join(lines) + b"\n\n" + (body if isinstance(body, bytes) else body.encode())


def mixed(*parts: bytes, subtype: str = "mixed") -> bytes:
    body = b"".join(b"--cut\n" + part + b"\n" for part in parts) + b"--cut--\n"
    return mail(body, f'multipart/{subtype}; boundary="cut"')


def part(body: bytes | str, content_type: str = "text/plain", **headers: str) -> bytes:
    head = {"Content-Type": content_type} | {name.replace("_", "-").title(): value for name, value in headers.items()}
    return (
        "".join(f"{name}: {value}\n" for name, value in head.items()).encode()
        + b"\n"
        + (body if isinstance(body, bytes) else body.encode())
    )


def file(content: bytes, content_type: str = "application/octet-stream", name: str = "a.bin") -> bytes:
    return part(
        base64.encodebytes(content), content_type, content_transfer_encoding="base64", content_disposition=f'attachment; filename="{name}"'
    )


def html(page: bytes | str) -> bytes:
    return mail(page, "text/html; charset=utf-8")


def many(scale: float, most: int, least: int = 2) -> int:
    return max(least, int(scale * most))


# --- nesting and boundaries


@kind
def parts_in_parts(scale: float) -> bytes:
    body = b"innermost"
    for level in range(many(scale, 5_000)):
        body = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) + body + b"\n--b%d--\n" % level
    return b"From: a@b.example\nSubject: deep\n" + body


@kind
def thirty_full_levels(scale: float) -> bytes:
    """Each level holds a copy of all below it, unless nothing is copied."""
    body = part(b"x" * many(scale, 30 * MEGA))
    for level in range(29):
        body = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) + body + b"\n--b%d--\n" % level
    return b"From: a@b.example\nTo: help@ember.example\nSubject: levels\n" + body


@kind
def mails_in_mails(scale: float) -> bytes:
    body = b"From: a@b.example\n\ninnermost"
    for _level in range(many(scale, 3_000)):
        body = b"From: a@b.example\nContent-Type: message/rfc822\n\n" + body
    return body


@kind
def encoded_levels(scale: float) -> bytes:
    """Multiparts in base64, so that each level has to be decoded before the next is seen."""
    body = part(b"x" * many(scale, 9 * MEGA))
    for level in range(4):
        inner = base64.encodebytes(b"--c%d\n" % level + body + b"\n--c%d--\n" % level)
        body = b'Content-Type: multipart/mixed; boundary="c%d"\nContent-Transfer-Encoding: base64\n\n' % level + inner
    return b"From: a@b.example\nTo: help@ember.example\nSubject: levels\n" + body


@kind
def thousands_of_parts(scale: float) -> bytes:
    return mixed(*[part(f"text {number}") for number in range(many(scale, 200_000))])


@kind
def text_parts(scale: float) -> bytes:
    """Just fewer parts than are counted, each as long as a text may be."""
    return mixed(*[part("wörd " * many(scale, 14_000)) for _number in range(398)])


@kind
def html_parts(scale: float) -> bytes:
    return mixed(*[part("<p>wörd</p> " * many(scale, 6_000), "text/html; charset=utf-8") for _number in range(398)])


@kind
def empty_parts(scale: float) -> bytes:
    return mail(b"--cut\n" * many(scale, 5 * MEGA), "multipart/mixed; boundary=cut")


@kind
def boundary_of_one_sign(scale: float) -> bytes:
    return mail(b"--" * many(scale, 17 * MEGA), "multipart/mixed; boundary=-")


@kind
def boundary_nearly_met(scale: float) -> bytes:
    return mail(
        b"--" + b"a" * 69 + b"b\n" + (b"--" + b"a" * 69 + b"\n") * many(scale, 400_000), f"multipart/mixed; boundary={'a' * 69 + 'c'}"
    )


@kind
def boundary_to_guess(scale: float) -> bytes:
    """No boundary named, and hundreds of candidates that each must be looked for."""
    lines = b"".join(b"--guess%05d\n" % number for number in range(1_500))
    return mail(lines + b"x" * many(scale, 34 * MEGA), "multipart/mixed")


@kind
def boundary_inside_lines(scale: float) -> bytes:
    return mail(b"x--cut " * many(scale, 5 * MEGA), "multipart/mixed; boundary=cut")


@kind
def closed_again_and_again(scale: float) -> bytes:
    return mail(b"--cut\n\nx\n--cut--\n" * many(scale, 2 * MEGA), "multipart/mixed; boundary=cut")


@kind
def alternatives(scale: float) -> bytes:
    inner = b"Content-Type: text/html\n\n" + b"<b>x</b>" * many(scale, 20_000)
    for level in range(25):
        inner = (
            b"Content-Type: multipart/alternative; boundary=a%d\n\n" % level + (b"--a%d\n" % level + inner + b"\n") + b"--a%d--\n" % level
        )
    return b"From: a@b.example\nTo: help@ember.example\n" + inner


# --- headers


@kind
def header_lines(scale: float) -> bytes:
    return b"X-A: b\n" * many(scale, 4 * MEGA) + b"\nbody"


@kind
def header_folds(scale: float) -> bytes:
    return b"From: a@b.example\nSubject: x\n" + b" y\n" * many(scale, 8 * MEGA) + b"\nbody"


@kind
def header_folds_of_blanks(scale: float) -> bytes:
    return b"From: a@b.example\nSubject: x\n" + (b" \t" * 30 + b"\n") * many(scale, 500_000) + b"body"


@kind
def header_without_end(scale: float) -> bytes:
    return b"From: a@b.example\nSubject: " + b"x" * many(scale, 34 * MEGA)


@kind
def header_folded_without_blanks(scale: float) -> bytes:
    return b"From: a@b.example\n" + b"not a header line at all\nSubject: x\n" * many(scale, 500_000)


@kind
def colons(scale: float) -> bytes:
    return b"From: a@b.example\nSubject" + b" " * many(scale, 3 * MEGA) + b": x\n\nbody"


@kind
def from_lines(scale: float) -> bytes:
    return b"From \n" * many(scale, 5 * MEGA) + b"From: a@b.example\n\nbody"


@kind
def quoted_from_lines(scale: float) -> bytes:
    return b">From x\n" * many(scale, 4 * MEGA)


@kind
def blank_lines_first(scale: float) -> bytes:
    return b"\r\n \t" * many(scale, 8 * MEGA) + b"From: a@b.example\n\nbody"


@kind
def received_headers(scale: float) -> bytes:
    return b"Received: from x for <a@b.example>;" * many(scale, 900_000) + b"\nFrom: a@b.example\n\nbody"


@kind
def references_by_the_thousand(scale: float) -> bytes:
    ids = b" ".join(b"<%d@strangers.example>" % number for number in range(many(scale, 1 * MEGA)))
    return mail("body", references=ids, in_reply_to=ids)


@kind
def references_never_closed(scale: float) -> bytes:
    return mail("body", references=b"<" * many(scale, 10 * MEGA), in_reply_to=b"<x" * many(scale, 5 * MEGA))


@kind
def parameters_in_pieces(scale: float) -> bytes:
    pieces = ";".join(f" filename*{number}*=%41%42" for number in range(many(scale, 100_000)))
    return mixed(part("x", "text/plain", content_disposition="attachment;" + pieces))


@kind
def parameters_of_quotes(scale: float) -> bytes:
    return mixed(*[part("x", 'text/plain; name="' + "\\" * many(scale, 31_000)) for _each in range(300)])


@kind
def parameters_of_blanks(scale: float) -> bytes:
    return mixed(*[part("x", "text/plain" + ";" + " " * many(scale, 31_000) + "a") for _each in range(300)])


@kind
def parameters_of_encoded_words(scale: float) -> bytes:
    return mixed(
        *[part("x", "text/plain", content_disposition="attachment; filename=" + "=?utf-8?q?=41?=" * many(scale, 2_000)) for _ in range(300)]
    )


@kind
def comments_in_comments(scale: float) -> bytes:
    return mail("x", content_transfer_encoding=b"(" * many(scale, 10 * MEGA), auto_submitted=b"()" * many(scale, 5 * MEGA))


# --- addresses and names


def addresses(value: bytes) -> bytes:
    return b"".join(b"To: " + value + b"\n" for _each in range(15)) + b"From: a@b.example\nSubject: x\n\nbody"


@kind
def address_brackets(scale: float) -> bytes:
    return addresses(b"<" * many(scale, 32_000))


@kind
def address_comments(scale: float) -> bytes:
    return addresses(b"(" * many(scale, 16_000) + b"a" * many(scale, 16_000))


@kind
def address_comments_closed_late(scale: float) -> bytes:
    return addresses(b"(a)" * many(scale, 10_000))


@kind
def address_quotes(scale: float) -> bytes:
    return addresses(b'"' * many(scale, 32_000))


@kind
def address_colons(scale: float) -> bytes:
    return addresses(b"a:" * many(scale, 16_000))


@kind
def address_local_parts(scale: float) -> bytes:
    return addresses(b"a" * many(scale, 31_000) + b"@")


@kind
def address_quoted_local_parts(scale: float) -> bytes:
    return addresses(b'"a' * many(scale, 15_000))


@kind
def address_list(scale: float) -> bytes:
    return addresses(b",".join(b"n%d <u%d@strangers.example>" % (number, number) for number in range(many(scale, 900))))


@kind
def address_encoded_words(scale: float) -> bytes:
    return addresses(b"=?utf-8?b?" * many(scale, 3_000)) + b"=?utf-8?q?=41?=, " * many(scale, 2_000)


@kind
def thousands_of_address_headers(scale: float) -> bytes:
    return b"".join(b"Cc: u%d@strangers.example, (x\n" % number for number in range(many(scale, 15_000))) + b"From: a@b.example\n\nbody"


@kind
def encoded_words_never_closed(scale: float) -> bytes:
    return mail("x", subject=b"=?utf-8?b?" * many(scale, 3 * MEGA), thread_topic=b"=?x?q?" * many(scale, MEGA))


@kind
def encoded_words_of_all_charsets(scale: float) -> bytes:
    names = [b"utf-8", b"koi8-r", b"iso-2022-jp", b"gb18030", b"utf-7", b"cp1251"]
    return mail("x", subject=b" ".join(b"=?%s?b?4eHh?=" % names[number % 6] for number in range(many(scale, 1_500))))


# --- transfer encodings


@kind
def base64_garbage(scale: float) -> bytes:
    return mail(random.Random(1).randbytes(many(scale, 25 * MEGA)), content_transfer_encoding="base64")


@kind
def base64_in_pieces(scale: float) -> bytes:
    return mail(b"QQ==" * many(scale, 8 * MEGA), content_transfer_encoding="base64")


@kind
def base64_then_text(scale: float) -> bytes:
    return mail(
        b"QUJD\n" * many(scale, 3 * MEGA) + b"and then words, many words\n" * many(scale, 700_000), content_transfer_encoding="base64"
    )


@kind
def base64_of_one_sign_lines(scale: float) -> bytes:
    return mail(b"Q\n" * many(scale, 15 * MEGA) + b"!", content_transfer_encoding="base64")


@kind
def quoted_printable_signs(scale: float) -> bytes:
    return mail(b"=" * many(scale, 34 * MEGA), content_transfer_encoding="quoted-printable")


@kind
def quoted_printable_soft_ends(scale: float) -> bytes:
    return mail(b"=\n" * many(scale, 15 * MEGA), content_transfer_encoding="quoted-printable")


@kind
def uuencoded_begins(scale: float) -> bytes:
    return mail(b"begin 644 x\n" * many(scale, 2 * MEGA))


@kind
def uuencoded_files(scale: float) -> bytes:
    return mail(b"begin 644 x\n#0V%T\n`\nend\n" * many(scale, MEGA))


@kind
def uuencoded_never_ended(scale: float) -> bytes:
    return mail(b"begin 644 x\n" + b"M" + b"`" * 60 + b"\n" + (b"begin 644 y\n#0V%T\n") * many(scale, MEGA))


@kind
def uuencoded_ends_of_blanks(scale: float) -> bytes:
    return mail(b"begin 644 x\n" + (b"end" + b" " * 300 + b"x\n") * many(scale, 100_000))


# --- text


@kind
def text_of_megabytes(scale: float) -> bytes:
    return mail("слово за слово " * many(scale, MEGA))


@kind
def one_line(scale: float) -> bytes:
    return mail("x" * many(scale, 34 * MEGA))


@kind
def lines_of_nothing(scale: float) -> bytes:
    return mail(b"\n" * many(scale, 34 * MEGA))


@kind
def carriage_returns(scale: float) -> bytes:
    return b"\r" * many(scale, 34 * MEGA)


@kind
def zeros(scale: float) -> bytes:
    return mail(bytes(many(scale, 34 * MEGA)))


@kind
def high_bytes(scale: float) -> bytes:
    return mail(random.Random(2).randbytes(many(scale, 34 * MEGA)).replace(b"\n", b"\xe9"), "text/plain")


@kind
def wrong_charset(scale: float) -> bytes:
    return mail("Где мой меч? Ґанок, їжак. ".encode("cp1251") * many(scale, 30_000), "text/plain; charset=iso-8859-1")


@kind
def utf_7(scale: float) -> bytes:
    return mail(b"+AGE-" * many(scale, 4 * MEGA), "text/plain; charset=utf-7")


@kind
def combining_marks(scale: float) -> bytes:
    return mail("Z" + "\u0335\u0321\u0489" * many(scale, 60_000))


@kind
def enriched(scale: float) -> bytes:
    return mail(b"<param>" * many(scale, 4 * MEGA), "text/enriched")


@kind
def enriched_tags(scale: float) -> bytes:
    return mail(b"<" + b"a" * many(scale, 2 * MEGA) + b"<" * many(scale, 4 * MEGA) + b"<param></param" * many(scale, MEGA), "text/enriched")


@kind
def flowed(scale: float) -> bytes:
    return mail("x \n" * many(scale, 300_000), "text/plain; format=flowed; delsp=yes")


@kind
def quote_levels(scale: float) -> bytes:
    return mail((">" * 2_000 + " x\n") * many(scale, 10_000))


@kind
def quote_depth(scale: float) -> bytes:
    return mail("\n".join(">" * (number % 3_000) + " x" for number in range(many(scale, 10_000))))


@kind
def introductions(scale: float) -> bytes:
    return mail("On Mon, 3 Mar 2025 at 10:00, Anna <a@b.example> wrote:\n" * many(scale, 50_000))


@kind
def introductions_on_one_line(scale: float) -> bytes:
    return mail(("On 1 2025 at 10:00 " * 20 + "wrote:\n") * many(scale, 4_000) + "Am 2025 " * many(scale, 20_000) + ":")


@kind
def header_blocks(scale: float) -> bytes:
    return mail(("From: a\nSent: 1\n" * 3 + "x\ny\nz\n") * many(scale, 1_500))


@kind
def initials(scale: float) -> bytes:
    return mail("".join(f"A{number % 700}> words of mine\n\n" for number in range(many(scale, 4_900 // 2))))


@kind
def signatures(scale: float) -> bytes:
    return mail("words\n--\n" * many(scale, 2_400) + "Sent from my iPhone\n" * 99)


@kind
def links(scale: float) -> bytes:
    return mail("https://strangers.example/" + "a" * 50 + " " + "www." * many(scale, 30_000) + " http://" * many(scale, 20_000))


@kind
def bounce_words(scale: float) -> bytes:
    return mail(
        "Delivery to the following recipient failed " + "a" * many(scale, 10_000) + "@" + " 5.1.1 message " * many(scale, 3_000),
        from_="MAILER-DAEMON@strangers.example",
        subject="Undelivered Mail Returned to Sender",
        return_path="<>",
    ).replace(b"From-:", b"From:")


@kind
def delivery_report(scale: float) -> bytes:
    groups = "".join(
        f"Final-Recipient: rfc822; u{number}@strangers.example\nAction: failed\nStatus: 5.1.1\n\n" for number in range(many(scale, 100_000))
    )
    return mixed(
        part("failed"), part("Reporting-MTA: dns; x\n\n" + groups, "message/delivery-status"), subtype="report; report-type=delivery-status"
    )


@kind
def delivery_report_lines(scale: float) -> bytes:
    body = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\n" + "Diagnostic-Code: x\n" + " y\n" * many(scale, 33_000)
    return mixed(part("failed"), part(body, "message/delivery-status"), subtype="report; report-type=delivery-status")


# --- HTML


@kind
def html_divs(scale: float) -> bytes:
    return html("<div>" * many(scale, 200_000) + "my sword")


@kind
def html_divs_just_few_enough(scale: float) -> bytes:
    return html(("<div>" * 390 + "x" + "</div>" * 390) * many(scale, 200))


@kind
def html_formats(scale: float) -> bytes:
    return html("<p>" + "".join(f"<font color=#{number:06}>" for number in range(many(scale, 5_000))) + "<p>my sword" * 5_000)


@kind
def html_formats_just_few_enough(scale: float) -> bytes:
    return html("".join(f"<font color=#{number:06}>" for number in range(14)) + "<p>x" * many(scale, 13_000))


@kind
def html_tables(scale: float) -> bytes:
    return html("<table>" * many(scale, 50_000) + "my sword")


@kind
def html_cells(scale: float) -> bytes:
    return html("<table>" + "<tr><td>x<td>y" * many(scale, 70_000))


@kind
def html_misplaced_in_tables(scale: float) -> bytes:
    return html("<table>" + "x<b>" * many(scale, 10_000) + "<i><tr>" * many(scale, 10_000))


@kind
def html_lists(scale: float) -> bytes:
    return html("<ul><li>" * many(scale, 390) + "<li>x" * many(scale, 190_000))


@kind
def html_attributes(scale: float) -> bytes:
    return html("<p " + " ".join(f"a{number}=1" for number in range(many(scale, 90_000))) + ">x" + "<a href=x " * many(scale, 30_000))


@kind
def html_styles(scale: float) -> bytes:
    return html('<p style="' + "display:" * many(scale, 100_000) + '">x' + '<div class="' + "x_" * many(scale, 90_000) + '">')


@kind
def html_classes(scale: float) -> bytes:
    return html(("<blockquote class='" + "x_ecx" * 2_000 + "'>x</blockquote>") * many(scale, 90))


@kind
def html_comments(scale: float) -> bytes:
    return html("<!--" * many(scale, 240_000) + "-->x")


@kind
def html_scripts(scale: float) -> bytes:
    return html("<script>" * many(scale, 120_000) + "<div>" * 500)


@kind
def html_titles_never_closed(scale: float) -> bytes:
    return html("<div>" * 500 + "<title></style" * many(scale, 70_000))


@kind
def html_half_tags(scale: float) -> bytes:
    return html("<a " * many(scale, 300_000) + "<p" * many(scale, 50_000) + ">")


@kind
def html_entities(scale: float) -> bytes:
    return html("&#" * many(scale, 200_000) + "&amp" * many(scale, 100_000) + "&" * many(scale, 100_000))


@kind
def html_links(scale: float) -> bytes:
    return html("".join(f"<a href='https://strangers.example/{number}'>x</a>" for number in range(many(scale, 20_000))))


@kind
def html_links_in_one_line(scale: float) -> bytes:
    """Each link looks back at the words in it."""
    return html("x" * 1_000 + "<a href='https://a.example/'>" * 13 + "x<i></i>" * many(scale, 14_000))


@kind
def html_quotes(scale: float) -> bytes:
    return html(("<blockquote>" * 380 + "x<br>" * 100 + "</blockquote>" * 380) * many(scale, 90))


@kind
def html_pre(scale: float) -> bytes:
    return html("<pre>" + "\n" * many(scale, MEGA) + "</pre>")


@kind
def html_svg_and_math(scale: float) -> bytes:
    return html(("<svg><math><mtext><table>" + "<b>" * 9) * many(scale, 6_000))


@kind
def html_selects(scale: float) -> bytes:
    return html(("<select><option>" + "<button>") * many(scale, 30_000) + "</p>" * many(scale, 100_000))


@kind
def html_data_pictures(scale: float) -> bytes:
    return html(("<img src='data:image/png;base64," + "A" * 20_000 + "'>") * many(scale, 48))


@kind
def html_pictures_by_cid(scale: float) -> bytes:
    return mixed(
        part("".join(f"<img src='cid:{number}'>" for number in range(many(scale, 40_000))), "text/html"),
        *[part("x", "image/png", content_id=f"<{number}>") for number in range(390)],
        subtype="related",
    )


# --- files and pictures


def png(width: int, height: int, *, colour: int = 2, lines: int | None = None) -> bytes:
    """A PNG of nothing but zeros: a few kilobytes that unpack to all these pixels."""
    packer = zlib.compressobj(9)
    line = bytes(1 + width * {0: 1, 2: 3, 6: 4}[colour])
    packed = b"".join(packer.compress(line) for _line in range(height if lines is None else lines)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", struct.pack("!IIBBBBB", width, height, 8, colour, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b""))
    )


@cache
def noise(form: str, side: int) -> bytes:
    out = io.BytesIO()
    picture = Image.effect_noise((side, side), 80).convert("RGB")
    picture.save(out, form, **({"progressive": True} if form == "JPEG" else {}))
    return out.getvalue()


@kind
def picture_of_scans(scale: float) -> bytes:
    whole = noise("JPEG", 400)
    last = whole.rindex(b"\xff\xda")
    return mixed(part("see"), file(whole[:last] + whole[last:-2] * many(scale, 300) + whole[-2:], "image/jpeg", "a.jpg"))


@kind
def picture_of_few_scans(scale: float) -> bytes:
    """Fewer scans than are counted, over as many pixels as are taken."""
    whole = noise("JPEG", 1_200)
    last = whole.rindex(b"\xff\xda")
    return mixed(part("see"), file(whole[:last] + whole[last:-2] * many(scale, 88) + whole[-2:], "image/jpeg", "a.jpg"))


@kind
def picture_of_zeros(scale: float) -> bytes:
    side = many(scale**0.5, 7_000)
    return mixed(part("see"), file(png(side, side), "image/png", "a.png"))


@kind
def picture_beyond_all(scale: float) -> bytes:
    return mixed(part("see"), file(png(many(scale, 60_000), 60_000, lines=2), "image/png", "a.png"))


@kind
def pictures_by_the_dozen(scale: float) -> bytes:
    side = many(scale**0.5, 3_000)
    return mixed(part("see"), *[file(png(side, side + number), "image/png", f"{number}.png") for number in range(40)])


@kind
def picture_without_its_name(scale: float) -> bytes:
    side = many(scale**0.5, 4_000)
    return mixed(part("see"), part(png(side, side, colour=6), "application/octet-stream", content_transfer_encoding="binary"))


@kind
def picture_of_frames(scale: float) -> bytes:
    first, *others = [Image.new("P", (400, 400), shade % 250) for shade in range(many(scale, 590))]
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others)
    return mixed(part("see"), file(out.getvalue(), "image/gif", "a.gif"))


@kind
def picture_of_noise(scale: float) -> bytes:
    return mixed(part("see"), file(noise("PNG", many(scale**0.5, 2_600)), "image/png", "a.png"))


@kind
def picture_to_encode_slowly(scale: float) -> bytes:
    return mixed(part("see"), file(noise("WEBP", many(scale**0.5, 2_400)), "image/webp", "a.webp"))


@kind
def picture_with_a_packed_profile(scale: float) -> bytes:
    whole = png(20, 20)
    profile = b"icc\0\0" + zlib.compress(bytes(many(scale, 100 * MEGA)), 9)
    chunk = struct.pack("!I", len(profile)) + b"iCCP" + profile + struct.pack("!I", zlib.crc32(b"iCCP" + profile))
    return mixed(part("see"), file(whole[:33] + chunk + whole[33:], "image/png", "a.png"))


@kind
def zip_bomb(scale: float) -> bytes:
    """Nobody unpacks archives here; it is one file, and stays one."""
    return mixed(part("see"), file(b"PK\x03\x04" + zlib.compress(bytes(many(scale, 200 * MEGA)), 9), "application/zip", "a.zip"))


@kind
def tnef(scale: float) -> bytes:
    return mixed(
        part("see"),
        file(
            b"\x78\x9f\x3e\x22" + struct.pack("<H", 1) + b"\x02\x05\x90\x06\x00" + b"\xff" * many(scale, 9 * MEGA),
            "application/ms-tnef",
            "winmail.dat",
        ),
    )


@kind
def smime(scale: float) -> bytes:
    return mail(
        base64.encodebytes(b"\x30\x80" * many(scale, 9 * MEGA)),
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        content_transfer_encoding="base64",
    )


@kind
def files_by_the_hundred(scale: float) -> bytes:
    return mixed(*[file(b"%d" % number * many(scale, 20_000), name=f"{number}.bin") for number in range(390)])


@kind
def names_of_files(scale: float) -> bytes:
    return mixed(*[file(b"x", name="a/\u202e" * many(scale, 5_000) + f"{number}") for number in range(150)])


@kind
def nothing_at_all(scale: float) -> bytes:
    return b""


@kind
def noise_alone(scale: float) -> bytes:
    return random.Random(3).randbytes(many(scale, 20 * MEGA))
