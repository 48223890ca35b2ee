"""Deeds of a process whose children die: each is done by a child that CRASH_AT ends as `kill -9` would, at a named point or after a time.

Run by `Hand(env, "tests.faults.deaths")`. A child says how it ended by its code, and nothing of it outlives it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from helpdesk.base import blobs, clock, storage
from helpdesk.base.blobs import sweeping
from helpdesk.base.models import Blob
from helpdesk.base.turns import Turn
from tickets.mail.inbound import inbox
from tickets.mail.models import RawMail

storage.PIECE = 4096  # so that small mails are written in many pieces


def pour(mail: str, mailbox: str, at: str = "", after: float = 0) -> int:
    """A mail (base64) into the pipe; its exit code, or minus the signal that ended it."""

    def pipe() -> int:
        sys.stdin = io.TextIOWrapper(io.BytesIO(base64.b64decode(mail)))
        try:
            call_command("receive_mail", mailbox=mailbox)
        except CommandError as error:
            return error.returncode
        return 0

    return _ended(pipe, at, after)


def understand(pk: int, at: str = "") -> int:
    """What a worker does with a raw mail."""
    RawMail.objects.filter(pk=pk).update(claimed_until=None, due_at=clock.now())
    return _ended(lambda: not inbox.process(pk), at, 0)


def sweep(mail: str, at: str = "") -> int:
    """What the tick does whose turn this mail's file is, without any grace."""
    shard = hashlib.sha256(base64.b64decode(mail)).hexdigest()[:2]
    return _ended(lambda: sweeping.sweep_shard(shard, grace=timedelta(0), turn=Turn()) * 0, at, 0)


def broken(*, newest: int | None = None, used: bool = False) -> list[str]:
    """What is wrong with the files that rows name (the newest ones; those that somebody uses): nothing, whatever died in between."""
    rows = Blob.objects.order_by("-pk")[:newest]
    return [trouble for blob in rows if (trouble := blobs.examine(blob)) and (not used or blobs.users_of(blob))]


def kept(mail: str) -> str:
    """What stands between this mail and the desk's having it: its bytes, and one raw mail."""
    content = base64.b64decode(mail)
    blob = Blob.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
    if blob is None or blobs.read(blob) != content:
        return "its bytes are not there"
    found = RawMail.objects.filter(blob=blob).count()
    return "" if found == 1 else f"{found} raw mails"


def raw_mail(mail: str) -> int:
    return RawMail.objects.get(blob__sha256=hashlib.sha256(base64.b64decode(mail)).hexdigest()).pk


def leftovers() -> list[str]:
    """Files of writings that came to no end."""
    return sorted(default_storage.listdir(storage.INCOMING)[1])


def sweep_leftovers_later() -> int:
    """As the sweep does when their time is over; how many went."""
    with clock.travel(clock.now() + 2 * sweeping.LEFT_OVER):
        return sweeping.sweep_leftovers()


def _ended(work: Callable[[], int], at: str, after: float) -> int:
    connections.close_all()  # a child must not share them
    child = os.fork()
    if not child:
        settings.CRASH_AT = at
        current_app.conf.task_always_eager = True  # nobody is nudged: the broker's connections are the parent's
        if after:
            threading.Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
        code = 70
        try:
            code = int(work())
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
