"""Mails as they came: what was put aside and why, what the desk makes of each, and the mailboxes that are polled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.base.blobs import Unreadable
from helpdesk.base.bounds import whole_numbers
from helpdesk.base.paging import page
from helpdesk.base.text import clean
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, has_everywhere, has_right, requires
from tickets.administration import services
from tickets.administration.forms import MailboxForm, OpenForm
from tickets.administration.views.addresses import may_open
from tickets.mail.inbound.inbox import content_of
from tickets.mail.inbound.judge import Outcome
from tickets.mail.inbound.payloads import NotAMail
from tickets.mail.models import Mailbox, RawMail
from tickets.mail.parse.machines import AWAY_FROM, IGNORED_FROM
from tickets.mail.selectors import explained, mailboxes, newest
from tickets.sight import sight_everywhere

post_room = requires(Right.MANAGE_MAIL, everywhere=True)
SHOWN_BYTES = 60_000
MOST_PICKED = 500
AGAIN = "again"  # the list of what somebody had read again
ASIDE = "aside"  # that of what blocked players wrote
PICKED = {Outcome.PARK, ASIDE, Outcome.IGNORE, Outcome.BOUNCE, Outcome.DISMISS}


@post_room
def mails(request: StaffRequest) -> HttpResponse:
    """The parked ones, those that were read again, or all by what became of them."""
    which = request.GET.get("which", "park")
    outcome = which if which in Outcome.values and which != Outcome.PARK else ""
    again = which == AGAIN
    context = {
        "page": page(
            newest(parked=which == Outcome.PARK, aside=which == ASIDE, outcome=outcome, again=again),
            key="retried_at" if again else "received_at",
            descending=True,
            cursor=request.GET.get("after", ""),
        ),
        "which": which,
        "outcomes": [
            (Outcome.PARK.value, Outcome.PARK.label),
            (ASIDE, _("Of blocked players")),
            (AGAIN, _("Read again")),
            ("all", _("All")),
            *[one for one in Outcome.choices if one[0] != Outcome.PARK],
        ],
        "may_pick": which in PICKED,
        "parked": which in {Outcome.PARK, ASIDE},
        "may_be_opened": which in {Outcome.PARK, ASIDE, Outcome.IGNORE, Outcome.BOUNCE},
        "open_form": OpenForm(),
        "may_see_addresses": may_open(request.user),
        "mailboxes": mailboxes(),
        "may_open": has_right(request.user, Right.VIEW),
    }
    return render(request, "administration/mails.html", context)


@require_POST
@post_room
def retry(request: StaffRequest) -> HttpResponse:
    """The picked ones, or one, once more. What came of it stands on the page that follows, when it is known."""
    picked = _picked(request)
    count = services.retry_mails(picked, by=request.user, request=request)
    told = ngettext(
        "%(count)s mail waits to be read again. What comes of it stands here.",
        "%(count)s mails wait to be read again. What comes of them stands here.",
        count,
    )
    return _told(request, picked, count, told, after=AGAIN)


@require_POST
@post_room
def dismiss(request: StaffRequest) -> HttpResponse:
    """The picked ones need nothing. They can be taken back."""
    picked = _picked(request)
    count = services.dismiss_mails(picked, by=request.user, request=request)
    told = ngettext(
        "%(count)s mail is dismissed. It stands under “Dismissed” and can be taken back.",
        "%(count)s mails are dismissed. They stand under “Dismissed” and can be taken back.",
        count,
    )
    return _told(request, picked, count, told, after=Outcome.PARK)


@require_POST
@post_room
def take_back(request: StaffRequest) -> HttpResponse:
    """The picked ones are parked again."""
    picked = _picked(request)
    count = services.take_mails_back(picked, by=request.user, request=request)
    return _told(
        request, picked, count, ngettext("%(count)s mail is parked again.", "%(count)s mails are parked again.", count), after=Outcome.PARK
    )


@require_POST
@post_room
def open_tickets(request: StaffRequest) -> HttpResponse:
    """A person wrote the picked ones: each gets its ticket."""
    picked = _picked(request)
    game = OpenForm.chosen(request.POST)
    count = services.open_mails(picked, game=game, by=request.user, request=request)
    told = ngettext(
        "%(count)s mail counts as a person's. Its ticket stands here as soon as it is read.",
        "%(count)s mails count as people's. Their tickets stand here as soon as they are read.",
        count,
    )
    return _told(request, picked, count, told, after=AGAIN)


@post_room
def mail(request: StaffRequest, pk: int) -> HttpResponse:
    """One mail: what the desk makes of it now. Its words and its source only to who may see mails as they came."""
    raw = get_object_or_404(RawMail.objects.select_related("blob", "ticket", "message", "set_aside"), pk=pk)
    may_read = has_everywhere(request.user, Right.SEE_RAW_MAIL)
    context: dict[str, Any] = {"raw": raw, "may_read": may_read, "may_open": has_right(request.user, Right.VIEW)}
    context |= {"open_form": OpenForm(), "ignored_from": IGNORED_FROM, "away_from": AWAY_FROM}
    context["by_machine"] = by_machine = raw.outcome == Outcome.REPLY and raw.message is not None and raw.message.automatic
    context["may_be_opened"] = by_machine or raw.parked_at is not None or raw.outcome in PICKED - {Outcome.PARK}
    context["sees"] = sight_everywhere(request.user)
    try:
        context["facts"] = facts = explained(raw)
        context["outcome"] = Outcome(facts["outcome"]).label
        context["open_form"] = OpenForm(initial={"game": raw.game_id}, needed=facts["game"] is None)
        if may_read:
            services.look_at_mail(raw, by=request.user, request=request)
            source = content_of(raw)
            context["source"] = clean(source[:SHOWN_BYTES].decode("utf-8", "replace"))
            context["cut"] = len(source) > SHOWN_BYTES
    except Unreadable:
        context["lost"] = True
    except NotAMail as reason:
        context["unreadable"] = str(reason)
    return render(request, "administration/mail.html", context)


def _picked(request: StaffRequest) -> list[RawMail]:
    """At most a page of them."""
    picked = whole_numbers(request.POST.getlist("mail")[:MOST_PICKED])
    return list(RawMail.objects.filter(pk__in=picked).order_by("pk"))


def _told(request: StaffRequest, picked: list[RawMail], count: int, told: str, *, after: str) -> HttpResponse:
    """Say what was done; one mail leads back to its page, several to the list where they stand now."""
    if count:
        messages.success(request, told % {"count": count})
    else:
        messages.error(request, _("Somebody else has decided about them meanwhile.") if picked else _("Pick some mails first."))
    if len(picked) == 1:
        return redirect("administration:mail", picked[0].pk)
    return redirect(f"{reverse('administration:mails')}?which={after}")


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
