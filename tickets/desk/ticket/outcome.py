"""What a page shows when something was done to its ticket: the ticket as it is now, wherever that is."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from helpdesk.staff.rights import StaffRequest
from tickets.access import find_ticket, visible_tickets
from tickets.desk.answers import address_of, go, say
from tickets.desk.ticket.page import draw, page_context
from tickets.locks import end_of_merges
from tickets.models import Ticket


def done(request: StaffRequest, number: str, words: str = "", mode: str = "", *, card: bool = False, kind: str = "good") -> HttpResponse:
    """The ticket of this page as it is now; back to the queue for somebody who may not see it any more, since it went to another team.

    A ticket that was merged meanwhile leads to where it is shown, with a word that what was done is there. `card`: what the player's
    card shows has changed too, so the page asks for it again.
    """
    found = find_ticket(request.user, number)
    if found is None:
        return say(request, go(request, reverse("desk:queue")), _("Done. It is not yours to see any more."))
    if found.merged_into_id is not None:
        return moved(request, found, _("%(number)s was merged into this one meanwhile; what you did is here."))
    if not request.htmx:
        response: HttpResponse = HttpResponseRedirect(address_of(request, found, **({"mode": mode} if mode else {})))
    else:
        response = draw(request, page_context(request, found), "desk")
        if request.htmx.target != "ticket":  # it came from the dialog or the composer
            response["HX-Retarget"], response["HX-Reswap"] = "#ticket", "outerHTML"
        trigger_client_event(response, "rail")
        if card:
            trigger_client_event(response, "card-changed")
    return say(request, response, words, kind) if words else response


def moved(request: StaffRequest, ticket: Ticket, words: str) -> HttpResponse:
    """On to where a merged ticket is shown; `words` takes its %(number)s."""
    shown = visible_tickets(request.user).filter(pk=end_of_merges(ticket.pk)).first()
    to = address_of(request, shown) if shown else reverse("desk:queue")
    return say(request, go(request, to), words % {"number": ticket.number}, "")
