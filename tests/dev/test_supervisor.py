"""`make demo` leaves nothing behind, whichever way it ends, and says in a sentence what keeps it from starting."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest

from helpdesk.dev.data_dir import ROOT
from tests.dev.conftest import until


def stands(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["ctrl-c", "term", "hang-up"])
def test_whoever_ends_it_ends_everything(terminal, number):
    demo = terminal().open()
    everybody = demo.everybody()
    assert len(everybody) > 8  # PostgreSQL alone is half a dozen

    code = demo.press(number)

    assert code == 0
    assert "Everything has ended" in demo.says()
    assert [process for process in everybody if stands(process)] == []


def test_a_hang_up_that_is_ignored_from_outside_ends_nothing(terminal):
    demo = terminal(["nohup"]).open()

    demo.process.send_signal(signal.SIGHUP)
    demo.smtp().kill()

    until(lambda: "starting it again" in demo.says())  # it looks after its parts as before
    assert demo.press(signal.SIGTERM) == 0


def test_a_killed_supervisor_takes_everything_along_and_the_next_one_starts(terminal):
    demo = terminal().open()
    everybody = demo.everybody()

    demo.process.kill()

    until(lambda: not any(stands(process) for process in everybody), 20)
    again = terminal().open()
    assert again.press(signal.SIGINT) == 0


def test_what_nobody_was_left_to_end_is_ended_by_whoever_comes_next(terminal):
    demo = terminal().open()
    everybody = demo.everybody()
    for process in everybody:
        if process.pid == demo.process.pid or any("undertaker.py" in word for word in process.cmdline()):
            process.kill()
    assert any(stands(process) for process in everybody)

    done = run("stop", LOCAL_DIR=str(demo.folder))

    assert done.stdout == "Nothing is running.\n"
    assert [process for process in everybody if stands(process)] == []


def test_a_killed_make_takes_everything_along(terminal, monkeypatch):
    monkeypatch.setenv("MAKELEVEL", "1")
    demo = terminal(["sh", "-c", '"$@" & wait', "make"]).open()
    everybody = demo.everybody()
    assert len(everybody) > 8

    demo.process.kill()

    until(lambda: not any(stands(process) for process in everybody), 30)
    assert "Everything has ended" in demo.says()


def test_a_second_one_is_told_about_the_first(terminal):
    terminal().open()

    second = terminal()

    assert second.process.wait(30) == 1
    assert "A desk already runs on" in second.says()
    assert "process" in second.says()


def test_a_part_that_dies_is_started_again(terminal):
    demo = terminal().open()
    killed = demo.smtp()

    killed.kill()

    until(lambda: (fresh := demo.smtp()) and fresh.pid != killed.pid)
    assert "smtp     | was ended by signal 9; starting it again" in demo.says()


def test_a_part_that_keeps_dying_ends_the_attempt_with_its_last_words(terminal):
    demo = terminal().open()

    def over() -> bool:
        if (smtp := demo.smtp()) is not None:
            smtp.kill()
        return demo.process.poll() is not None

    until(over, 60)

    assert demo.process.returncode != 0
    assert "smtp ended 6 times within a minute" in demo.says()


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"}
    } | variables
    return subprocess.run(
        [sys.executable, "-m", "helpdesk.dev", *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_taken_port_is_named_with_the_way_out(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        done = run("up", LOCAL_DIR=str(tmp_path), WEB_PORT=str(taken))

    assert done.returncode == 1
    assert f"Port {taken} for the desk is taken" in done.stderr
    assert "WEB_PORT=" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"WEB_PORT": "eight"}, "WEB_PORT is “eight”, which is no port number."),
        ({"SMTP_PORT": "99999"}, "SMTP_PORT=99999 is no port."),
        ({"LOCAL_DIR": "/proc/nowhere"}, "/proc/nowhere"),
        ({"DATABASE_URL": "postgresql://desk:swordfish@127.0.0.1:1/x"}, "The PostgreSQL that DATABASE_URL names does not answer"),
        ({"DATABASE_URL": "nonsense"}, "The PostgreSQL that DATABASE_URL names does not answer"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "The Valkey or Redis that REDIS_URL names does not answer"),
        ({"REDIS_URL": "redis://127.0.0.1:door/0"}, "The Valkey or Redis that REDIS_URL names does not answer"),
        ({"ELASTICSEARCH_URL": "http://desk:swordfish@127.0.0.1:1"}, "The Elasticsearch that ELASTICSEARCH_URL names does not answer"),
        ({"SEARCH": "guessing"}, "SEARCH is “guessing”; it may be postgres or elasticsearch."),
    ],
)
def test_what_cannot_be_is_a_sentence(tmp_path, variables, sentence):
    done = run("up", **{"LOCAL_DIR": str(tmp_path), "WEB_PORT": "0", "SMTP_PORT": "0"} | variables)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert "swordfish" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_gets_servers_for_its_time_and_its_code_is_ours(tmp_path):
    words = (
        "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 40 + 2').fetchone()[0]); raise SystemExit(7)"
    )

    done = run("run-with-servers", "--", sys.executable, "-c", words, LOCAL_DIR=str(tmp_path))

    assert (done.returncode, done.stdout.strip()) == (7, "42")


def test_reset_never_touches_a_database_of_somebody_else(tmp_path):
    (tmp_path / "mine").write_text("kept")

    done = run("reset", LOCAL_DIR=str(tmp_path), DATABASE_URL="postgresql://elsewhere/precious")

    assert done.returncode == 1
    assert "that database is yours" in done.stderr
    assert (tmp_path / "mine").exists()


def test_reset_throws_the_demo_away_and_stop_finds_nothing_to_end(tmp_path):
    (tmp_path / "media").mkdir()

    assert run("stop", LOCAL_DIR=str(tmp_path)).stdout == "Nothing is running.\n"
    done = run("reset", LOCAL_DIR=str(tmp_path))

    assert done.returncode == 0
    assert not (tmp_path / "media").exists()
