"""The mail providers that the desk knows: each file here is one, and holds its `PROVIDER`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from tickets.mail.provider import Provider


@cache
def providers() -> Mapping[str, Provider]:
    """By name."""
    found = [import_module(f"{__name__}.{file.name}").PROVIDER for file in iter_modules(__path__)]
    return {provider.name: provider for provider in found}


def provider_of(connection: object) -> Provider | None:
    """By which provider a mail backend sends; None for SMTP, and for one that has no file here."""
    esp = getattr(connection, "esp_name", "")
    return next((provider for provider in providers().values() if provider.label == esp), None)


def sending_provider() -> Provider | None:
    """The one by which mails leave; None for SMTP, and for one that has no file here."""
    return next((provider for provider in providers().values() if provider.sends), None)


def checks() -> Iterator[CheckMessage]:
    """What the providers miss."""
    for provider in providers().values():
        yield from provider.checks()
    if settings.EMAIL_BACKEND.startswith("anymail.") and sending_provider() is None:
        yield Warning(
            f"Mails leave by {settings.EMAIL_BACKEND}, and what it tells of them afterwards has no door here: a bounce may pass unnoticed.",
            hint="Add its file to tickets/mail/providers (docs/extend.md), or send by a provider that has one.",
            id="helpdesk.W010",
        )
