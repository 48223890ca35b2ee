"""The fields of a hold, in the composer and in the status dialog: why, who owes an answer, until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.db.models import F, IntegerField, Value
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.base import clock
from helpdesk.base.templatetags.ui import moment_words
from helpdesk.staff.forms.departments import OFFERED, OfferingInput
from helpdesk.studio.reasons import deadline
from helpdesk.studio.selectors import departments_of
from tickets.lifecycle.reasons import reasons_for
from tickets.models import Ticket
from tickets.sight import Sight

COLUMNS = ("of", "pk", "name", "place", "hours")


class _Row(NamedTuple):
    of: str
    pk: int
    name: str
    place: int
    hours: int | None


class _Offered:
    """What may be said of a hold of a ticket: departments and reasons by one query, which is asked when they are drawn."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket

    @cached_property
    def rows(self) -> list[_Row]:
        nothing = Value(None, output_field=IntegerField())
        owing = departments_of(self.ticket.game).order_by("place", "name")[:OFFERED]
        departments = owing.annotate(of=Value("department"), hours=nothing).values_list(*COLUMNS)
        reasons = reasons_for(self.ticket).order_by().annotate(of=Value("reason"), hours=F("default_hours")).values_list(*COLUMNS)
        return [_Row._make(row) for row in departments.union(reasons, all=True).order_by("place", "name")]

    def departments(self) -> list[str]:
        return [row.name for row in self.rows if row.of == "department"]

    def reasons(self) -> Iterator[tuple[int | str, str]]:
        """Each with the day that it gives."""
        now, game = clock.now(), self.ticket.game
        yield "", _("No reason")
        for row in self.rows:
            if row.of == "reason":
                day = deadline(row.hours, game, now)
                yield row.pk, f"{row.name} · {moment_words(day)}" if day else row.name


class ReasonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # at runtime it takes none
    """Why a ticket is put on hold."""

    def __init__(self) -> None:
        super().__init__(None, label=gettext_lazy("Why it is on hold"), required=False)


def offer_hold(form: forms.Form, ticket: Ticket) -> None:
    """Let a form's fields of a hold offer what may be said of this ticket."""
    offered, reasons, owing = _Offered(ticket), form.fields["hold_reason"], form.fields["pending_on"].widget
    assert isinstance(reasons, ReasonField) and isinstance(owing, OfferingInput)
    reasons.queryset, owing.offers = reasons_for(ticket), SimpleLazyObject(offered.departments)
    reasons.choices = offered.reasons  # lazy: a form that is sent draws nothing


def held_now(ticket: Ticket, sight: Sight) -> dict[str, Any]:
    """What the fields of a hold begin with: what the ticket says already. A day that has passed is not offered again."""
    day = ticket.pending_until or ticket.promised_until
    return {
        "hold_reason": ticket.hold_reason_id,
        "pending_on": sight.typed(ticket.pending_on),
        "pending_until": day if day and day > clock.now() else None,
    }
