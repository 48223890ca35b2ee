"""What is misconfigured, said at start with an id. Errors stop `migrate` and the like; settings themselves refuse the worst before.

E001 secret · E002 DEBUG · E003 open hosts · E004 players' links without https · E005 nobody sends the mail · E006 sender of nowhere ·
E007 files cannot be kept · E008 a reply gate that does not import · E009 not PostgreSQL · E010 a mail backend that does not import ·
E011 the example's password · E012 the provider by which mails leave has no key (`tickets/mail/provider.py`)

W001 numbers for this machine only · W002 webhooks without a secret · W003 https, but no proxy is trusted · W004 static files not
collected · W005 texts not compiled ·
W007 a mailbox's password that may go nowhere · W008 OUTWARD is off · W009 nothing leaves, since the database was
restored or somebody switched it off · W010 mails leave by a provider whose news have no door · W011 an entered key that cannot be read ·
W012 an Elasticsearch that nobody asks · W013 its password travels in the clear
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError
from django.utils.module_loading import import_string

from helpdesk.base import keys, outward
from tickets.gates import Gate
from tickets.mail import providers
from tickets.mail.inbound.imap_hosts import host_setting

Check = Callable[[], Iterator[CheckMessage]]
SHORTEST_SECRET = 50  # characters
HOME_NAMES = {"127.0.0.1", "localhost", "::1"}
EXAMPLE_PASSWORD = "change-me"
PLAIN_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def secret() -> Iterator[CheckMessage]:
    if settings.SECRET_KEY == settings.INSECURE_SECRET or len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Error("SECRET_KEY is the default or too short.", hint="Set SECRET_KEY to 50 or more random characters.", id="helpdesk.E001")


def debug() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG shows players' data to strangers.", hint="Unset DEBUG.", id="helpdesk.E002")


def hosts() -> Iterator[CheckMessage]:
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS is empty or open.", hint="Name this desk's host names, separated by commas.", id="helpdesk.E003")


def address() -> Iterator[CheckMessage]:
    link = urlsplit(settings.DESK_URL)
    if link.scheme != "https" and link.hostname not in HOME_NAMES:
        yield Error(
            f"DESK_URL is {settings.DESK_URL}: links and sign-ins would travel in the clear.", hint="Use https.", id="helpdesk.E004"
        )
    if link.scheme == "https" and not settings.TRUSTED_PROXIES:
        yield Warning(
            "DESK_URL is https, but no proxy is trusted: every request looks unencrypted and is sent round in a circle.",
            hint="Set TRUSTED_PROXIES to the number of your proxies that append to X-Forwarded-For (mostly 1).",
            id="helpdesk.W003",
        )


def mail_out() -> Iterator[CheckMessage]:
    if settings.EMAIL_BACKEND == PLAIN_SMTP and not settings.EMAIL_HOST:
        yield Error(
            "No mail server is set, so answers to players go nowhere.",
            hint="Set EMAIL_HOST (and EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS), or EMAIL_BACKEND to a provider's.",
            id="helpdesk.E005",
        )
    try:
        import_string(settings.EMAIL_BACKEND)
    except ImportError as error:
        yield Error(f"EMAIL_BACKEND names {settings.EMAIL_BACKEND}, which cannot be imported: {error}.", id="helpdesk.E010")
    if settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") in HOME_NAMES | {""}:
        yield Error("DEFAULT_FROM_EMAIL is an address of nowhere.", hint="Set it to an address of your studio.", id="helpdesk.E006")


def mail_in() -> Iterator[CheckMessage]:
    yield from providers.checks()
    for name, password in settings.MAILBOX_PASSWORDS.items():
        host = host_setting(name)
        if password and not settings.MAILBOX_HOSTS.get(host):
            yield Warning(f"{name} may go nowhere.", hint=f"Set {host} to the IMAP server it is for.", id="helpdesk.W007")


def numbers() -> Iterator[CheckMessage]:
    if not settings.METRICS_TOKEN:
        yield Warning(
            "/metrics answers this machine only.", hint="Set METRICS_TOKEN and give it to Prometheus as a bearer token.", id="helpdesk.W001"
        )


def static_files() -> Iterator[CheckMessage]:
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Warning(
            "The static files are not collected: pages come without their look.", hint="manage.py collectstatic", id="helpdesk.W004"
        )


def files() -> Iterator[CheckMessage]:
    """Attachments and raw mails are kept in the default storage; a folder must be ours to write."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return
    folder = Path(storage.location)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield Error(
            f"Files cannot be kept in {storage.location}.",
            hint="Set MEDIA_ROOT to a folder that the desk may write.",
            id="helpdesk.E007",
        )


