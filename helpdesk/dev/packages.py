"""Debian packages that the tests need beside Python's: installed where we may, named in one line where we may not."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from helpdesk.dev.errors import DevError

NEEDED = {  # package: what proves that it is there
    "chromium": ("chromium", "/usr/bin/chromium"),
    "default-jre-headless": ("java",),
    "dovecot-imapd": ("/usr/lib/dovecot/imap", "/usr/libexec/dovecot/imap"),
    "gettext": ("msgfmt", "/usr/bin/msgfmt"),
    "maven": ("mvn", "/usr/bin/mvn"),
}
POLICY = Path("/usr/sbin/policy-rc.d")


def missing(needed: dict[str, tuple[str, ...]] | None = None) -> list[str]:
    return [name for name, proofs in (needed or NEEDED).items() if not any(shutil.which(proof) for proof in proofs)]


def packages() -> None:
    """Install what is missing, or say the one line that does."""
    names = missing()
    if not names:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    sudo = f"sudo {line}"
    if shutil.which("apt-get") is None:
        raise DevError(f"The tests need {', '.join(names)}, and this machine has no apt-get. Install what your system calls them.")
    become = _how_to_become_root()
    if become is None:
        raise DevError(f"The tests need Debian packages that are missing here, and this user may not install them. Run once:\n\n  {sudo}\n")
    print(f"Installing {', '.join(names)} …", flush=True)
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    with _no_services_started(become):
        for words in (["apt-get", "update", "-q"], line.split()):
            done = subprocess.run([*become, *words], env=environment, check=False, capture_output=True, text=True)
            if done.returncode != 0 and words[1] == "install":
                said = "\n".join(f"  | {row}" for row in (done.stdout + done.stderr).splitlines()[-8:])
                raise DevError(f"apt-get failed:\n{said}\nRun once, when the network is there:\n\n  {sudo}\n")
    if still := missing():
        raise DevError(f"apt-get ended well, but {', '.join(still)} cannot be found. Look at: {sudo}")


def _how_to_become_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]
    return None


@contextlib.contextmanager
def _no_services_started(become: list[str]) -> Iterator[None]:
    """A mail server that is installed for tests must not begin to serve this machine's network."""
    if become or POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
