"""A provider's API as the desk calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.base.outgoing import Refused, Resting, Service, Unreachable, places
from helpdesk.base.templatetags.ui import moment_words
from tickets.mail.provider import MALFORMED, Ask, NoAnswer, Provider


def service_of(provider: Provider) -> Service:
    """The API as it may be called. A host that the settings name may lie inside."""
    return Service(provider.name, provider.label, places(provider.api_root), seconds=5, inside=provider.api_is_named)


def asking(provider: Provider) -> Ask:
    """What a provider is given to ask its API by."""
    return partial(_ask, provider)


def _ask(provider: Provider, method: str, path: str, *, headers: Mapping[str, str], body: Any = None, what: str = "") -> Any:
    told = None if body is None else json.dumps(body).encode()
    kind = {"Accept": "application/json", **({} if told is None else {"Content-Type": "application/json"})}
    try:
        answer = service_of(provider).call(method, provider.api_root + path, headers=kind | dict(headers), body=told, what=what)
    except Resting as error:
        said = _("it has failed several times and is left alone until %(when)s") % {"when": moment_words(error.until)}
        raise NoAnswer(said) from error
    except Unreachable as error:
        raise NoAnswer(_("it cannot be reached")) from error
    except Refused as error:
        raise NoAnswer(_("its address in the settings is none that can be called")) from error
    if answer.status == HTTPStatus.NOT_FOUND:
        return None
    if answer.status != HTTPStatus.OK:
        raise NoAnswer(_("it answered %(status)s") % {"status": answer.status})
    try:
        return json.loads(answer.body)
    except MALFORMED as error:
        raise NoAnswer(_("its answer makes no sense")) from error
