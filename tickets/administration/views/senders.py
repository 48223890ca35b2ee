"""What DNS says of the addresses that the games send from, in words, with the records to publish."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.studio.models import Game
from tickets.administration import services
from tickets.administration.forms import SelectorForm
from tickets.mail.models import SenderRecords
from tickets.mail.outbound import sender_records
from tickets.mail.outbound.sender_verdicts import verdicts
from tickets.mail.providers import sending_provider

post_room = requires(Right.MANAGE_MAIL, everywhere=True)


@post_room
def senders(request: StaffRequest) -> HttpResponse:
    """Each game's sender with what was found when somebody last asked; nothing is asked while the page is drawn."""
    return _draw(request)


@require_POST
@post_room
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask DNS about one game's sender now."""
    game = get_object_or_404(Game, pk=pk, archived_at=None)
    form = SelectorForm(request.POST)
    if not form.is_valid():
        return _draw(request, wrong={pk: form}, status=422)
    row = services.ask_about_sender(game, selector=form.cleaned_data["selector"], by=request.user, request=request)
    if row.error:
        messages.error(request, _("DNS did not answer: %(why)s. What stands here is what was known before.") % {"why": row.error})
    return redirect("administration:senders")


def _draw(request: StaffRequest, *, wrong: dict[int, SelectorForm] | None = None, status: int = 200) -> HttpResponse:
    games, provider = list(Game.objects.filter(archived_at=None).order_by("name")), sending_provider()
    known = {row.domain: row for row in SenderRecords.objects.filter(domain__in=[sender_records.domain_of(game) for game in games])}
    rows: list[dict[str, Any]] = []
    for game in games:
        domain = sender_records.domain_of(game)
        row = known.get(domain)
        form = (wrong or {}).get(game.pk) or SelectorForm(initial={"selector": row.selector if row else ""})
        form.auto_id = f"{game.slug}_%s"
        judged = verdicts(domain, row.found, provider) if row and row.found else []
        rows.append({"game": game, "row": row, "form": form, "verdicts": judged})
    return render(request, "administration/senders.html", {"rows": rows}, status=status)
