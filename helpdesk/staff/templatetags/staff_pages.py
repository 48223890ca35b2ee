"""What the staff room's templates ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.audit.labels import fact_words
from helpdesk.base import outward
from helpdesk.base.fill import fill
from helpdesk.base.templatetags.ui import icon
from helpdesk.staff.forms.matrix import Box
from helpdesk.staff.menu import Room, rooms
from helpdesk.staff.models import Grant
from helpdesk.staff.rights import Right, find, has_everywhere
from helpdesk.staff.said import grant_words, where_words

register = template.Library()

SHOWN = 600  # letters of one fact
# the first that fits; the order matters, since each of them claims to be the ones below it too
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser", "Yandex"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


@register.simple_tag(takes_context=True)
def settings_rooms(context: template.Context) -> list[tuple[Any, list[Room]]]:
    """The side menu of the settings."""
    request = context["request"]
    return rooms(request.user, request.path)


@register.simple_tag(takes_context=True)
def standstill(context: template.Context) -> SafeString:
    """A line above every page of who looks after the desk, while nothing leaves the house."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not has_everywhere(user, Right.MANAGE_DELIVERIES):
        return SafeString()
    standing = outward.standing_lately()
    if standing == outward.Standing.ON:
        return SafeString()
    words = _("Nothing leaves the desk: players get no answers and colleagues no letters; all of it waits.")
    return format_html('<div class="callout late standstill" role="status">{}<p>{} {}</p></div>', icon("hand", 15), words, standing.label)


@register.simple_tag(takes_context=True)
def see_as_link(context: template.Context, what: str, pk: int) -> SafeString:
    """The way to see the desk as this person or role ("person", "role"), for who may."""
    if not has_everywhere(context["request"].user, Right.SEE_AS):
        return SafeString()
    way = f"{reverse('staff:see_as')}?{what}={pk}"
    return format_html('<a class="btn small" href="{}">{}{}</a>', way, icon("scan-eye", 14), _("See the desk so…"))


@register.simple_tag
def demo_logins() -> Sequence[Any]:
    """The people one may sign in as with one press; in the demo only, elsewhere nobody."""
    if settings.HELPDESK_ENV != "demo":
        return ()
    offered: Sequence[Any] = import_string(settings.DEMO_LOGINS)()
    return offered


@register.simple_tag
def audit_data(data: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """An entry's facts as (name, old or None, new), changes first. Facts of an unknown shape are shown as they are."""
    try:
        return _facts(data)
    except (TypeError, ValueError, AttributeError):
        return [(_("as it was noted"), None, _short(str(data)))]


def _facts(data: dict[str, Any]) -> list[tuple[str, Any, str]]:
    changes = [(fact_words(name), *_change(old, new)) for name, (old, new) in data.get("changes", {}).items()]
    rest = {name: value for name, value in data.items() if name != "changes"}
    if isinstance(rest.get("part"), dict):  # as it is said everywhere
        rest["part"] = where_words(rest["part"])
        if "role" in rest:
            rest["role"] = grant_words(str(rest["role"]), rest.pop("part"))
    return [*changes, *((fact_words(name), None, _short(value)) for name, value in rest.items())]


def _change(old: Any, new: Any) -> tuple[Any, str]:
    """What it was and what it is; of two lists only what came and went, since forty rights of which one is new are too many words."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return _short(old), _short(new)
    came, went = [one for one in new if one not in old], [one for one in old if one not in new]
    return None, "; ".join(f"{sign} {_short(ones)}" for sign, ones in (("+", came), ("−", went)) if ones) or _short(new)


CELL = (
    '<td data-col="{column}"{shown}><input type="checkbox" name="is" value="{role}:{right}" '
    'aria-labelledby="right-{right} role-{role}"{was}{on}{shut}></td>'
)


@register.simple_tag
def marks(right: str, boxes: Iterable[Box]) -> SafeString:
    """A row of the matrix of roles; by hand, since thirty roles have two thousand cells. On a phone the first column alone is shown."""
    return SafeString(
        "".join(
            fill(
                CELL, column=column, role=box.role.pk, right=right,
                shown=SafeString(' class="shown"' if column == 1 else ""), was=" data-was" if box.was else "",
                on=" checked" if box.on else "", shut="" if box.open else " disabled",
            )
            for column, box in enumerate(boxes, 1)
        )
    )  # fmt: skip


@register.filter
def role_names(grants: Iterable[Grant]) -> str:
    """Each role once, however often it was given for different games or languages."""
    return ", ".join(dict.fromkeys(grant.role.name for grant in grants)) or "–"


def _short(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, dict):
        value = [f"{fact_words(name)} {inner}" for name, inner in value.items()]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    words = ", ".join(_one(one) for one in value) if isinstance(value, list) else _one(value)
    return words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"


def _one(value: Any) -> str:
    """A right by its label, everything else as it is."""
    right = find(value) if isinstance(value, str) else None
    return str(right.label if right else value)


@register.filter
def browser(user_agent: str) -> str:
    """ "Firefox, Windows" for a User-Agent; the beginning of it when it is none we know."""
    known = [next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known)) or user_agent[:40] or "–"
