"""A real Elasticsearch from the zip that Elastic itself publishes in Maven's repository, or from its container.

It is looked for in this order: the unpacked server or its zip in our cache, Maven, a container engine. The zip holds the server's core and
few modules, which is all that the desk asks of it. Root is handled as for PostgreSQL.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
import zipfile
from http.client import HTTPException
from pathlib import Path
from urllib.parse import unquote, urlsplit

from helpdesk.dev.account import Account, near_or_far, server_account
from helpdesk.dev.data_dir import LOCAL_DIR
from helpdesk.dev.errors import DevError, no_room
from helpdesk.dev.ports import HOST
from helpdesk.dev.processes import Part

VERSION = "8.19.21"
NAME = f"elasticsearch-{VERSION}"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
IMAGE = f"elasticsearch:{VERSION}"
CACHE = LOCAL_DIR / "elasticsearch"
OTHERWISE = "set ELASTICSEARCH_URL to an Elasticsearch of your own"
PACKAGES = "apt-get install -y --no-install-recommends maven default-jre-headless"
ROOM_NEEDED = 600_000_000  # bytes, unpacked and with some documents
FETCHING = 900  # seconds
HEAP = "-Xms512m -Xmx512m"
SETTINGS = {
    "discovery.type": "single-node",
    "xpack.security.enabled": "false",
    "action.auto_create_index": "false",
    "cluster.routing.allocation.disk.threshold_enabled": "false",  # a laptop's full disk is no reason to refuse words
}
NO_ANSWER = (OSError, HTTPException, ValueError, KeyError)
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1.} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


class ElasticsearchServer:
    """One node. `prepare()` makes it fit to start, `part()` is the process, `url` the address when it runs."""

    def __init__(self, folder: Path, port: int, log: Path) -> None:
        home = folder / "search"
        home.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.log = log
        self.account = server_account(home / "data", OTHERWISE)
        self.home = near_or_far(self.account, home, OTHERWISE)
        if self.home != home and (self.home / "data").exists():
            self.account = server_account(self.home / "data", OTHERWISE)
        self.programs: Path | None = None  # None: a container

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def prepare(self) -> None:
        """Find the server and write its settings. What it has indexed stays, if it is no container."""
        if shutil.disk_usage(self.home).free < ROOM_NEEDED:
            raise no_room(self.home)
        try:
            self.programs = unpacked(self.account)
        except DevError:
            if not _engine_answers():
                raise
            subprocess.run(["docker", "rm", "--force", self._container], capture_output=True, check=False)
            return
        config = self.home / "config"
        own = {"network.host": HOST, "http.port": self.port, "transport.port": 0, "path.data": self._data, "path.logs": self.home / "logs"}
        config.mkdir(exist_ok=True)
        (config / "elasticsearch.yml").write_text("".join(f"{name}: {value}\n" for name, value in {**SETTINGS, **own}.items()))
        (config / "log4j2.properties").write_text(LOGGING)
        options = [*HEAP.split(), "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.io.tmpdir=${ES_TMPDIR}"]
        (config / "jvm.options").write_text("".join(f"{option}\n" for option in options))
        for folder in (config, self._data, self.home / "logs", self.home / "tmp"):
            folder.mkdir(mode=0o700, exist_ok=True)
            if self.account:
                for path in (folder, *folder.glob("*")):
                    os.chown(path, self.account.uid, self.account.gid)

    def part(self) -> Part:
        if self.programs is None:
            return self._part_in_a_container()
        env = {
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "ES_JAVA_HOME": str(_java()),
            "ES_PATH_CONF": str(self.home / "config"),
            "ES_TMPDIR": str(self.home / "tmp"),
            "ES_JAVA_OPTS": os.environ.get("ES_JAVA_OPTS", ""),  # another heap, a compiler in a hurry
            "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1",  # of the program that starts the server and waits for it
        }
        program = [str(self.programs / "bin" / "elasticsearch")]
        return Part(
            "elasticsearch", program, self.log, env=env, account=self.account, ready=self._answers, ready_seconds=120, stop_seconds=20
        )

    def _part_in_a_container(self) -> Part:
        own = os.environ.get("ES_JAVA_OPTS", "").split()
        settings = [
            word for name, value in {**SETTINGS, "ES_JAVA_OPTS": " ".join([HEAP, *own])}.items() for word in ("--env", f"{name}={value}")
        ]
        program = ["docker", "run", "--rm", "--name", self._container, "--publish", f"{HOST}:{self.port}:9200", *settings, IMAGE]
        return Part("elasticsearch", program, self.log, env=dict(os.environ), ready=self._answers, ready_seconds=600, stop_seconds=30)

    @property
    def _container(self) -> str:
        return f"helpdesk-search-{self.port}"

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def _answers(self) -> bool:
        with contextlib.suppress(*NO_ANSWER):
            return _health(self.url) in {"green", "yellow"}
        return False


def unpacked(account: Account | None) -> Path:
    """The server's folder, unpacked once for all who run here and readable by that user; DevError where the zip cannot be had."""
    CACHE.mkdir(parents=True, exist_ok=True)
    cache = near_or_far(account, CACHE, OTHERWISE)
    archive, whole = CACHE / f"{NAME}.zip", cache / NAME
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            with tempfile.TemporaryDirectory(dir=cache) as passing:
                _unpack(archive, Path(passing)).rename(whole)
    return whole


