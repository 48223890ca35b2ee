"""PostgreSQL and Valkey from wheels are real ones, keep their data, and come back after whatever happened to them."""

from __future__ import annotations

import signal
from pathlib import Path

import psycopg
import pytest
import redis

from helpdesk.dev.data_dir import DataDir
from helpdesk.dev.errors import DevError
from helpdesk.dev.instance import APPLICATION, Instance
from tests.dev.conftest import family, until


def one(desk: Instance, query: str) -> object:
    with psycopg.connect(desk.database_url) as link:
        row = link.execute(query).fetchone()
    return row[0] if row else None


def test_postgresql_knows_what_the_desk_needs(servers):
    with psycopg.connect(servers.database_url) as link:
        for extension in ("pg_trgm", "unaccent", "btree_gin", "citext"):
            link.execute(f"CREATE EXTENSION {extension}")

    assert one(servers, "SELECT version()").startswith("PostgreSQL 18")
    assert one(servers, "SELECT to_tsvector('russian', 'Покупка КРИСТАЛЛОВ')") == "'кристалл':2 'покупк':1"
    assert one(servers, "SELECT lower('ÄЖ')") == "äж"


def test_neither_server_lets_in_who_has_no_password(servers):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=servers.ports.postgres, user="helpdesk", dbname="helpdesk", password="guessed")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=servers.ports.valkey).ping()


def test_data_outlives_a_stop(servers):
    with psycopg.connect(servers.database_url) as link:
        link.execute("CREATE TABLE kept AS SELECT 'Ember' AS game")

    servers.stop()
    servers.start_servers()

    assert one(servers, "SELECT game FROM kept") == "Ember"


def test_both_servers_can_be_killed_and_started_again(servers):
    with psycopg.connect(servers.database_url) as link:
        link.execute("CREATE TABLE kept AS SELECT 1")

    servers.kill("postgres")
    servers.kill("valkey")

    assert servers.dead() == ["postgres", "valkey"]
    with pytest.raises(psycopg.OperationalError):
        one(servers, "SELECT 1")

    servers.restart("postgres")
    servers.restart("valkey")

    assert one(servers, "SELECT count(*) FROM kept") == 1
    assert redis.Redis.from_url(servers.redis_url).ping()


def test_a_pid_file_of_a_crashed_server_does_not_stop_the_next_one(servers):
    data = servers.servers["postgres"].data
    servers.stop()
    (data / "postmaster.pid").write_text(f"1\n{data}\n1700000000\n5432\n\n127.0.0.1\n")

    servers.start_servers()

    assert one(servers, "SELECT 1") == 1


def test_a_server_left_by_a_vanished_supervisor_is_ended_before_the_next(tmp_path):
    first = Instance(tmp_path / "desk", parts=())
    first.start_servers()
    old = family(first.running("postgres").pid)
    first.data_dir._lock.close()  # as if its process had vanished: the lock is gone, nobody has stopped anything

    second = Instance(tmp_path / "desk", parts=())
    second.start_servers()

    assert not any(process.is_running() and process.status() != "zombie" for process in old)
    assert one(second, "SELECT 1") == 1
    second.discard()


def test_a_half_made_cluster_is_made_again(tmp_path):
    desk = Instance(tmp_path / "desk", parts=())
    (tmp_path / "desk" / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "desk" / "postgres" / "data" / "global").mkdir()

    desk.start_servers()

    assert one(desk, "SELECT 1") == 1
    desk.discard()


def test_data_of_another_major_version_is_refused_with_the_way_out(servers):
    data = servers.servers["postgres"].data
    servers.stop()
    (data / "PG_VERSION").write_text("12\n")

    with pytest.raises(DevError, match=r"written by PostgreSQL 12; this one is 18.*make demo-reset"):
        servers.start_servers()


def test_one_folder_serves_one_desk(servers):
    with pytest.raises(DevError, match="A desk already runs"):
        DataDir(servers.data_dir.folder).take()


def test_nobody_s_servers_are_touched_when_they_are_named(tmp_path):
    desk = Instance(tmp_path / "desk", parts=(), database_url="postgresql://elsewhere/x", redis_url="redis://elsewhere/1")

    desk.start_servers()

    assert desk._running == {}
    assert desk.env["DATABASE_URL"] == "postgresql://elsewhere/x"
    desk.discard()


def command(desk: Instance, name: str) -> str:
    return " ".join(desk._part(name).argv)


def test_what_somebody_waits_for_has_a_worker_of_its_own(servers):
    servers.parts = APPLICATION

    assert "-Q now -c 2" in command(servers, "worker")
    assert "-Q mail -c 2" in command(servers, "mail")
    assert command(servers, "mail").startswith("nice ")
    assert "-Q bulk,learn -c 1" in command(servers, "bulk")
    assert command(servers, "bulk").startswith("nice ")


def test_a_worker_alone_serves_every_queue(servers):
    assert "-Q now,mail,bulk,learn" in command(servers, "worker")


def test_stopping_leaves_no_process(servers):
    everybody = family(servers.running("postgres").pid) + family(servers.running("valkey").pid)

    servers.stop()

    until(lambda: not any(process.is_running() for process in everybody), 5)


def test_a_part_that_ends_while_starting_says_why(servers):
    servers.kill("valkey", signal.SIGKILL)
    Path(servers.data_dir.folder / "valkey").joinpath("valkey.conf").unlink()
    servers.servers["valkey"].port = servers.ports.postgres  # taken

    with pytest.raises(DevError, match=r"(?s)valkey ended while starting.*(in use|bind).*The whole log"):
        servers.start_part("valkey")