def gates() -> Iterator[CheckMessage]:
    """A gate that is not there would let through what it should hold."""
    for path in settings.REPLY_GATES:
        try:
            gate = import_string(path)
        except ImportError as error:
            yield Error(f"REPLY_GATES names {path}, which cannot be imported: {error}.", id="helpdesk.E008")
        else:
            if not isinstance(gate, Gate):
                yield Error(f"REPLY_GATES names {path}, which is no gate (see tickets/gates.py).", id="helpdesk.E008")


def database() -> Iterator[CheckMessage]:
    for alias, database in settings.DATABASES.items():
        if "postgresql" not in database.get("ENGINE", ""):
            yield Error(
                f"The database “{alias}” is not PostgreSQL.", hint="Set DATABASE_URL to a postgresql:// address.", id="helpdesk.E009"
            )
        if settings.PRODUCTION and database.get("PASSWORD") == EXAMPLE_PASSWORD:
            yield Error(
                "The database's password is the one of the example.",
                hint="Choose another in POSTGRES_PASSWORD and DATABASE_URL.",
                id="helpdesk.E011",
            )


def leaving() -> Iterator[CheckMessage]:
    """Nothing fails while nothing may leave; but nobody gets an answer."""
    if not settings.OUTWARD:
        yield Warning(
            f"OUTWARD is off: nothing leaves the house, no answer to a player and no letter to a colleague.{_waiting()}",
            hint="Look with “manage.py outward” at what waits; unset OUTWARD to let it leave.",
            id="helpdesk.W008",
        )


def _waiting() -> str:
    """How much waits, where that can be asked: checks run without a database too."""
    try:
        return "".join(f" {count} of kind “{kind}” wait." for kind, count in outward.pieces().items())
    except DatabaseError:
        return ""


def database_restored(databases: Sequence[str] | None) -> Iterator[CheckMessage]:
    """Asked by “check --database default” and by “migrate”."""
    if not databases:
        return
    try:
        standing = outward.standing()
    except DatabaseError:  # its tables are not there yet
        return
    if standing in {outward.Standing.RESTORED, outward.Standing.SWITCH}:
        yield Warning(
            f"Nothing leaves the house. {standing.label}{_waiting()}",
            hint="manage.py outward, then manage.py outward on",
            id="helpdesk.W009",
        )


def entered_keys(databases: Sequence[str] | None) -> Iterator[CheckMessage]:
    """Asked like the one before."""
    if not databases:
        return
    try:
        lost = keys.unreadable()
    except DatabaseError:  # its table is not there yet
        return
    if lost:
        yield Warning(
            f"KEYS_SECRET does not open what was entered for {', '.join(lost)}.",
            hint="Put the former one into KEYS_SECRET_FALLBACKS and run “manage.py reencrypt_keys”, or enter these anew.",
            id="helpdesk.W011",
        )


def texts() -> Iterator[CheckMessage]:
    for folder in settings.LOCALE_PATHS:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            if not source.with_suffix(".mo").exists():
                yield Warning(f"{source.parts[-3]} is not compiled; its pages are in English.", hint="make setup", id="helpdesk.W005")


def search() -> Iterator[CheckMessage]:
    link = urlsplit(settings.ELASTICSEARCH_URL)
    if link.hostname and settings.SEARCH_ENGINE == "postgres":
        yield Warning(
            "ELASTICSEARCH_URL names a server, but PostgreSQL searches.",
            hint="Set SEARCH_ENGINE to elasticsearch, or unset ELASTICSEARCH_URL.",
            id="helpdesk.W012",
        )
    if link.scheme == "http" and link.password and link.hostname not in HOME_NAMES:
        yield Warning(
            "Elasticsearch's password and players' words travel to it in the clear.",
            hint="Use https in ELASTICSEARCH_URL.",
            id="helpdesk.W013",
        )


EVERYWHERE: tuple[Check, ...] = (files, gates, database, texts, leaving)
IN_PRODUCTION: tuple[Check, ...] = (secret, debug, hosts, address, mail_out, mail_in, numbers, static_files, search)


@register(Tags.security)
def configuration(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """All of the above; what only production must have is asked only there."""
    asked = EVERYWHERE + IN_PRODUCTION if settings.PRODUCTION else EVERYWHERE
    return [message for check in asked for message in check()]


@register(Tags.database)
def leaves(app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """What only the database can tell."""
    return [*database_restored(databases), *entered_keys(databases)]
