"""A real Elasticsearch without a container: found where it can be had, started as an ordinary user, shared by a run, gone with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest

from helpdesk.dev import elasticsearch
from helpdesk.dev.account import far_place
from helpdesk.dev.elasticsearch import NAME, ElasticsearchServer, unpacked
from helpdesk.dev.errors import DevError
from helpdesk.dev.instance import Instance
from tests.dev.conftest import family, until
from tests.search_server import one_for_the_run


def ask(url: str, path: str, *, method: str = "GET", **body: Any) -> Any:
    asked = urllib.request.Request(f"{url}/{path}", method=method, headers={"Content-Type": "application/json"})
    asked.data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.load(answer)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty one, and a machine on which only what a test names can be run."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(elasticsearch, "CACHE", folder)
    monkeypatch.setattr(elasticsearch.shutil, "which", lambda name: None)
    return folder


def test_what_the_desk_asks_of_a_server_this_one_has(elasticsearch_url):
    index = "dev-tried"
    ask(elasticsearch_url, index, method="PUT", mappings={"properties": {"words": {"type": "text", "analyzer": "whitespace"}}})
    try:
        ask(elasticsearch_url, f"{index}/_doc/7?refresh=true&version=3&version_type=external", method="PUT", words="покупк 4.7.1 a-b")
        found = ask(elasticsearch_url, f"{index}/_search", query={"match_phrase": {"words": "4.7.1 a-b"}})
    finally:
        ask(elasticsearch_url, index, method="DELETE")

    assert [(hit["_id"], hit["_source"]["words"]) for hit in found["hits"]["hits"]] == [("7", "покупк 4.7.1 a-b")]


def test_a_run_shares_one_server_and_takes_it_along_when_it_ends(tmp_path, monkeypatch):
    monkeypatch.delenv("ELASTICSEARCH_URL", raising=False)

    with one_for_the_run(tmp_path) as first:
        with one_for_the_run(tmp_path) as second:
            assert first == second
            port = int(first.rpartition(":")[2])
            (server,) = {link.pid for link in psutil.net_connections("tcp") if link.status == "LISTEN" and link.laddr.port == port}
            everybody = family(server)
            assert psutil.Process(server).uids().real != 0
        assert ask(first, "_cluster/health")["status"] == "green"

    until(lambda: not any(process.is_running() for process in everybody), 30)


def test_a_desk_keeps_what_was_indexed_and_finds_a_killed_server_again(tmp_path):
    desk = Instance(
        tmp_path / "desk", parts=(), search="elasticsearch", database_url="postgresql://elsewhere/x", redis_url="redis://elsewhere/1"
    )
    desk.start_servers()
    try:
        ask(desk.elasticsearch_url, "kept", method="PUT")
        ask(desk.elasticsearch_url, "kept/_doc/1?refresh=true", method="PUT", game="Ember")

        desk.kill("elasticsearch")
        assert desk.dead() == ["elasticsearch"]
        desk.restart("elasticsearch")

        assert ask(desk.elasticsearch_url, "kept/_doc/1")["_source"] == {"game": "Ember"}
        assert desk.env["SEARCH_ENGINE"] == "elasticsearch" and desk.env["ELASTICSEARCH_URL"] == desk.elasticsearch_url
    finally:
        desk.discard()


def test_a_desk_that_searches_in_postgresql_starts_none(tmp_path):
    desk = Instance(tmp_path / "desk", parts=(), database_url="postgresql://elsewhere/x", redis_url="redis://elsewhere/1")

    desk.start_servers()

    assert "elasticsearch" not in desk.servers
    assert (desk.env["SEARCH_ENGINE"], desk.env["ELASTICSEARCH_URL"]) == ("postgres", "")
    desk.discard()


def test_where_none_can_be_had_a_sentence_says_what_to_install(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(elasticsearch, "_engine_answers", lambda: False)

    with pytest.raises(DevError, match=r"(?s)Maven and Java are not both here.*apt-get install .*maven.*set ELASTICSEARCH_URL"):
        ElasticsearchServer(tmp_path / "desk", 9, tmp_path / "log").prepare()


def test_what_maven_could_not_do_is_told_in_its_words(cache, monkeypatch):
    monkeypatch.setattr(elasticsearch.shutil, "which", lambda name: f"/usr/bin/{name}")
    refused = subprocess.CompletedProcess([], 1, "[ERROR] Could not resolve artifact\n[ERROR] more", "")
    monkeypatch.setattr(elasticsearch.subprocess, "run", lambda argv, **more: refused)

    with pytest.raises(DevError, match="Could not resolve artifact"):
        unpacked(None)

    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_a_zip_in_the_cache_is_enough_and_is_unpacked_once(cache):
    with zipfile.ZipFile(cache / f"{NAME}.zip", "w") as packed:
        packed.writestr(f"{NAME}/bin/elasticsearch", "#!/bin/sh\n")

    first = unpacked(None)
    (cache / f"{NAME}.zip").unlink()

    assert unpacked(None) == first
    assert (first / "bin" / "elasticsearch").stat().st_mode & 0o777 == 0o755


def test_half_a_zip_is_named(cache):
    (cache / f"{NAME}.zip").write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(DevError, match="is not whole. Remove it"):
        unpacked(None)


def test_a_container_is_the_last_resort(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(elasticsearch, "_engine_answers", lambda: True)
    server = ElasticsearchServer(tmp_path / "desk", 9321, tmp_path / "log")
    run: list[list[str]] = []
    really = subprocess.run
    monkeypatch.setattr(
        elasticsearch.subprocess, "run", lambda argv, **more: run.append(argv) if "docker" in argv else really(argv, **more)
    )

    server.prepare()

    program = " ".join(server.part().argv)
    assert run == [["docker", "rm", "--force", "helpdesk-search-9321"]]
    assert "--publish 127.0.0.1:9321:9200" in program and program.endswith(elasticsearch.IMAGE)
    assert "--env xpack.security.enabled=false" in program
    shutil.rmtree(far_place(tmp_path / "desk" / "search"), ignore_errors=True)