def _unpack(archive: Path, passing: Path) -> Path:
    if not archive.exists():
        _fetch(passing)
        shutil.move(passing / archive.name, archive)
    try:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(passing)
    except zipfile.BadZipFile:
        raise DevError(f"{archive} is not whole. Remove it and start again, or {OTHERWISE}.") from None
    fresh = passing / NAME
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return fresh


def _fetch(folder: Path) -> None:
    """Maven's own client gets the zip, from where this machine's settings say, and proves its checksum."""
    if shutil.which("mvn") is None or shutil.which("java") is None:
        raise _not_to_be_had("Maven and Java are not both here")
    print("Fetching Elasticsearch (100 MB, once) …", flush=True)
    argv = ["mvn", "-q", "-B", "-Dstyle.color=never", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=FETCHING)
    except subprocess.TimeoutExpired:
        raise _not_to_be_had(f"Maven was not done after {FETCHING} seconds") from None
    if done.returncode != 0:
        first = next((line for line in done.stdout.splitlines() if "ERROR" in line), f"it ended with code {done.returncode}")
        raise _not_to_be_had(f"Maven says: {first[:300]}")


def _not_to_be_had(why: str) -> DevError:
    return DevError(
        f"There is no Elasticsearch to start: its zip is not in {CACHE}, no container engine answers, and {why}. "
        f"Run once: sudo {PACKAGES}\nor {OTHERWISE}."
    )


def _java() -> Path:
    """The home of the Java that stands first in the path; the server itself says when it is too old."""
    if (program := shutil.which("java")) is None:
        raise DevError(f"Elasticsearch needs Java 17 or newer. Run once: sudo {PACKAGES}\nor {OTHERWISE}.")
    return Path(program).resolve().parents[1]


def _engine_answers() -> bool:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=20).returncode == 0
    return False


def _health(url: str) -> str:
    """The colour of the cluster; a server in its first seconds has none."""
    link = urlsplit(url)
    place = link._replace(netloc=link.netloc.rpartition("@")[2], path=f"{link.path.rstrip('/')}/_cluster/health")
    asked = urllib.request.Request(place.geturl())
    if link.username:
        known = f"{unquote(link.username)}:{unquote(link.password or '')}"
        asked.add_header("Authorization", f"Basic {base64.b64encode(known.encode()).decode()}")
    with urllib.request.urlopen(asked, timeout=5) as answer:
        return str(json.load(answer)["status"])


def demand_search(url: str) -> None:
    """A server of somebody else, named by ELASTICSEARCH_URL, asked before anything starts, so that a mistake is one sentence."""
    try:
        _health(url)
    except NO_ANSWER as error:
        raise DevError(f"The Elasticsearch that ELASTICSEARCH_URL names does not answer: {error}") from None
