"""The environment is read in one place: what cannot be is said in a sentence, all of it at once, and no password is repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from helpdesk.settings.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
SOUND = {
    "PATH": os.defpath,
    "HELPDESK_ENV": "production",
    "SECRET_KEY": "0123456789abcdef" * 4,
    "ALLOWED_HOSTS": "desk.studio.example",
    "DESK_URL": "https://desk.studio.example",
    "DATABASE_URL": "postgresql://desk@127.0.0.1:1/desk",
}


def manage(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "help", "migrate"],
        cwd=ROOT, env=SOUND | variables, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_several_mistakes_are_told_at_once_and_without_a_traceback():
    done = manage(UNDO_WINDOW="abc", EMAIL_PORT="smtp", DEBUG="true")

    assert done.returncode == 1
    assert "UNDO_WINDOW is “abc”; it must be a whole number of seconds, 0 or more." in done.stderr
    assert "EMAIL_PORT is “smtp”; it must be a whole number, 1 to 65535." in done.stderr
    assert "DEBUG is on" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://desk:swordfish@host:port/x"}, "DATABASE_URL must be the address of a PostgreSQL"),
        ({"REDIS_URL": "swordfish"}, "REDIS_URL must be an address that begins with redis://"),
        ({"EMAIL_USE_TLS": "true", "EMAIL_USE_SSL": "true"}, "EMAIL_USE_SSL excludes EMAIL_USE_TLS"),
        ({"ALLOWED_HOSTS": "desk.studio.example:443"}, "ALLOWED_HOSTS is “desk.studio.example:443”; it must be host names"),
        ({"SEARCH_ENGINE": "lucene"}, "SEARCH_ENGINE is “lucene”; it may be postgres or elasticsearch"),
        ({"SEARCH_ENGINE": "elasticsearch"}, "ELASTICSEARCH_URL is missing, and SEARCH_ENGINE is elasticsearch"),
        ({"ELASTICSEARCH_URL": "https://desk:swordfish@search"}, "ELASTICSEARCH_URL must name the port too"),
        ({"ELASTICSEARCH_URL": "swordfish:9200"}, "ELASTICSEARCH_URL must be an address that begins with http://"),
        ({"ELASTICSEARCH_INDEX": "Help Desk"}, "ELASTICSEARCH_INDEX is “Help Desk”; it must be small letters"),
        ({"SECRET_KEY": "# 50 random characters or more, as the example says"}, "SECRET_KEY is missing or shorter"),
    ],
)
def test_one_mistake_is_one_sentence(variables, sentence):
    done = manage(**variables)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert "swordfish" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_variable_counts_as_not_set():
    env = Environment({"UNDO_WINDOW": "", "DEBUG": " ", "HOSTS": "", "ZONE": ""})

    assert env.int("UNDO_WINDOW", 15) == 15
    assert env.bool("DEBUG", True) is True
    assert env.list("HOSTS", ["a"]) == ["a"]
    assert env.zone("ZONE", "UTC") == "UTC"
    env.refuse()


def test_values_are_understood_as_people_write_them():
    env = Environment({"YES": "On", "NO": "0", "HOSTS": "a.example, b.example ,", "DB": "postgresql://u:p%40ss@h:5433/n", "PORT": " 587 "})

    assert (env.bool("YES", False), env.bool("NO", True)) == (True, False)
    assert env.list("HOSTS", []) == ["a.example", "b.example"]
    assert (env.database("DB", "")["PASSWORD"], env.database("DB", "")["PORT"]) == ("p@ss", 5433)
    assert env.int("PORT", 25, least=1, most=65535) == 587
    env.refuse()


@pytest.mark.parametrize(
    ("kind", "value", "more"),
    [
        ("int", "-1", {}),
        ("int", "1.5", {}),
        ("int", "99999", {"most": 65535}),
        ("bool", "perhaps", {}),
        ("zone", "Mars/Base", {}),
        ("zone", "/etc/passwd", {}),
        ("choice", "LOUD", {"choices": ("INFO", "DEBUG")}),
        ("url", "desk.example", {"schemes": ("https",)}),
        ("url", "https://desk.example:port", {"schemes": ("https",)}),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(kind, value, more):
    defaults = {"int": 3, "bool": True, "zone": "UTC", "choice": "INFO", "url": "https://desk.example"}
    env = Environment({"IT": value})

    assert getattr(env, kind)("IT", defaults[kind], **more) == defaults[kind]

    with pytest.raises(ImproperlyConfigured, match=r"\AIT "):
        env.refuse()


@pytest.mark.parametrize("value", ["", "mysql://u:p@h/n", "sqlite:///x", "postgresql://h", "nonsense", "postgresql://u:p@h:x/n"])
def test_only_a_whole_postgresql_address_is_a_database(value):
    env = Environment({"DB": value or "://"})

    env.database("DB", "postgresql://postgres@127.0.0.1:5432/helpdesk")

    assert len(env.mistakes) == 1
