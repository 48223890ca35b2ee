"""Small things that every page says the same way: times, waits, faces, game marks, counts, form fields.

{% load ui %}
{% ago message.at %}              12 min ago, kept fresh by static/js/times.js
{% moment message.at %}           yesterday 19:42
{{ absence.last_day|date_words }}  14 Mar 2024
{% waited ticket.waiting_since %} 5 h 10 min, red or amber when long
{% face user.name %}              initials in a circle; {% face "" %} an empty one
{% game_mark game.colour game.name %}
{{ 12034|atmost:10000 }}          10,000+
“{{ words|inside }}”              somebody's words between our quotation marks
{% field form.name %}             label, control, help and errors; {% fields form %} for all of them
{% summary form %}                what is wrong with a form, with links to the fields
{% hidden form.key form.seen %}   hidden fields
{% sure drop_page _("Drop it…") _("Yes, drop it") %}<p>…</p>{% endsure %}   a deed that asks whether one is sure, with what follows from it
{% query status="new" after=None %}   the page's own query string with these changes
{% kept mine=rail.view %}…{% endkept %}   drawn once a process for each language and each value of `mine`; knows nothing else of the page
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from html import escape
from typing import Any, NamedTuple

import lucide
from django import forms, template
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, json_script
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from helpdesk.base.bounds import shown
from helpdesk.base.clock import now
from helpdesk.base.fill import fill
from helpdesk.base.text import inside

register = template.Library()
register.filter(inside)

MINUTE, HOUR, DAY = 60, 3600, 86400
LATE, SOON = timedelta(hours=4), timedelta(hours=2)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")


def duration_words(seconds: float) -> str:
    """Two units at most: "58 min", "5 h 10 min", "3 d 4 h". The same words as `times.js` says."""
    minutes = max(int(seconds), 0) // MINUTE
    if minutes < 1:
        return _("under 1 min")
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": f"{minutes:02d}"} if minutes else _("%(h)s h") % {"h": hours}
    days, hours = divmod(hours, 24)
    return _("%(d)s d %(h)s h") % {"d": days, "h": hours} if hours and days < 10 else _("%(d)s d") % {"d": days}


def moment_words(at: datetime) -> str:
    """As a colleague would say it: "19:42", "yesterday 19:42", "2 Oct 19:42", "14 Mar 2024"."""
    local, today = _local(at), _local(now()).date()
    said, day = f"{local:%H:%M}", local.date()
    days = (today - day).days
    if days == 0:
        return said
    if days == 1:
        return _("yesterday %(time)s") % {"time": said}
    if days == -1:
        return _("tomorrow %(time)s") % {"time": said}
    called = _called(day, get_language())
    return called.midnight.replace("00:00", said) if day.year == today.year else called.short


def day_words(at: datetime) -> str:
    """The day alone: "14 Mar 2024"."""
    return date_words(_local(at).date())


@register.filter
def date_words(day: date) -> str:
    """A day that is no moment: "14 Mar 2024"."""
    return _called(day, get_language()).short


class _Called(NamedTuple):
    """A day in words: "14 Mar 2024", "14 March 2024", and its first minute, "14 Mar 00:00"."""

    short: str
    exact: str
    midnight: str


@lru_cache(maxsize=2048)
def _called(day: date, _language: str | None) -> _Called:
    """Formats are read letter by letter, which costs more than the rest of a line in the thread."""
    patterns = pgettext("date format", "j M Y"), pgettext("date format", "j F Y"), pgettext("date format", "j M H:i")
    return _Called(*(date_format(datetime.combine(day, time()), pattern) for pattern in patterns))


def _local(at: datetime) -> datetime:
    """The moment in the reader's zone. No zone can say the very first and last ones."""
    return timezone.localtime(shown(at))


def _time(at: datetime, words: str, classes: str = "", kind: str = "") -> SafeString:
    """One of the fifty on a page: put together by hand, since `fill` would escape each of our own parts."""
    local = _local(at)
    exact = f"{_called(local.date(), get_language()).exact}, {local:%H:%M:%S}"
    data = f' data-time="{kind}"' if kind else ""
    css = f' class="{classes}"' if classes else ""
    return SafeString(f'<time{css}{data} datetime="{at.isoformat()}" title="{escape(exact)}">{escape(words)}</time>')


@register.simple_tag
def right_now() -> str:
    """The server's clock, for scripts that count against it."""
    return now().isoformat()


