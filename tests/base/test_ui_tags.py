"""What every page says the same way: times, waits, faces, fields, addresses with a filter."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString

from helpdesk.base import clock
from helpdesk.base.fill import fill
from helpdesk.base.templatetags import ui

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


def drawn(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        ({"seconds": 20}, "under 1 min"),
        ({"minutes": 58}, "58 min"),
        ({"hours": 5, "minutes": 10}, "5 h 10 min"),
        ({"hours": 3, "minutes": 5}, "3 h 05 min"),
        ({"hours": 2}, "2 h"),
        ({"days": 3, "hours": 4}, "3 d 4 h"),
        ({"days": 40, "hours": 4}, "40 d"),
    ],
)
def test_a_wait_is_told_in_two_units_at_most(passed: dict[str, int], words: str) -> None:
    assert ui.duration_words(timedelta(**passed).total_seconds()) == words


def test_a_wait_turns_amber_and_then_red() -> None:
    with clock.travel(NOON):
        heats = [re.search(r'class="(wait[^"]*)"', ui.waited(NOON - timedelta(hours=h))).group(1) for h in (1, 3, 5)]

    assert heats == ["wait", "wait soon", "wait late"]


def test_a_moment_is_told_as_a_colleague_would() -> None:
    with clock.travel(NOON):
        told = [ui.moment_words(NOON - timedelta(days=days)) for days in (0, 1, 3, 400)]

    assert told == ["12:00", "yesterday 12:00", "2 Oct 12:00", "31 Aug 2025"]


def test_the_exact_time_is_always_there() -> None:
    with clock.travel(NOON):
        html = drawn("{% ago at %}", at=NOON - timedelta(minutes=12))

    assert 'datetime="2026-10-05T11:48:00+00:00"' in html
    assert 'title="5 October 2026, 11:48:00"' in html
    assert ">12 min ago<" in html


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Krylova", "AK"), ("quietstorm", "QU"), ("Ольга Смирнова", "ОС"), ("el_marqués", "EL"), ("", ""), ("¿?", "")],
)
def test_a_face_has_two_letters(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_a_game_mark_takes_no_colour_that_is_none() -> None:
    assert 'fill="#d9622b"' in ui.game_mark("#d9622b", "Emberfall")
    assert "script" not in ui.game_mark('"/><script>', "<b>")


def test_a_count_stops_where_counting_stopped() -> None:
    assert [ui.atmost(n) for n in (12, 1284, 10_000, 10_001)] == ["12", "1,284", "10,000", "10,000+"]


def test_a_filter_changes_one_thing_of_the_address() -> None:
    request = RequestFactory().get("/tickets/?status=new&game=ember&after=abc")

    html = drawn("{% query status='waiting' after=None %}", request=request)

    assert html == "?status=waiting&amp;game=ember"


class Wish(forms.Form):
    name = forms.CharField(help_text="As on the door.")
    note = forms.CharField(required=False)
    loud = forms.BooleanField(required=False)
    side = forms.ChoiceField(choices=[("l", "Left"), ("r", "Right")], widget=forms.RadioSelect)


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    html = drawn("{% fields form %}", form=Wish({"side": "l"}))

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert html.count(">optional<") == 1  # the note; a box to tick says nothing
    assert "<legend>Side" in html


def test_scripts_get_their_words_in_the_language_of_the_page() -> None:
    with translation.override("en"):
        block = ui.words()

    said = json.loads(re.search(r">(.*)<", block).group(1))
    assert said["saved"] == "Saved %(time)s"
    assert block.startswith('<script id="words" type="application/json">')


def test_every_icon_that_a_page_names_exists() -> None:
    known = {name.removesuffix(".svg") for name in zipfile.ZipFile(str(files("lucide") / "lucide.zip")).namelist()}
    pages = Path(settings.BASE_DIR, "templates").rglob("*.html")
    named = {(icon, page.name) for page in pages for icon in re.findall(r'{% icon "([\w-]+)"', page.read_text())}

    assert {(icon, page) for icon, page in named if icon not in known} == set()


def test_what_is_kept_knows_its_values_and_nothing_of_the_page() -> None:
    page = Template(
        "{% load ui i18n %}{% kept name=person.name %}{% translate 'Close' %} {{ name }}{{ secret }}{{ person.name }}{% endkept %}"
    )

    told = [page.render(Context({"person": {"name": name}, "secret": name * 2})) for name in ("Ada", "Bo", "Ada")]
    with translation.override("ru"):
        told.append(page.render(Context({"person": {"name": "Ada"}})))

    assert told == ["Close Ada", "Close Bo", "Close Ada", "Закрыть Ada"]


def test_hidden_fields_are_drawn_as_their_widgets_would() -> None:
    class Asked(forms.Form):
        key = forms.UUIDField(widget=forms.HiddenInput, required=False)
        seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
        mode = forms.ChoiceField(choices=[("a", "A")], widget=forms.HiddenInput)

    for form in (Asked(initial={"seen": 7, "mode": "a"}), Asked({"seen": '"><b>', "mode": ""}), Asked(prefix="p", auto_id="x_%s")):
        assert drawn("{% hidden form.key form.seen form.mode %}", form=form) == "".join(str(form[name]) for name in form.fields)


def test_what_is_filled_in_is_escaped_unless_it_is_marked_as_safe() -> None:
    assert fill('<b title="{a}">{b}{c}</b>', a='"<', b=SafeString("<i>"), c=3) == '<b title="&quot;&lt;"><i>3</b>'
