"""Mails made to hurt by their addresses, their encoded words and their transfer encodings."""

from __future__ import annotations

import random

from tests.factories.hostile.making import MEGA, kind, mail, many


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
