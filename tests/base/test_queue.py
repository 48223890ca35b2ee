"""Nudges: sent after the commit, once, and never an error to whoever waits for a page."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from helpdesk.base import queue
from helpdesk.base.queue import gathering, nudge

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...], str]]:
    """What is sent, in place of a broker."""
    calls: list[tuple[str, tuple[Any, ...], str]] = []
    monkeypatch.setattr(queue.Nudge, "send", lambda self: calls.append((self.task, self.args, self.queue)))
    return calls


@pytest.fixture
def broker_gone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(current_app.conf, "broker_url", "redis://127.0.0.1:9/0")
    monkeypatch.setattr(queue._state, "silent_until", 0.0, raising=False)
    yield
    queue._state.silent_until = 0.0


def test_it_leaves_after_the_commit(sent: list, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        nudge("tickets.send", 7)
        assert sent == []

    assert sent == [("tickets.send", (7,), "now")]


def test_what_is_asked_for_twice_is_sent_once(sent: list, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for pk in (7, 7, 8):
            nudge("tickets.send", pk)
        nudge("tickets.send", 7, queue="bulk")

    assert sent == [("tickets.send", (7,), "now"), ("tickets.send", (8,), "now"), ("tickets.send", (7,), "bulk")]


def test_many_small_transactions_nudge_once_at_their_end(sent: list, django_capture_on_commit_callbacks) -> None:
    with pytest.raises(ZeroDivisionError), gathering():
        for pk in (7, 7, 8):
            with django_capture_on_commit_callbacks(execute=True):
                nudge("tickets.send", pk)
        assert sent == []
        raise ZeroDivisionError  # what was committed before is told all the same

    assert sent == [("tickets.send", (7,), "now"), ("tickets.send", (8,), "now")]


def test_a_change_taken_back_nudges_nobody(sent: list, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            nudge("tickets.send", 7)
            raise ZeroDivisionError
        nudge("tickets.send", 7)

    assert sent == [("tickets.send", (7,), "now")]


def test_with_the_broker_gone_it_costs_little_once_and_then_nothing(broker_gone: None, django_capture_on_commit_callbacks) -> None:
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        nudge("tickets.send", 7)
    first = time.monotonic() - began

    began = time.monotonic()
    for pk in range(200):
        queue.Nudge("tickets.send", (pk,), "now")()
    others = time.monotonic() - began

    assert first < 3
    assert others < 0.5


def test_with_a_broker_that_takes_calls_and_never_answers_it_costs_its_patience(monkeypatch: pytest.MonkeyPatch, broker_gone: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setitem(current_app.conf, "broker_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()

        queue.Nudge("tickets.send", (7,), "now")()

        assert time.monotonic() - began < 3


def test_after_its_pause_it_tries_again(monkeypatch: pytest.MonkeyPatch, broker_gone: None) -> None:
    tries: list[int] = []

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        tries.append(1)
        raise OSError("refused")

    monkeypatch.setattr(current_app, "send_task", refuse)
    call = queue.Nudge("tickets.send", (7,), "now")
    call()
    call()
    assert len(tries) == 1

    queue._state.silent_until = time.monotonic() - 1
    call()
    assert len(tries) == 2
