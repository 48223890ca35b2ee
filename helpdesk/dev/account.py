"""Who runs PostgreSQL when we are root: it refuses root, so an ordinary user of the machine lends his name."""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from helpdesk.dev.trouble import Trouble

VARIABLE = "HELPDESK_SERVER_ACCOUNT"
CANDIDATES = ("postgres", "nobody", "daemon")
FAR_PLACE = Path("/var/lib/helpdesk-dev")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """The user for the database server; `None` means ourselves.

    Data that exists keeps its owner, else the variable HELPDESK_SERVER_ACCOUNT, else the first of `CANDIDATES` that this
    root may become. No user is ever made.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(_name(owner.st_uid), owner.st_uid, owner.st_gid)
    if wanted := os.environ.get(VARIABLE):
        account = _account(wanted)
        if account is None or account.uid == 0:
            raise Trouble(f"{VARIABLE} is “{wanted}”, which is no ordinary user of this machine. PostgreSQL refuses to run as root.")
        return account
    for name in CANDIDATES:
        account = _account(name)
        if account is not None and runs_as(account, ["/bin/sh", "-c", ":"]):
            return account
    raise Trouble(
        "PostgreSQL refuses to run as root, and this root may not become an ordinary user. "
        "Start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
    )


def runs_as(account: Account, argv: list[str]) -> bool:
    """Whether that user can run this and it ends well: the only honest test of a path that crosses many folders."""
    try:
        done = subprocess.run(
            argv, user=account.uid, group=account.gid, extra_groups=[], cwd="/", capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def can_enter(account: Account, folder: Path) -> bool:
    return runs_as(account, ["/bin/sh", "-c", 'test -x "$1" && cd "$1"', "sh", str(folder)])


def near_or_far(account: Account | None, data: Path) -> Path:
    """Where that user's files go: `data` itself, or a place outside when a folder above it is closed to him (a checkout in /root).

    The far place has the checkout's path in its name, so two checkouts never share one.
    """
    if account is None:
        return data
    far = far_place(data)
    if can_enter(account, data) and not far.exists():
        return data
    far.mkdir(parents=True, exist_ok=True)
    for folder in (FAR_PLACE, far):
        folder.chmod(0o755)
    if not can_enter(account, far):
        raise Trouble(f"{account.name} may enter neither {data} nor {far}. Set DATABASE_URL to a PostgreSQL of your own.")
    return far


def far_place(data: Path) -> Path:
    return FAR_PLACE / hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]


def _account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
