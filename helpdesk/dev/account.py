"""Who runs PostgreSQL and Elasticsearch when we are root: they refuse root, so an ordinary user of the machine lends a name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpdesk.dev.errors import DevError

VARIABLE = "HELPDESK_SERVER_ACCOUNT"
CANDIDATES = ("postgres", "nobody", "daemon")
FAR_PLACE = Path("/var/lib/helpdesk-dev")
ENTER = ("/bin/sh", "-c", 'cd "$0"')  # and the folder


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def lent(self) -> dict[str, Any]:
        """What `subprocess` must be told to run something as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def runs(self, *argv: str | Path) -> bool:
        """Whether this user can run that and it ends well: the only honest test of a path that crosses many folders."""
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(argv, **self.lent, cwd="/", capture_output=True, check=False, timeout=60)
            return done.returncode == 0
        return False


def server_account(data: Path, otherwise: str) -> Account | None:
    """The user for the server of this data; `None` means ourselves. `otherwise`: what else one can do, as the end of a sentence.

    Data that exists keeps its owner, else the variable HELPDESK_SERVER_ACCOUNT, else the first of `CANDIDATES` that this
    root may become. No user is ever made.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(f"The owner of {data}", owner.st_uid, owner.st_gid)
    if wanted := os.environ.get(VARIABLE):
        account = _account(wanted)
        if account is None or account.uid == 0:
            raise DevError(f"{VARIABLE} is “{wanted}”, which is no ordinary user of this machine. Servers refuse to run as root.")
        return account
    for account in map(_account, CANDIDATES):
        if account is not None and account.runs("/bin/sh", "-c", ":"):
            return account
    raise DevError(
        f"The servers refuse to run as root, and this root may not become an ordinary user. Start as an ordinary user, or {otherwise}."
    )


def near_or_far(account: Account | None, data: Path, otherwise: str) -> Path:
    """Where that user's files go: `data` itself, or a place outside when a folder above it is closed to them (a checkout in /root).

    The far place has the checkout's path in its name, so two checkouts never share one.
    """
    far = far_place(data)
    if account is None or (not far.exists() and account.runs(*ENTER, data)):
        return data
    far.mkdir(parents=True, exist_ok=True)
    for folder in (FAR_PLACE, far):
        folder.chmod(0o755)
    if not account.runs(*ENTER, far):
        raise DevError(f"{account.name} may enter neither {data} nor {far}. You can {otherwise}.")
    return far


def far_place(data: Path) -> Path:
    return FAR_PLACE / hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]


def _account(name: str) -> Account | None:
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam(name)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    return None
