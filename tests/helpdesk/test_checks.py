"""What is misconfigured is said by id, in production and before anybody suffers from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import storages

from helpdesk import checks

SOUND = {
    "PRODUCTION": True,
    "SECRET_KEY": "k" * 60,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["desk.studio.example"],
    "DESK_URL": "https://desk.studio.example",
    "TRUSTED_PROXIES": 1,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "smtp.studio.example",
    "DEFAULT_FROM_EMAIL": "Support <support@studio.example>",
    "METRICS_TOKEN": "swordfish",
    "LOCALE_PATHS": [],
    "REPLY_GATES": [],
}


@pytest.fixture
def sound(settings, tmp_path: Path):
    for name, value in SOUND.items():
        setattr(settings, name, value)
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").touch()
    return settings


def ids() -> list[str]:
    return [message.id for message in checks.configuration()]


def test_a_sound_production_has_nothing_to_say(sound):
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET_KEY", "short", "helpdesk.E001"),
        ("DEBUG", True, "helpdesk.E002"),
        ("ALLOWED_HOSTS", [], "helpdesk.E003"),
        ("ALLOWED_HOSTS", ["desk.studio.example", "*"], "helpdesk.E003"),
        ("DESK_URL", "http://desk.studio.example", "helpdesk.E004"),
        ("EMAIL_HOST", "", "helpdesk.E005"),
        ("DEFAULT_FROM_EMAIL", "helpdesk@localhost", "helpdesk.E006"),
        ("DEFAULT_FROM_EMAIL", "Support <helpdesk@localhost>", "helpdesk.E006"),
        ("EMAIL_BACKEND", "no.such.Backend", "helpdesk.E010"),
        ("REPLY_GATES", ["training.nowhere.Gate"], "helpdesk.E008"),
        ("REPLY_GATES", ["helpdesk.checks.SHORTEST_SECRET"], "helpdesk.E008"),
        ("METRICS_TOKEN", "", "helpdesk.W001"),
        ("EMAIL_BACKEND", "anymail.backends.sendgrid.EmailBackend", "helpdesk.W010"),
        ("ELASTICSEARCH_URL", "http://elasticsearch:9200", "helpdesk.W012"),
        ("TRUSTED_PROXIES", 0, "helpdesk.W003"),
        ("STATIC_ROOT", Path("/nowhere"), "helpdesk.W004"),
    ],
)
def test_one_mistake_has_one_id(sound, name, value, expected):
    setattr(sound, name, value)

    assert ids() == [expected]


def test_another_database_is_refused(sound, monkeypatch):
    monkeypatch.setitem(sound.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")

    assert ids() == ["helpdesk.E009"]


def test_the_password_of_the_example_is_named(sound, monkeypatch):
    monkeypatch.setitem(sound.DATABASES["default"], "PASSWORD", "change-me")

    assert ids() == ["helpdesk.E011"]


def test_a_mail_server_on_this_machine_is_fine(sound):
    sound.EMAIL_HOST = "localhost"

    assert ids() == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://desk:swordfish@search.studio.example:9200", ["helpdesk.W013"]),
        ("https://desk:swordfish@search.studio.example:9200", []),
        ("http://desk:swordfish@127.0.0.1:9200", []),
        ("http://elasticsearch:9200", []),
    ],
)
def test_a_password_for_the_search_never_travels_in_the_clear(sound, url, expected):
    sound.SEARCH_ENGINE, sound.ELASTICSEARCH_URL = "elasticsearch", url

    assert ids() == expected


@pytest.mark.parametrize(
    ("name", "told", "missing"),
    [
        ("mailgun", {}, ["helpdesk.E012", "helpdesk.W002"]),
        ("mailgun", {"MAILGUN_API_KEY": "key"}, []),
        ("mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": "key"}, ["helpdesk.E012"]),
        ("postmark", {"POSTMARK_SERVER_TOKEN": "key"}, ["helpdesk.W002"]),
        ("postmark", {"POSTMARK_SERVER_TOKEN": "key", "WEBHOOK_SECRET": "user:word"}, []),
    ],
)
def test_a_provider_has_its_key_and_its_webhooks_can_prove_themselves(sound, name, told, missing):
    sound.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    sound.ANYMAIL = told

    assert ids() == missing


def test_files_that_cannot_be_kept_are_an_error_everywhere(sound, monkeypatch, tmp_path):
    sound.PRODUCTION = False
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    monkeypatch.setattr(type(storages["default"]), "location", property(lambda self: str(in_the_way / "media")))

    assert ids() == ["helpdesk.E007"]


def test_a_language_that_is_not_compiled_is_named(sound, tmp_path):
    catalogue = tmp_path / "ru" / "LC_MESSAGES"
    catalogue.mkdir(parents=True)
    (catalogue / "django.po").touch()
    sound.LOCALE_PATHS = [tmp_path]

    assert ids() == ["helpdesk.W005"]
    (catalogue / "django.mo").touch()
    assert ids() == []


def test_a_demo_is_not_asked_for_what_only_production_needs(sound):
    sound.PRODUCTION = False
    sound.SECRET_KEY, sound.METRICS_TOKEN, sound.DESK_URL = "short", "", "http://127.0.0.1:8000"

    assert ids() == []
