"""A whole desk as real processes with a data folder and ports of its own: what `make demo` runs and what browser and fault tests drive."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from signal import SIGKILL
from typing import Self

from celery import Celery

from helpdesk.dev.data_dir import ROOT, DataDir
from helpdesk.dev.elasticsearch import ElasticsearchServer
from helpdesk.dev.errors import DevError
from helpdesk.dev.ports import HOST, Ports, answers
from helpdesk.dev.postgres import PostgresServer
from helpdesk.dev.processes import Part, Running, start_undertaker
from helpdesk.dev.valkey import ValkeyServer

WEB = (
    "gunicorn helpdesk.wsgi:application --workers 2 --threads 16 --timeout 60 --graceful-timeout 5 --no-control-socket --max-requests 5000"
)
WORKER = "celery -A helpdesk worker -l INFO --without-gossip --without-mingle --without-heartbeat"
APPLICATION = ("smtp", "web", "worker", "mail", "bulk", "beat")
APART = {"mail": "mail", "bulk": "bulk,learn"}  # part: the queues it takes off the worker where it runs; nobody waits for them
NICE = {"mail": "5", "bulk": "10"}  # a laptop has two cores; who waits for an answer comes first
PROVIDERS = ROOT / "tickets" / "mail" / "providers"
# a demo must not send real mail
NEVER_INHERITED = ("EMAIL_", "ANYMAIL_", *(f"{file.stem.upper()}_" for file in sorted(PROVIDERS.glob("[a-z]*.py"))))


class Instance:
    """Starts, stops, kills and restarts the parts of one desk.

    `ports` defaults to free ones. `database_url`, `redis_url` and `elasticsearch_url` name servers of somebody else, which are then left
    alone. `search` is the engine that searches; only where it is "elasticsearch" there is one.
    `parts` is what `start()` brings up of the application. `environment` is laid over everything. `root` is where the code of what is
    started from now on lies; another release's may move in part by part.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ports: Ports | None = None,
        lasting: bool = False,
        database_url: str | None = None,
        redis_url: str | None = None,
        search: str = "postgres",
        elasticsearch_url: str | None = None,
        parts: tuple[str, ...] = APPLICATION,
        environment: Mapping[str, str] | None = None,
        root: Path = ROOT,
    ) -> None:
        self.data_dir = DataDir(folder)
        self.ports = (ports or Ports()).chosen()
        self.parts, self.root = parts, root
        self._lasting = lasting
        self._database_url = database_url
        self._redis_url = redis_url
        self.search = search
        self._elasticsearch_url = elasticsearch_url
        self._environment = dict(environment or {})
        self._undertaker: subprocess.Popen[bytes] | None = None
        self._running: dict[str, Running] = {}
        self.servers: dict[str, PostgresServer | ValkeyServer | ElasticsearchServer] = {}  # those of our own, from `start_servers` on

    # --- the whole

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.ports.web}"

    @property
    def database_url(self) -> str:
        return self._database_url or self.servers["postgres"].url

    @property
    def redis_url(self) -> str:
        return self._redis_url or self.servers["valkey"].url

    @property
    def elasticsearch_url(self) -> str:
        """ "" where PostgreSQL searches."""
        return "" if self.search != "elasticsearch" else self._elasticsearch_url or self.servers["elasticsearch"].url

    @property
    def env(self) -> dict[str, str]:
        """The environment of every part; also fit for commands of one's own."""
        return self._env_at(self.root)

    def _env_at(self, root: Path) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(NEVER_INHERITED)}
        return {**inherited, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(root), **self.own_variables, **self._environment}

    @property
    def own_variables(self) -> dict[str, str]:
        """What a command needs to reach this desk."""
        return {
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "HELPDESK_ENV": "demo",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SEARCH_ENGINE": self.search,
            "ELASTICSEARCH_URL": self.elasticsearch_url,
            "SECRET_KEY": self.data_dir.secret("SECRET_KEY"),
            "KEYS_SECRET": self.data_dir.secret("KEYS_SECRET"),
            "LOCAL_DIR": str(self.data_dir.folder),
            "DESK_URL": self.url,
            "EMAIL_HOST": HOST,
            "EMAIL_PORT": str(self.ports.smtp),
        }

    def start(self) -> Self:
        """Everything, each part ready before the next one. What fails takes down what stood already."""
        try:
            self.start_servers()
            self.migrate()
            for name in self.parts:
                self.start_part(name)
        except BaseException:
            self.stop()
            raise
        return self

    def start_servers(self) -> None:
        """Lock the folder, then PostgreSQL, Valkey and, where it searches, Elasticsearch, unless they are somebody else's."""
        self.data_dir.take(self.url)
        self._undertaker = start_undertaker(self.data_dir.mark)
        folder, secret = self.data_dir.folder, self.data_dir.secret
        if not self._database_url:
            postgres = PostgresServer(folder, self.ports.postgres, secret("postgres"), self._log("postgres"), lasting=self._lasting)
            self.servers["postgres"] = postgres
            self.start_part("postgres")
            postgres.make_database()
        if not self._redis_url:
            self.servers["valkey"] = ValkeyServer(folder, self.ports.valkey, secret("valkey"), self._log("valkey"))
            self.start_part("valkey")
        if self.search == "elasticsearch" and not self._elasticsearch_url:
            self.servers["elasticsearch"] = ElasticsearchServer(folder, self.ports.elasticsearch, self._log("elasticsearch"))
            self.start_part("elasticsearch")

    def migrate(self) -> None:
        self.job("migrate", "migrate", "--no-input")

    def stop(self) -> None:
        """End every part, the servers last. Safe to call twice."""
        for name, running in self._running.items():
            if name not in self.servers:
                running.ask()  # all at once; the servers stay until the last one has ended
        for name in reversed(list(self._running)):
            self.stop_part(name)
        if self._undertaker is not None:
            self._undertaker.communicate()
            self._undertaker = None
        self.data_dir.leave()

    def discard(self) -> None:
        """Stop and remove every trace, also what lies in a far place for another user's sake."""
        self.stop()
        for folder in (*(server.home for server in self.servers.values()), self.data_dir.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- one part

    def start_part(self, name: str) -> None:
        """Start this part and wait until it answers."""
        self.launch(name)
        self._running[name].wait_ready()

    def launch(self, name: str) -> None:
        """Start this part without waiting for it; nothing of a dead one may be left first."""
        if (before := self._running.get(name)) is not None:
            if before.alive():
                raise RuntimeError(f"{name} is already running")
            before.bury()
        if name in self.servers:
            self.servers[name].prepare()
        self._running[name] = Running(self._part(name), self.data_dir.mark)

    def stop_part(self, name: str) -> None:
        """Ask it to end, and insist after its time."""
        if (running := self._running.pop(name, None)) is not None:
            running.stop()

    def kill(self, name: str, number: int = SIGKILL, *, whole: bool = True) -> None:
        """What a crash does: the signal to the part's whole tree, or to its first process only."""
        self._running[name].kill(number, whole=whole)

    def restart(self, name: str) -> None:
        self.stop_part(name)
        self.start_part(name)

    def alive(self, name: str) -> bool:
        return name in self._running and self._running[name].alive()

    def running(self, name: str) -> Running:
        return self._running[name]

    def dead(self) -> list[str]:
        """Parts that ended without being asked."""
        return [name for name, running in self._running.items() if not running.alive()]

    def log(self, name: str) -> str:
        """What this part has written."""
        path = self._log(name)
        return path.read_text(errors="replace") if path.exists() else ""

    # --- commands of the desk

    def manage(self, *words: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """`manage.py` in this desk's environment."""
        root = self.root  # another thread may be moving the next release in
        program, env = [sys.executable, str(root / "manage.py"), *words], self._env_at(root)
        return subprocess.run(program, input=stdin, env=env, cwd=root, capture_output=True, check=check)

    def job(self, name: str, *words: str, watch: Callable[[], None] = lambda: None, **variables: str) -> None:
        """A `manage.py` command that must end well, as a part with its own log; `watch` is called while it runs."""
        part = Part(name, [sys.executable, str(self.root / "manage.py"), *words], self._log(name), env=self.env | variables, cwd=self.root)
        running = self._running[name] = Running(part, self.data_dir.mark)
        try:
            while not running.wait(0.2):
                watch()
        finally:
            self._running.pop(name).stop(1)
        watch()
        if running.code != 0:
            raise DevError(f"{name} failed.\n{running.last_words()}")

    def _part(self, name: str) -> Part:
        if name in self.servers:
            return self.servers[name].part()
        commands: dict[str, tuple[str, Callable[[], bool] | None]] = {
            "smtp": (f"helpdesk.demo.mailbox.smtp {self.ports.smtp}", lambda: answers(self.ports.smtp)),
            "web": (f"{WEB} --bind {HOST}:{self.ports.web}", self._web_is_ready),
            "beat": ("celery -A helpdesk beat -l INFO --pidfile=", None),
        }
        command, ready = commands.get(name) or (self._worker(name), lambda: self._worker_answers(name))
        polite = ["nice", "-n", NICE[name]] if name in NICE else []
        program = [*polite, sys.executable, "-m", *command.split()]
        return Part(name, program, self._log(name), env=self.env, cwd=self.root, ready=ready)

    def _worker(self, name: str) -> str:
        """A worker of its own queues; that called “worker” serves all that no other does."""
        queues = APART.get(name) or ",".join(["now", *(queues for part, queues in APART.items() if part not in self.parts)])
        processes = "1" if name == "bulk" else "2"  # of mails one may be a hard one
        return f"{WORKER} -Q {queues} -c {processes} -n {self._node(name)}"

    def _node(self, name: str) -> str:
        return f"{name}-{self.ports.web}@{socket.gethostname()}"

    def _web_is_ready(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def _worker_answers(self, name: str) -> bool:
        """Whether this worker does; another one's answer is none."""
        with Celery(broker=self.redis_url, set_as_current=False) as app:
            app.conf.broker_transport_options = {"socket_connect_timeout": 2, "socket_timeout": 5}
            try:
                return bool(app.control.ping(destination=[self._node(name)], timeout=0.5, limit=1))
            except app.connection_for_read().connection_errors:
                return False  # a connection kept from before the broker's restart; the next question gets a fresh one

    def _log(self, name: str) -> Path:
        return self.data_dir.logs / f"{name}.log"
