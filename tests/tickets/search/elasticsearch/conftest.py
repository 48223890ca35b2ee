from __future__ import annotations

from typing import Any

import pytest
from elasticsearch import Elasticsearch

from tickets.search.elasticsearch import indexes

NOBODY = "http://127.0.0.1:9"  # where no server listens


@pytest.fixture
def gone(elastic: Elasticsearch, settings: Any) -> str:
    """The server was there and is away; what this is set to brings it back."""
    there, settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL, NOBODY
    return str(there)


def kept(client: Elasticsearch, pk: int) -> Any:
    """What stands of a ticket in the index that is searched, or None."""
    answer = client.mget(index=indexes.alias(), ids=[str(pk)])["docs"][0]
    return answer.get("_source")
