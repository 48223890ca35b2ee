"""Mails as they came: what was put aside and why, what the desk makes of each, and the mailboxes that are polled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.base.paging import page
from helpdesk.base.text import clean
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, has_everywhere, has_right, requires
from tickets.administration import services
from tickets.administration.forms import MailboxForm
from tickets.mail.inbox import content_of
from tickets.mail.judge import Outcome
from tickets.mail.models import Mailbox, RawMail
from tickets.mail.payloads import Unreadable
from tickets.mail.selectors import explained, mailboxes, newest

post_room = requires(Right.MANAGE_MAIL, everywhere=True)
SHOWN_BYTES = 60_000


@post_room
def mails(request: StaffRequest) -> HttpResponse:
    """The parked ones, or all by what became of them."""
    which = request.GET.get("which", "park")
    outcome = which if which in Outcome.values and which != Outcome.PARK else ""
    rows = newest(parked=which == Outcome.PARK, outcome=outcome)
    context = {
        "page": page(rows, key="received_at", descending=True, cursor=request.GET.get("after", "")),
        "which": which,
        "outcomes": [
            (Outcome.PARK.value, Outcome.PARK.label),
            ("all", _("All")),
            *[one for one in Outcome.choices if one[0] != Outcome.PARK],
        ],
        "mailboxes": mailboxes(),
        "may_open": has_right(request.user, Right.VIEW),
    }
    return render(request, "administration/mails.html", context)


@require_POST
@post_room
def retry(request: StaffRequest) -> HttpResponse:
    """The picked ones, or one, once more."""
    picked = [int(pk) for pk in request.POST.getlist("mail") if pk.isdigit()]
    count = services.retry_mails(list(RawMail.objects.filter(pk__in=picked)), by=request.user, request=request)
    if count:
        messages.success(request, ngettext("%(count)s mail is read again.", "%(count)s mails are read again.", count) % {"count": count})
    else:
        messages.error(request, _("None of them was parked any more."))
    return redirect("administration:mails")


@post_room
def mail(request: StaffRequest, pk: int) -> HttpResponse:
    """One mail: what the desk makes of it now. Its words and its source only to who may see mails as they came."""
    raw = get_object_or_404(RawMail.objects.select_related("blob", "ticket"), pk=pk)
    may_read = has_everywhere(request.user, Right.SEE_RAW_MAIL)
    context: dict[str, Any] = {"raw": raw, "may_read": may_read, "may_open": has_right(request.user, Right.VIEW)}
    try:
        context["facts"] = facts = explained(raw)
        context["outcome"] = Outcome(facts["outcome"]).label
        if may_read:
            services.look_at_mail(raw, by=request.user, request=request)
            source = content_of(raw)
            context["source"] = clean(source[:SHOWN_BYTES].decode("utf-8", "replace"))
            context["cut"] = len(source) > SHOWN_BYTES
    except FileNotFoundError:
        context["lost"] = True
    except Unreadable as reason:
        context["unreadable"] = str(reason)
    return render(request, "administration/mail.html", context)


@post_room
def new_mailbox(request: StaffRequest) -> HttpResponse:
    return _mailbox(request, None)


@post_room
def mailbox(request: StaffRequest, pk: int) -> HttpResponse:
    return _mailbox(request, get_object_or_404(Mailbox, pk=pk))


def _mailbox(request: StaffRequest, box: Mailbox | None) -> HttpResponse:
    form = MailboxForm.of(box, request.POST or None)
    if form.is_valid():
        with refusals(form):
            services.save_mailbox(box or Mailbox(), by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved. It is polled within a minute."))
            return redirect("administration:mails")
    return render(request, "administration/mailbox.html", {"form": form, "box": box}, status=422 if form.errors else 200)
