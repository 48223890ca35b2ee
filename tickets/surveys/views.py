"""The rating page. Public: the signed link is the only key, so it answers nobody's guesses and counts how often one asks.

Mail scanners follow every link of a mail: a GET shows, whatever its query says; only a POST rates or unsubscribes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from helpdesk.audit.client import client_address
from helpdesk.base.rate_limits import network, too_often
from helpdesk.studio.models import Game
from tickets.mail.outbound.brand import mix, palette, readable
from tickets.mail.outbound.branding import branding_of
from tickets.surveys import forms, services
from tickets.surveys.links import message_named_by
from tickets.surveys.models import Survey
from tickets.surveys.phrases import preferred, spoken, words
from tickets.surveys.selectors import survey_of_invitation

LARGEST_BODY = 32 * 1024  # bytes; the longest comment in four-byte letters, percent-encoded, is smaller
PERIOD = 600  # seconds
MOST_GETS, STRIDE = 600, 20  # pages and style sheets; each so many are written down at once

View = Callable[[HttpRequest, str], HttpResponse]


def public(view: View) -> View:
    """Limits and headers of both pages: small bodies, few requests, nothing cached, the link told to no other site."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        response = _refused(request, token) or view(request, token)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def _refused(request: HttpRequest, token: str) -> HttpResponse | None:
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    who = network(client_address(request) or "")
    if request.method == "POST":
        if too_often("survey-post", who, times=30, seconds=PERIOD):
            return _sorry(request, "busy", status=429)
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            return _sorry(request, "too_long", status=413)
        if message_named_by(token) is not None and too_often("survey-token", token, times=15, seconds=PERIOD):
            return _sorry(request, "busy", status=429)
    elif too_often("survey-get", who, times=MOST_GETS, seconds=PERIOD, stride=STRIDE):
        return _sorry(request, "busy", status=429)
    return None


@csrf_exempt
@public
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form, take the rating, show what was rated."""
    survey = _survey(token)
    if survey is None:
        return _sorry(request, "unknown", status=404)
    says = words(survey.language)
    standing = services.standing(survey)
    if standing == services.Standing.OVER:
        return _sorry(request, "gone", status=410, survey=survey)
    if standing == services.Standing.FIXED:
        label = says.marks[(survey.score or 1) - 1]
        return _page(request, "surveys/fixed.html", survey, status=409 if request.method == "POST" else 200, label=label)
    saved = False
    if request.method == "POST":
        form = forms.read(request.POST.dict(), says)
        if form.is_valid and form.score:
            services.rate(survey, score=form.score, comment=form.comment)
            return HttpResponseRedirect(f"{reverse('surveys:answer', args=[token])}?saved=1", status=303)
        status = 422
    else:
        form = forms.RatingForm(forms.chosen_in_advance(request.GET.dict()) or survey.score, survey.comment)
        saved, status = "saved" in request.GET and survey.score is not None, 200
    marks = list(zip(range(1, 6), says.marks, strict=True))
    action = reverse("surveys:answer", args=[token])
    return _page(request, "surveys/answer.html", survey, status=status, form=form, saved=saved, marks=marks, action=action)


@csrf_exempt
@public
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more surveys for this player: a page with one button, and the one-click address of List-Unsubscribe (RFC 8058)."""
    survey = _survey(token)
    if survey is None:
        return _sorry(request, "unknown", status=404)
    if request.method == "POST":
        services.refuse(survey)
        return _sorry(request, "stopped", status=200, survey=survey)
    return _page(request, "surveys/stop.html", survey, action=reverse("surveys:stop", args=[token]))


@require_safe
def brand_css(request: HttpRequest, slug: str) -> HttpResponse:
    """A game's colours as a style sheet of our own, so that the page needs no inline style."""
    if too_often("survey-get", network(client_address(request) or ""), times=MOST_GETS, seconds=PERIOD, stride=STRIDE):
        return HttpResponse(status=429)
    colours = palette(branding_of(get_object_or_404(Game, slug=slug)))
    hover = mix(colours.main, colours.on_main, 0.88)
    context = {
        "colours": colours,
        "hover": hover,
        "on_hover": readable(colours.on_main, hover),
    }
    response = render(request, "surveys/brand.css", context, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response


def _survey(token: str) -> Survey | None:
    named = message_named_by(token)
    return survey_of_invitation(named) if named is not None else None


def _page(request: HttpRequest, template: str, survey: Survey, *, status: int = 200, **more: Any) -> HttpResponse:
    says, game = words(survey.language), survey.ticket.game
    context = {
        "words": says,
        "language": spoken(survey.language),
        "heading": says.title,
        "brand": game,
        "brand_css": reverse("surveys:brand", args=[game.slug]),
        "about": says.about.format(number=survey.ticket.number),
        "survey": survey,
    }
    return render(request, template, context | more, status=status)


def _sorry(request: HttpRequest, what: str, *, status: int, survey: Survey | None = None) -> HttpResponse:
    """A friendly page about why there is nothing to do here; without a survey in the language of the browser."""
    language = survey.language if survey else preferred(request.headers.get("Accept-Language", ""))
    says = words(language)
    heading, more = {
        "busy": (says.busy, says.busy_more),
        "too_long": (says.busy, says.too_long),
        "unknown": (says.unknown, says.unknown_more),
        "gone": (says.gone, says.gone_more),
        "stopped": (says.stopped, says.stopped_more),
    }[what]
    if survey:
        return _page(request, "surveys/sorry.html", survey, status=status, heading=heading, more=more)
    context = {"language": spoken(language), "heading": heading, "more": more}
    return render(request, "surveys/sorry.html", context, status=status)
