"""Texts that players read, in each language."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.base.languages import language_name
from helpdesk.base.models import TextVersion
from helpdesk.base.texts import Wording, wording
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.forms.texts import TextForm
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.services.texts import Sheet, games_without_own, own_words, sheet_for, sheets, write_text

SAMPLES = {"player": "Maja", "game": "Emberfall", "number": "K7QM2R", "operator": "Anna", "team": "Emberfall Support", "link": "https://…"}
writing_room = requires(Right.MANAGE_TEXTS)


@writing_room
def texts(request: StaffRequest) -> HttpResponse:
    return render(request, "staff/texts.html", {"sheets": sheets(request.user)})


@writing_room
def text(request: StaffRequest, pk: int, language: str = "") -> HttpResponse:
    """One text; the language in the address is the one that is written."""
    sheet = sheet_for(request.user, pk)
    languages = [*sheet.newest, *sheet.missing]
    language = language or next(iter(languages), "en")
    if language not in languages and languages:
        raise Http404
    newest = sheet.newest.get(language)
    start = {"subject": newest.subject, "body": newest.body} if newest else None
    form = TextForm(request.POST or None, initial=start)
    if form.is_valid():
        with refusals(form):
            version = write_text(sheet.text, language=language, by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _saved(sheet, version))
            return redirect("staff:text_language", pk, language)
    return render(request, "staff/text.html", _context(request.user, sheet, language, form), status=422 if form.errors else 200)


@require_POST
@writing_room
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What is typed, with its places filled by made-up values; nothing is kept."""
    sheet_for(request.user, pk)
    words = _filled(request.POST.get("subject", ""), request.POST.get("body", ""))
    return render(request, "staff/text.html#preview", {"preview": words})


@require_POST
@writing_room
def own(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a game words of its own."""
    sheet = sheet_for(request.user, pk)
    games = {str(game.pk): game for game in games_without_own(request.user, sheet.text)}
    game = games.get(request.POST.get("game", ""))
    if game is None:
        raise Http404
    made = own_words(sheet.text, game, by=request.user, request=request)
    return redirect("staff:text", made.pk)


@writing_room
def version(request: StaffRequest, pk: int, version_pk: int) -> HttpResponse:
    """An older wording, as messages still remember it."""
    sheet = sheet_for(request.user, pk)
    shown = get_object_or_404(TextVersion, pk=version_pk, text=sheet.text)
    context = {
        "sheet": sheet,
        "version": shown,
        "language_name": language_name(shown.language),
        "preview": _filled(shown.subject, shown.body),
    }
    return render(request, "staff/text_version.html", context)


def _context(user: User, sheet: Sheet, language: str, form: TextForm) -> dict[str, object]:
    names = {code: language_name(code) for code in [*sheet.newest, *sheet.missing]}
    authors = dict(User.objects.values_list("pk", "name"))
    history = [
        {"version": old, "author": authors.get(old.author_id or 0, "")}
        for old in TextVersion.objects.filter(text=sheet.text, language=language).order_by("-version")[:20]
    ]
    return {
        "sheet": sheet,
        "language": language,
        "language_name": names.get(language, language_name(language)),
        "languages": [(code, name, code in sheet.missing) for code, name in names.items()],
        "form": form,
        "history": history,
        "without_own": games_without_own(user, sheet.text) if sheet.game is None else [],
        "preview": _filled(str(form["subject"].value() or ""), str(form["body"].value() or "")),
    }


def _saved(sheet: Sheet, version: TextVersion) -> str:
    """What was saved; of a text that was emptied, what players get in its place."""
    if version.has_words:
        return _("Saved as version %(number)s.") % {"number": version.version}
    languages = [version.language, *((sheet.game.default_language,) if sheet.game else ())]
    instead = wording(sheet.text.key, scopes=[sheet.text.scope], languages=languages)
    if instead is None:
        return _("Saved without words. Players get nothing in its place until somebody writes some.")
    where = language_name(instead.language)
    if instead.language == version.language:
        return _("Saved without words. The text for all games serves in its place.")
    return _("Saved without words. Players get the text in another language in its place: %(language)s.") % {"language": where}


def _filled(subject: str, body: str) -> Wording:
    return Wording(0, "", subject, body).filled(_Samples())


class _Samples(dict[str, str]):
    """Made-up values; a place without one shows its own name."""

    def get(self, key: str, default: object = None) -> str:
        return SAMPLES.get(key, f"‹{key}›")
