"""The environment, read once and gathered: every mistake in it is told in one go, in sentences, before anything starts.

A variable that is empty counts as not set. Values are not repeated where they may hold a password.

Why not `environs`: its deferred reading answers None for what is wrong (the settings below compute with their values), takes an empty
variable for a wrong one, and tells all in one dict of phrases without name, value or unit. Its sentences, defaults, zones, addresses
and database would all be written here again, around it.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on", "t", "y"}, {"0", "false", "no", "off", "f", "n"}
POSTGRESQL = "postgresql://USER:PASSWORD@HOST:PORT/NAME"
ENGINE = "helpdesk.base.postgresql"  # Django's own, but for moments that Python cannot say


class Environment:
    """Typed reading with defaults. A value that cannot be is written down and its default taken, so that the others are looked at too."""

    def __init__(self, variables: Mapping[builtins.str, builtins.str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        self.mistakes: builtins.list[builtins.str] = []

    def raw(self, name: builtins.str) -> builtins.str:
        """The value without blanks around it; "" where there is none."""
        return self._variables.get(name, "").strip()

    def all(self, prefix: builtins.str) -> dict[builtins.str, builtins.str]:
        """Every variable whose name begins so."""
        return {name: value for name, value in self._variables.items() if name.startswith(prefix)}

    def str(self, name: builtins.str, default: builtins.str) -> builtins.str:
        return self.raw(name) or default

    def path(self, name: builtins.str, default: Path) -> Path:
        return Path(self.raw(name) or default)

    def list(self, name: builtins.str, default: builtins.list[builtins.str]) -> builtins.list[builtins.str]:
        """The words between commas, without blanks around them."""
        return [word for part in self.raw(name).split(",") if (word := part.strip())] or default

    def bool(self, name: builtins.str, default: builtins.bool) -> builtins.bool:
        """Any other word than those of YES and NO is a mistake and counts as `default`."""
        word = self.raw(name).lower()
        if word and word not in YES | NO:
            self.wrong(name, "must be true or false")
        return word in YES if word in YES | NO else default

    def int(
        self, name: builtins.str, default: builtins.int, *, least: builtins.int = 0, most: builtins.int = 2**31 - 1, of: builtins.str = ""
    ) -> builtins.int:
        """A whole number of something, between `least` and `most`."""
        word = self.raw(name)
        if not word:
            return default
        if word.lstrip("+-").isdecimal() and least <= builtins.int(word) <= most:
            return builtins.int(word)
        limits = f"{least} to {most}" if most < 2**31 - 1 else f"{least} or more"
        self.wrong(name, f"must be a whole number{' of ' + of if of else ''}, {limits}")
        return default

    def choice(self, name: builtins.str, default: builtins.str, choices: tuple[builtins.str, ...]) -> builtins.str:
        """Any other word than `choices` is a mistake and counts as `default`."""
        word = self.raw(name) or default
        if word not in choices:
            self.wrong(name, f"may be {', '.join(choices[:-1])} or {choices[-1]}")
            return default
        return word

    def zone(self, name: builtins.str, default: builtins.str) -> builtins.str:
        """The name of a time zone. One that is not known is a mistake and counts as `default`."""
        word = self.raw(name) or default
        try:
            ZoneInfo(word)
        except (ValueError, OSError, LookupError):
            self.wrong(name, "must be a time zone by its usual name, such as Europe/Berlin")
            return default
        return word

    def url(self, name: builtins.str, default: builtins.str, *, schemes: tuple[builtins.str, ...]) -> builtins.str:
        """An address with a scheme and a host. It may hold a password, so it is not repeated."""
        word = self.raw(name) or default
        try:
            link = urlsplit(word)
            fits = link.scheme in schemes and (bool(link.hostname) or (link.scheme == "unix" and bool(link.path)))
            fits = fits and (link.port or 1) > 0
        except ValueError:
            fits = False
        if not fits:
            self.wrong(name, f"must be an address that begins with {' or '.join(scheme + '://' for scheme in schemes)}", show=False)
            return default
        return word

    def database(self, name: builtins.str, default: builtins.str) -> dict[builtins.str, Any]:
        """The address of a PostgreSQL, as Django wants it."""
        word = self.raw(name) or default
        try:
            found: dict[builtins.str, Any] = dict(dj_database_url.parse(word))
        except (ValueError, KeyError):  # what it raises holds the address, and the address a password
            found = {}
        if "postgresql" not in found.get("ENGINE", "") or not found.get("NAME"):
            self.wrong(
                name, f"must be the address of a PostgreSQL: {POSTGRESQL}, with special characters of the password %-encoded", show=False
            )
            found = dict(dj_database_url.parse(default))
        return found | {"ENGINE": ENGINE}

    def wrong(self, name: builtins.str, what: builtins.str, *, show: builtins.bool = True) -> None:
        """Keep a mistake until `refuse`. `show=False` for what may be a secret: its value is not repeated."""
        self.mistakes.append(f"{name} is “{self.raw(name)[:60]}”; it {what}." if show and self.raw(name) else f"{name} {what}.")

    def refuse(self) -> None:
        """Stop here if anything was wrong."""
        if self.mistakes:
            raise ImproperlyConfigured("\n".join(self.mistakes))