@register.simple_tag
def ago(at: datetime | None) -> str:
    """How long ago, or in how long when it lies ahead."""
    if at is None:
        return ""
    seconds = (now() - at).total_seconds()
    if seconds < -MINUTE:
        return _time(at, _("in %(duration)s") % {"duration": duration_words(-seconds)}, kind="ago")
    words = _("just now") if seconds < MINUTE else _("%(duration)s ago") % {"duration": duration_words(seconds)}
    return _time(at, words, kind="ago")


@register.simple_tag
def moment(at: datetime | None) -> str:
    """The time itself; the exact one is a hover."""
    return "" if at is None else _time(at, moment_words(at))


@register.simple_tag
def day(at: datetime | None) -> str:
    """The day; the exact time is a hover."""
    return "" if at is None else _time(at, day_words(at))


@register.simple_tag
def waited(since: datetime | None, late_after: timedelta = LATE, soon_after: timedelta = SOON) -> str:
    """How long somebody has waited. Its colour changes with the hours, in the browser too."""
    if since is None:
        return format_html('<span class="wait">{}</span>', "–")
    passed = now() - since
    heat = " late" if passed >= late_after else " soon" if passed >= soon_after else ""
    return _time(since, duration_words(passed.total_seconds()), f"wait{heat}", "waited")


@register.simple_tag
def lasted(spent: timedelta | None) -> str:
    """A length of time in words."""
    return "" if spent is None else duration_words(spent.total_seconds())


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A lucide icon beside words that say the same, so a screen reader skips it. Drawn once a process: a page has dozens."""
    return _icon(str(name), size)


@cache
def _icon(name: str, size: int) -> SafeString:
    return mark_safe(lucide._render_icon(name, size, aria_hidden="true"))  # noqa: S308 - the package's own drawing


@register.filter
def initials(name: str | None) -> str:
    """Two letters for a face: of the first and the last word."""
    words: list[str] = re.findall(r"\w+", name or "")
    if not words:
        return ""
    return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()


@register.simple_tag
@lru_cache(maxsize=1024)
def face(name: str | None, size: str = "") -> str:
    """Initials in a circle. The name itself is written beside it or in a title: a face alone tells a screen reader nothing."""
    letters = initials(name)
    if not letters:
        return format_html('<span class="face none {}" aria-hidden="true">–</span>', size)
    return format_html('<span class="face {}" aria-hidden="true">{}</span>', size, letters)


@register.simple_tag
@lru_cache(maxsize=1024)
def game_mark(colour: str | None, name: str = "") -> str:
    """The game's colour as a small bar. A presentation attribute, since the pages allow no style attribute."""
    fill = colour if colour and COLOUR.fullmatch(colour) else "#8a8f98"
    bar = format_html('<rect width="8" height="14" rx="3" fill="{}"/>', fill)
    if not name:
        return format_html('<svg class="game-mark" width="8" height="14" aria-hidden="true">{}</svg>', bar)
    named = format_html("<title>{}</title>{}", name, bar)
    return format_html('<svg class="game-mark" width="8" height="14" role="img" aria-label="{}">{}</svg>', name, named)


@register.filter
def atmost(number: int | None, limit: int = 10_000) -> str:
    """A count as far as it was counted: "1,284", "10,000+"."""
    if number is None:
        return ""
    words = number_format(min(number, limit), force_grouping=True)
    return f"{words}+" if number > limit else words


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The request's query string with `changes`; None or "" removes a key, a list stays a list. Always begins with "?"."""
    request: HttpRequest | None = context.get("request")
    asked = dict(request.GET.lists()) if request else {}
    for key, value in changes.items():
        if value is None or value == "":
            asked.pop(key, None)
        else:
            asked[key] = [str(value)] if isinstance(value, str) or not isinstance(value, Iterable) else [str(one) for one in value]
    return "?" + urlencode(asked, doseq=True)


@register.simple_tag
def hidden(*fields: BoundField) -> SafeString:
    """Hidden fields of a form, as their widgets would draw them, without a template for each."""
    return SafeString("".join(_hidden(bound) for bound in fields))


def _hidden(bound: BoundField) -> SafeString:
    value = bound.field.widget.format_value(bound.value())
    given = "" if value is None else fill(' value="{value}"', value=value)
    return fill('<input type="hidden" name="{name}"{value} id="{id}">', name=bound.html_name, value=given, id=bound.auto_id)


