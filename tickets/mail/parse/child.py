"""Mails are read apart from the desk: this is the child's program. It knows no model and no setting."""

from __future__ import annotations

from helpdesk.base.sandbox.child import Job, serve
from tickets.mail.parse.reader import parse_mail
from tickets.mail.parse.values import ParsedMail


def read(raw: bytes, own_addresses: tuple[str, ...], languages: tuple[str, ...]) -> ParsedMail:
    """`parse_mail` with arguments that can be sent to another process."""
    return parse_mail(raw, own_addresses=frozenset(own_addresses), languages=languages)


JOBS: dict[str, Job] = {"read": (read, tuple[bytes, tuple[str, ...], tuple[str, ...]])}

FIRST = b"From: a@b.example\nContent-Type: text/html\n\n<p>" + "Привет, где мой меч?".encode("cp1251") * 9
"""Read before the first job: what libraries load when they are first asked is not counted as some stranger's time."""

if __name__ == "__main__":
    parse_mail(FIRST)
    serve(JOBS)
