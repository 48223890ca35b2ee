"""A small disk for the desk's files: a file system of its own where one may be mounted, else a limit on what its processes may write."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

from helpdesk.dev.processes import descendants

LARGE = 2 << 30  # bytes, of memory, and only as far as they are used
LEFT = 1_000_000  # bytes that find room on a full one
TOO_LARGE = 1_400_000  # bytes that do not


class Room:
    """`fill()` leaves room for LEFT bytes; `free()` makes all of it free again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.mounted = _ran("mount", "-t", "tmpfs", "-o", f"size={LARGE},mode=0755", "helpdesk-faults", str(folder))
        self._limited: list[psutil.Process] = []

    def fill(self, *pids: int, left: int = LEFT, by_limit: bool = False) -> None:
        """For these processes with their children there is no room any more; on a file system of its own, for nobody."""
        if self.mounted and not by_limit:
            self._resize(shutil.disk_usage(self.folder).used + left)
            return
        for pid in pids:
            for process in (psutil.Process(pid), *descendants(pid)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.rlimit(psutil.RLIMIT_FSIZE, (left, psutil.RLIM_INFINITY))
                    self._limited.append(process)

    def free(self) -> None:
        if self.mounted:
            self._resize(LARGE)
        for process in self._limited:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
        self._limited.clear()

    def close(self) -> None:
        if self.mounted:
            _ran("umount", "-l", str(self.folder))

    def _resize(self, size: int) -> None:
        if not _ran("mount", "-o", f"remount,size={size}", str(self.folder)):
            raise AssertionError(f"The file system at {self.folder} does not change its size.")


def _ran(*words: str) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
