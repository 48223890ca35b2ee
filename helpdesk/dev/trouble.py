"""What stops the machine and can be told in a sentence."""

from __future__ import annotations

import errno
from pathlib import Path


class Trouble(Exception):
    """Something a person must mend before the desk can run. The message is the sentence that tells how."""


def no_room(path: Path | str) -> Trouble:
    return Trouble(f"No space is left on the disk of {path}. Free some and start again; nothing that was saved is lost.")


def from_os(error: OSError) -> Trouble:
    """The sentence for an error of the operating system that nobody expected where it happened."""
    where = error.filename or "a file"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return no_room(where)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Trouble(
            f"This user may not write {where}. If an earlier run was started by another user (root, perhaps), start as that user "
            f"or remove that folder."
        )
    return Trouble(f"The operating system refused: {error}.")