class KeptNode(template.Node):
    """Its content sees the values that the tag names, and nothing of the page or its reader: so it may be kept for everybody."""

    MOST = 256

    def __init__(self, content: NodeList, values: dict[str, FilterExpression]) -> None:
        self.content, self.values = content, values
        self.kept: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = (get_language(), *values.values())
        if (found := self.kept.get(key)) is None:
            assert context.template is not None
            alone = template.Context(values)
            with alone.bind_template(context.template):
                found = self.content.render(alone)
            if len(self.kept) >= self.MOST:
                self.kept.clear()
            self.kept[key] = found
        return found


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept name=value … %}…{% endkept %}`: what looks the same for the same values, in one language, is drawn once."""
    values = token_kwargs(token.split_contents()[1:], parser)
    content = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(content, values)


@register.simple_tag
def field(bound: BoundField, label: str = "", hide_label: bool = False) -> str:
    """One form field by `templates/ui/field.html`; a hidden one as it is."""
    if bound.is_hidden:
        return str(bound.as_widget())
    widget = bound.field.widget
    kind = "check" if isinstance(widget, forms.CheckboxInput) else "choices" if bound.use_fieldset else "line"
    return render_to_string("ui/field.html", {"field": bound, "kind": kind, "label": label or bound.label, "hide_label": hide_label})


@register.simple_tag
def fields(form: forms.BaseForm) -> str:
    """The whole form: what is wrong with all of it, then its fields in order. The <form> element stays the page's own."""
    return render_to_string("ui/fields.html", {"form": form})


@register.simple_tag
def summary(form: forms.BaseForm) -> str:
    """Above a form: what is wrong with it, each with a link to its field. The page's script puts the focus there."""
    wrong = [
        {"label": bound.label, "place": bound.id_for_label or f"{bound.auto_id}_0", "errors": bound.errors}
        for bound in (form[name] for name in form.errors if name in form.fields)
    ]
    return render_to_string("ui/summary.html", {"form": form, "wrong": wrong})


@register.simple_block_tag(takes_context=True)
def sure(context: template.Context, content: str, action: str, asks: str, does: str, *, mild: bool = False, **hidden: str) -> str:
    """A button that shows what it would do, and then a second one that posts to `action`. `hidden`: what is posted; `mild`: no danger."""
    said = {"action": action, "asks": asks, "does": does, "mild": mild, "hidden": hidden, "words": content}
    return render_to_string("ui/sure.html", said | {"csrf_token": context.get("csrf_token")})


@register.simple_tag
def words() -> SafeString:
    """What the scripts say, in the page's language, as a data block: `static/js/phrases.js` reads it."""
    return _words(get_language())


@cache
def _words(_language: str | None) -> SafeString:
    said = {
        "ago": _("%(duration)s ago"),
        "in": _("in %(duration)s"),
        "now": _("just now"),
        "moment": _("under 1 min"),
        "min": _("%(n)s min"),
        "h": _("%(h)s h"),
        "hm": _("%(h)s h %(m)s min"),
        "d": _("%(d)s d"),
        "dh": _("%(d)s d %(h)s h"),
        "failed": _("That did not work. Nothing you typed is lost; try again in a moment."),
        "offline": _("No connection to the desk. What you typed stays here; it is saved when the connection is back."),
        "lost": _("No answer came. Whether it was sent is asked now; what you typed stays here, and sending again never sends it twice."),
        "not_sent": _("It was not sent: the connection broke before. Your words are saved; send them again."),
        "not_sent_offline": _("Nothing was sent: there is no connection. What you typed stays here; send it again when it is back."),
        "adding": _("Adding %(name)s…"),
        "discard": _("What you changed here is not saved. Leave it?"),
        "signed_out": _("You are signed out. Sign in again in another tab; what you typed stays here."),
        "not_allowed": _("You may not do that here. If you have signed in anew in another tab, reload this page; your draft is kept."),
        "gone": _("This is no longer here, or no longer yours to see."),
        "leave": _("Something you typed is not saved yet."),
        "saving": _("Saving…"),
        "saved": _("Saved %(time)s"),
        "unsaved": _("Not saved yet"),
        "kept": _("What you typed meanwhile is kept in your draft."),
        "leaves_in": _("leaves in %(n)s s"),
        "leaving": _("leaving now"),
        "too_big": _("%(name)s is larger than %(limit)s and was not added."),
        "link": _("link text"),
        "goes": _("g, then: %(ways)s"),
        "views": _("1%(last)s a view"),
    }
    return json_script(said, "words")
