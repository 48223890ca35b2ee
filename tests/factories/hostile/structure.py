"""Mails made to hurt by their nesting, their boundaries and their headers."""

from __future__ import annotations

import base64

from tests.factories.hostile.making import MEGA, kind, mail, many, mixed, part


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
