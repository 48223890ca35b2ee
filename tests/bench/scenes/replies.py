"""Answering: the composer's POST as htmx sends it, from the middleware to the redrawn ticket."""

from __future__ import annotations

import re
from random import Random

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.demo.crew import BY_KEY
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.bench.figures import Figure, Pace
from tests.bench.scenes.pages import OPERATOR
from tickets.access import visible_tickets

_HIDDEN = re.compile(r'<input type="hidden" name="(seen|upto|mode|key|revision)" value="([^"]*)"')
_HTMX = {"HX-Request": "true", "HX-Target": "ticket"}


def measure(*, replies: int, runs: int) -> list[Figure]:
    """Each to another open ticket, whose page was asked for just before, as the browser did."""
    person = User.objects.get(email=BY_KEY[OPERATOR].email)
    client = Client()
    client.force_login(person)
    open_ones = visible_tickets(person, Right.REPLY).exclude(status="closed").filter(merged_into=None).order_by("-pk")
    numbers = iter(Random(7).sample(list(open_ones.values_list("number", flat=True)[: 4 * replies * runs]), replies * runs + 2))
    _send(client, *_composer(client, next(numbers)))
    pace = Pace()
    for _run in range(runs):
        composers = [_composer(client, next(numbers)) for _reply in range(replies)]
        pace.run(lambda given=composers: sum(_send(client, path, fields) for path, fields in given))
    path, fields = _composer(client, next(numbers))
    with CaptureQueriesContext(connection) as seen:
        _send(client, path, fields)
    what = "a reply sent, the form taken and the ticket drawn anew"
    return [
        pace.figure(what, "replies/s", remark=f"{len(seen)} statements each"),
        Figure("a reply sent, own work", tuple(pace.owns), "ms", budget=15, at_most=True),
    ]


def _composer(client: Client, number: str) -> tuple[str, dict[str, str]]:
    """Where the composer of a ticket's page sends to, and what it says."""
    page = client.get(reverse("desk:ticket", args=[number])).content.decode()
    return reverse("desk:reply", args=[number]), dict(_HIDDEN.findall(page)) | {"mode": "reply", "text": "Thank you, we look into it."}


def _send(client: Client, path: str, fields: dict[str, str]) -> int:
    answer = client.post(path, fields, headers=_HTMX)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return 1
