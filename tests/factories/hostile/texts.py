"""Mails made to hurt by their plain text, their quotes and what looks like a report."""

from __future__ import annotations

import random

from tests.factories.hostile.making import MEGA, kind, mail, many, mixed, part


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
