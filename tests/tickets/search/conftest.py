"""Somebody who searches."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.staff import somebody
from tickets.search import analysis
from tickets.search.elasticsearch import documents, indexes
from tickets.search.models import SearchIndex


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.VIEW, Right.SEE_PLAYER, name="Olga Ward")


@pytest.fixture(scope="session")
def empty_index(elasticsearch_url: str) -> Iterator[tuple[Elasticsearch, str]]:
    """A server, and the name of an index there that is this process's own."""
    with Elasticsearch(elasticsearch_url, request_timeout=30) as client:
        alias = f"test{secrets.token_hex(4)}"
        client.indices.create(index=_kept(alias), mappings=documents.MAPPING, settings=indexes.SETTINGS, aliases={alias: {}})
        yield client, alias
        client.indices.delete(index=list(client.indices.get(index=f"{alias}-*")))


def _kept(alias: str) -> str:
    return f"{alias}-{analysis.VERSION}.{documents.VERSION}-{0:08}"


@pytest.fixture
def elastic(db: None, empty_index: tuple[Elasticsearch, str], elasticsearch_url: str, settings: Any) -> Iterator[Elasticsearch]:
    """Elasticsearch searches, and nothing stands in its index yet."""
    client, alias = empty_index
    settings.SEARCH_ENGINE, settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_INDEX = "elasticsearch", elasticsearch_url, alias
    SearchIndex.objects.create(engine="elasticsearch", name=_kept(alias), analysis=analysis.VERSION, upto=0, live=True)
    yield client
    client.indices.refresh(index=alias)
    for hit in client.search(index=alias, size=1_000, source=False)["hits"]["hits"]:
        client.delete(index=alias, id=hit["_id"])


@pytest.fixture(params=["postgres", "elasticsearch"])
def engine(request: pytest.FixtureRequest, db: None) -> str:
    """Each test with one engine and with the other."""
    if request.param == "elasticsearch":
        request.getfixturevalue("elastic")
    return str(request.param)
