"""A small disk for the desk's files: a file system of its own where one may be mounted, else a limit on what its processes may write."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

from helpdesk.dev.processes import descendants

SOURCE = "helpdesk-faults-"  # and the process that mounted it
LARGE = 2 << 30  # bytes, of memory, and only as far as they are used
LEFT = 1_000_000  # bytes that find room on a full one
TOO_LARGE = 1_400_000  # bytes that do not


class Room:
    """`fill()` leaves room for LEFT bytes; `free()` makes all of it free again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        _unmount_orphans()
        self.mounted = _ran("mount", "-t", "tmpfs", "-o", f"size={LARGE},mode=0755", f"{SOURCE}{os.getpid()}", str(folder))
        self._limited: list[tuple[psutil.Process, tuple[int, int]]] = []

    def fill(self, *pids: int, left: int = LEFT, by_limit: bool = False) -> None:
        """For these processes with their children there is no room any more; on a file system of its own, for nobody."""
        if self.mounted and not by_limit:
            self._resize(lambda: shutil.disk_usage(self.folder).used + left)
            return
        for pid in pids:
            for process in (psutil.Process(pid), *descendants(pid)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    before = process.rlimit(psutil.RLIMIT_FSIZE)  # the children that read mails have a limit of their own, for good
                    if before[0] == psutil.RLIM_INFINITY:
                        process.rlimit(psutil.RLIMIT_FSIZE, (left, before[1]))
                        self._limited.append((process, before))

    def free(self) -> None:
        if self.mounted:
            self._resize(lambda: LARGE)
        for process, before in self._limited:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, before)
        self._limited.clear()

    def close(self) -> None:
        if self.mounted:
            _ran("umount", "-l", str(self.folder))

    def _resize(self, size: Callable[[], int]) -> None:
        """It never becomes smaller than what lies there, and a worker may just be writing: then once more."""
        for _attempt in range(20):
            if _ran("mount", "-o", f"remount,size={size()}", str(self.folder)):
                return
        raise AssertionError(f"The file system at {self.folder} does not change its size.")


def _unmount_orphans() -> None:
    """What a killed run of these tests left mounted."""
    for line in Path("/proc/mounts").read_text().splitlines():
        source, folder = line.split(" ")[:2]
        if source.startswith(SOURCE) and not psutil.pid_exists(int(source.removeprefix(SOURCE))):
            _ran("umount", "-l", folder)


def _ran(*words: str) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
