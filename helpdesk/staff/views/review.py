"""The page before a change of what people may do: who gains and who loses what. The deed itself follows when it was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from helpdesk.base.bounds import whole_number
from helpdesk.staff.rights import StaffRequest
from helpdesk.staff.services.review import Meanwhile, do_seen, preview
from helpdesk.staff.views.audit import told


class Asked(NamedTuple):
    """A change that somebody asks for: what it is called, what does it, what is said when it is done, where one goes then.

    `back`: the page that it was asked from; empty where that page takes its own form again with what was entered.
    `fields`: what the form posts once more; None: all that it posted.
    """

    heading: str
    deed: Callable[[], object]
    done: str
    to: str
    back: str = ""
    fields: Iterable[tuple[str, str]] | None = None


def goes_back(request: StaffRequest) -> bool:
    """Whether somebody returns from the review to what they had entered."""
    return "again" in request.POST


def reviewed(request: StaffRequest, asked: Asked) -> HttpResponse:
    """The review of what is asked for; with the number that stands on one, the deed. What touches nobody is done at once.

    Raises the deed's DomainError. What others changed meanwhile is told, with the review as it is now.
    """
    meanwhile: list[dict[str, Any]] = []
    review = None if "seen" in request.POST else preview(asked.deed)
    if review is None or not review.touches:
        try:
            do_seen(asked.deed, review.seen if review else whole_number(request.POST["seen"]))
        except Meanwhile as late:
            meanwhile, review = told(late.changes), preview(asked.deed)
        else:
            messages.success(request, asked.done)
            return redirect(asked.to)
    context = {
        "asked": asked,
        "fields": asked.fields if asked.fields is not None else _posted(request),
        "review": review,
        "noted": told(review.noted),
        **review.words(),
        "meanwhile": meanwhile,
        "farewell": review.takes_from(request.user),
    }
    return render(request, "staff/review.html", context, status=409 if meanwhile else 200)


def _posted(request: StaffRequest) -> list[tuple[str, str]]:
    ours = {"csrfmiddlewaretoken", "seen"}
    return [(name, str(value)) for name, values in request.POST.lists() if name not in ours for value in values]
