"""A whole desk as real processes with a data folder and ports of its own: what `make demo` runs and what browser and fault tests drive.

desk = Instance(tmp_path)
desk.start()
requests.get(desk.url)
desk.kill("worker")
desk.start_part("worker")
desk.stop()
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from signal import SIGKILL
from typing import Self

from celery import Celery

from helpdesk.dev.place import ROOT, Place
from helpdesk.dev.ports import HOST, Ports, answers
from helpdesk.dev.postgres import PostgresServer
from helpdesk.dev.processes import Part, Running, Undertaker, turn_log
from helpdesk.dev.trouble import Trouble
from helpdesk.dev.valkey import ValkeyServer

SERVERS = ("postgres", "valkey")
APPLICATION = ("smtp", "web", "worker", "mail", "bulk", "beat")
APART = {
    "mail": "mail",
    "bulk": "bulk,learn",
}  # part: the queues it takes off the worker where it runs; nobody waits for them
NICE = {"mail": "5", "bulk": "10"}  # a laptop has two cores; who waits for an answer comes first
NEVER_INHERITED = ("EMAIL_", "ANYMAIL_", "MAILGUN_", "POSTMARK_", "SENDGRID_")  # a demo must not send real mail


class Instance:
    """Starts, stops, kills and restarts the parts of one desk. Use it from the main thread: a part dies with the thread that started it.

    `ports` defaults to free ones. `database_url` and `redis_url` name servers of somebody else, which are then left alone.
    `parts` is what `start()` brings up of the application. `environment` is laid over everything.
    """

    def __init__(  # noqa: PLR0913
        self,
        folder: Path,
        *,
        ports: Ports | None = None,
        lasting: bool = False,
        database_url: str | None = None,
        redis_url: str | None = None,
        helpdesk_env: str = "demo",
        parts: tuple[str, ...] = APPLICATION,
        environment: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.place = Place(folder)
        self.ports = (ports or Ports.free()).chosen()
        self.parts = parts
        self._lasting = lasting
        self._database_url = database_url
        self._redis_url = redis_url
        self._helpdesk_env = helpdesk_env
        self._environment = dict(environment or {})
        self._say = say
        self._undertaker: Undertaker | None = None
        self._running: dict[str, Running] = {}
        self._postgres: PostgresServer | None = None
        self._valkey: ValkeyServer | None = None

    # --- the whole

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.ports.web}"

    @property
    def database_url(self) -> str:
        if self._database_url:
            return self._database_url
        if self._postgres is None:
            raise RuntimeError("the desk has not been started")
        return self._postgres.url

    @property
    def redis_url(self) -> str:
        if self._redis_url:
            return self._redis_url
        if self._valkey is None:
            raise RuntimeError("the desk has not been started")
        return self._valkey.url

    @property
    def env(self) -> dict[str, str]:
        """The environment of every part; also fit for commands of one's own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(NEVER_INHERITED)}
        return inherited | {
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "HELPDESK_ENV": self._helpdesk_env,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.place.secret("SECRET_KEY"),
            "LOCAL_DIR": str(self.place.folder),
            "DESK_URL": self.url,
            "EMAIL_HOST": HOST,
            "EMAIL_PORT": str(self.ports.smtp),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            **self._environment,
        }

    def start(self) -> Self:
        """Everything, each part ready before the next one. What fails takes down what stood already."""
        try:
            self.start_servers()
            self.migrate()
            for name in self.parts:
                self._say(f"starting {name}")
                self.start_part(name)
        except BaseException:
            self.stop()
            raise
        return self

    def start_servers(self) -> None:
        """Lock the folder, then PostgreSQL and Valkey, unless they are somebody else's."""
        self.place.take()
        self._undertaker = Undertaker()
        if self._database_url is None:
            self._postgres = PostgresServer(
                self.place.folder / "postgres",
                port=self.ports.postgres,
                password=self.place.secret("postgres"),
                log=self._log("postgres"),
                lasting=self._lasting,
            )
            if not (self._postgres.data / "PG_VERSION").exists():
                self._say("making a PostgreSQL")
            self._postgres.prepare()
            self.start_part("postgres")
            self._postgres.make_database()
        if self._redis_url is None:
            self._valkey = ValkeyServer(
                self.place.folder / "valkey", port=self.ports.valkey, password=self.place.secret("valkey"), log=self._log("valkey")
            )
            self.start_part("valkey")

    def migrate(self) -> None:
        self.job("migrate", "migrate", "--no-input")

    def stop(self) -> None:
        """End every part, the servers last. Safe to call twice."""
        for name, running in self._running.items():
            if name not in SERVERS:
                running.ask()  # all at once; the servers stay until the last one has ended
        for name in reversed(list(self._running)):
            self.stop_part(name)
        if self._undertaker is not None:
            self._undertaker.close()
            self._undertaker = None
        self.place.leave()

    def discard(self) -> None:
        """Stop and remove every trace, also what lies in a far place for another user's sake."""
        self.stop()
        if self._postgres is not None:
            shutil.rmtree(self._postgres.home, ignore_errors=True)
        shutil.rmtree(self.place.folder, ignore_errors=True)

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
        """Start this part without waiting for it."""
        if name in self._running and self._running[name].alive():
            raise RuntimeError(f"{name} is already running")
        part = self._part(name)
        turn_log(part.log)
        self._running[name] = Running(part, self._undertaker)
        self._remember()

    def stop_part(self, name: str) -> None:
        """Ask it to end, and insist after its time."""
        if (running := self._running.pop(name, None)) is not None:
            running.stop()
            self._remember()

    def kill(self, name: str, number: int = SIGKILL, *, whole: bool = True) -> None:
        """What a crash does: the signal to the part's whole tree, or to its first process only."""
        self._running[name].kill(number, whole=whole)

    def restart(self, name: str) -> None:
        self.stop_part(name)
        if name == "postgres" and self._postgres is not None:
            self._postgres.prepare()
        self.start_part(name)

    def alive(self, name: str) -> bool:
        return name in self._running and self._running[name].alive()

    def running(self, name: str) -> Running:
        return self._running[name]

    def dead(self) -> list[str]:
        """Parts that ended without being asked."""
        return [name for name, running in self._running.items() if not running.alive()]

    def revive(self, name: str) -> None:
        """Start again what died; nothing of the dead one may be left first. Does not wait for it."""
        self._running[name].bury()
        if name == "postgres" and self._postgres is not None:
            self._postgres.prepare()
        self.launch(name)

    def log(self, name: str) -> str:
        """What this part has written."""
        path = self._log(name)
        return path.read_text(errors="replace") if path.exists() else ""

    # --- commands of the desk

    def manage(self, *words: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """`manage.py` in this desk's environment."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words], input=stdin, env=self.env, cwd=ROOT, capture_output=True, check=check
        )

    def job(self, name: str, *words: str, watch: Callable[[], None] = lambda: None, **variables: str) -> None:
        """A `manage.py` command that must end well, as a part with its own log; `watch` is called while it runs."""
        part = Part(name, [sys.executable, str(ROOT / "manage.py"), *words], self._log(name), env=self.env | variables, cwd=ROOT)
        turn_log(part.log)
        running = self._running[name] = Running(part, self._undertaker)
        self._remember()
        try:
            while running.alive():
                watch()
                try:
                    running.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            self._running.pop(name).stop(1)
        watch()
        if running.code != 0:
            raise Trouble(f"{name} failed.\n{running.last_words()}")

    def _part(self, name: str) -> Part:
        if name == "postgres" and self._postgres is not None:
            return self._postgres.part()
        if name == "valkey" and self._valkey is not None:
            return self._valkey.part()
        parts: dict[str, tuple[Callable[[], list[str]], Callable[[], bool] | None]] = {
            "smtp": (self._smtp, lambda: answers(self.ports.smtp)),
            "web": (self._web, lambda: _says_ok(f"{self.url}/readyz")),
            "worker": (self._worker, lambda: self._answers("worker")),
            "mail": (lambda: self._celery("mail", APART["mail"], processes=2), lambda: self._answers("mail")),  # one may have a hard one
            "bulk": (lambda: self._celery("bulk", APART["bulk"], processes=1), lambda: self._answers("bulk")),
            "beat": (self._beat, None),
        }
        command, ready = parts[name]
        polite = ["nice", "-n", NICE[name]] if name in NICE else []
        return Part(name, [*polite, sys.executable, "-m", *command()], self._log(name), env=self.env, cwd=ROOT, ready=ready)

    def _smtp(self) -> list[str]:
        return ["helpdesk.demo.mailbox.smtp", str(self.ports.smtp)]

    def _web(self) -> list[str]:
        bind = ["--bind", f"{HOST}:{self.ports.web}", "--workers", "2", "--threads", "16", "--timeout", "60", "--graceful-timeout", "5"]
        return ["gunicorn", "helpdesk.wsgi:application", *bind, "--no-control-socket", "--max-requests", "5000"]

    def _worker(self) -> list[str]:
        queues = ["now", *(queues for part, queues in APART.items() if part not in self.parts)]
        return self._celery("worker", ",".join(queues), processes=2)

    def _celery(self, name: str, queues: str, *, processes: int) -> list[str]:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        serves = ["-Q", queues, "-c", str(processes), "-n", self._node(name)]
        return ["celery", "-A", "helpdesk", "worker", *serves, "-l", "INFO", *quiet]

    def _node(self, name: str) -> str:
        return f"{name}-{self.ports.web}@{socket.gethostname()}"

    def _beat(self) -> list[str]:
        return ["celery", "-A", "helpdesk", "beat", "-l", "INFO", "--pidfile="]

    def _answers(self, name: str) -> bool:
        """Whether this worker does; another one's answer is none."""
        with Celery(broker=self.redis_url, set_as_current=False) as app:
            app.conf.broker_transport_options = {"socket_connect_timeout": 2, "socket_timeout": 5}
            try:
                return bool(app.control.ping(destination=[self._node(name)], timeout=0.5, limit=1))
            except app.connection_for_read().connection_errors:
                return False  # a connection kept from before the broker's restart; the next question gets a fresh one

    def _log(self, name: str) -> Path:
        return self.place.logs / f"{name}.log"

    def _remember(self) -> None:
        self.place.remember(
            {name: (running.pid, int(running.part.stop_signal)) for name, running in self._running.items() if running.alive()}
        )


def _says_ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
