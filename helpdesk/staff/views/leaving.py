"""Closing an account: what becomes of the work in its hands is asked first, and can be asked later too."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.staff.forms.leaving import LeavingForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.leaving import Handed, hand_over, held_by
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.services.people import deactivate


@requires(Right.MANAGE_STAFF, everywhere=True)
def leave(request: StaffRequest, pk: int) -> HttpResponse:
    """Close the account, and hand over what the person holds; for one that is closed already the second alone."""
    person = get_object_or_404(User, pk=pk)
    held = held_by(person)
    form = LeavingForm(request.POST if request.method == "POST" else None, leaver=person)
    if not held and request.method == "POST":
        form.fields["to"].required = False  # nothing to hand over: the button alone is the answer
    if form.is_valid():
        with refusals(form):
            if person.is_active:
                deactivate(person, by=request.user, request=request)
            done = hand_over(person, form.heir(), by=request.user) if held and form.cleaned_data["to"] else Handed()
            messages.success(request, _said(person, done))
            return redirect("staff:person", pk)
    return render(request, "staff/leaving.html", {"person": person, "held": held, "form": form}, status=422 if form.errors else 200)


def _said(person: User, done: Handed) -> str:
    words = [_("The account of %(name)s is closed.") % {"name": person.name}]
    if done.given:
        words.append(ngettext("%(n)s ticket was handed over.", "%(n)s tickets were handed over.", done.given) % {"n": done.given})
    if done.freed:
        words.append(
            ngettext("%(n)s ticket went back into the queue.", "%(n)s tickets went back into the queue.", done.freed) % {"n": done.freed}
        )
    return " ".join(words)
