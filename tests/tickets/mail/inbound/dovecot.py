"""A real IMAP server for tests: Debian's dovecot, in a folder of its own, on a free port."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = """
base_dir = {folder}/run
log_path = {folder}/log
state_dir = {folder}/state
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
default_login_user = {login_user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {user}
mail_gid = {group}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; every user's password is `secret`."""

    port: int
    folder: Path

    def deliver(self, user: str, *mails: bytes, at: datetime | None = None) -> None:
        """Put mails into the user's inbox, as another program would; `at` is when the server says that they came."""
        came = at.timestamp() if at else time.time()
        with self.session(user) as session:
            for mail in mails:
                session.append("INBOX", "", imaplib.Time2Internaldate(came), mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def number_anew(self, user: str) -> None:
        """The server loses its index: every mail gets another number, under another UIDVALIDITY."""
        for path in (self.folder / "mail" / user).glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # UIDVALIDITY is a second's number

    @contextmanager
    def session(self, user: str) -> Iterator[imaplib.IMAP4]:
        session = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        session.login(user, "secret")
        try:
            yield session
        finally:
            session.logout()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Start dovecot and end it with the block. Runs as root with its own users, and as any other user with that one."""
    assert PROGRAM
    own = pwd.getpwuid(os.getuid())
    user = "dovecot" if own.pw_uid == 0 else own.pw_name
    login_user = "dovenull" if own.pw_uid == 0 else own.pw_name
    port = free_port()
    for name in ("run", "state", "mail"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    if own.pw_uid == 0:
        shutil.chown(folder / "mail", user="dovecot", group="dovecot")
    settings = folder / "dovecot.conf"
    group = "dovecot" if own.pw_uid == 0 else str(own.pw_gid)
    settings.write_text(CONFIGURATION.format(folder=folder, port=port, user=user, login_user=login_user, group=group))
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process, folder / "log")
        yield Server(port, folder)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(100):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"dovecot did not start: {log.read_text() if log.exists() else process.returncode}")
