"""Who signed in, saw or changed what."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.labels import action_words, subject_words
from helpdesk.audit.models import AuditEntry
from helpdesk.audit.selectors import Asked, actions, entries
from helpdesk.base.bounds import LARGEST, DayField
from helpdesk.staff.models import Role, Team, User
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.studio.models import Game


class AuditFilter(forms.Form):
    who = forms.CharField(label=_("Who"), required=False, max_length=120)
    action = forms.ChoiceField(label=_("What"), required=False)
    since = DayField(label=_("Not before"), required=False)
    until = DayField(label=_("Not after"), required=False)
    subject_kind = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    subject_id = forms.IntegerField(required=False, min_value=0, max_value=LARGEST, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        action = self.fields["action"]
        assert isinstance(action, forms.ChoiceField)
        action.choices = [("", _("everything")), *((kind, action_words(kind)) for kind in actions())]

    def asked(self) -> Asked:
        """Days are the reader's own, the last one included."""
        facts = self.cleaned_data if self.is_valid() else {}
        until = facts.get("until")
        return Asked(
            who=facts.get("who") or "",
            action=facts.get("action") or "",
            subject_kind=facts.get("subject_kind") or "",
            subject_id=facts.get("subject_id"),
            since=_midnight(facts.get("since")),
            until=_midnight(until + timedelta(days=1) if until else None),
        )


NAMED: dict[str, type[Model]] = {"staff.user": User, "staff.team": Team, "staff.role": Role, "games.game": Game}


def told(rows: list[AuditEntry]) -> list[dict[str, Any]]:
    """Each entry in words, with the names of what still exists. A query for each kind of named thing at most."""
    wanted: dict[str, set[int]] = {}
    for entry in rows:
        if entry.subject_id and entry.subject_kind in NAMED:
            wanted.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    names = {(kind, pk): str(row) for kind, pks in wanted.items() for pk, row in NAMED[kind]._default_manager.in_bulk(pks).items()}
    return [
        {
            "entry": entry,
            "what": action_words(entry.action),
            "kind": subject_words(entry.subject_kind),
            "name": names.get((entry.subject_kind, entry.subject_id or 0), ""),
        }
        for entry in rows
    ]


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


@requires(Right.SEE_AUDIT, everywhere=True)
def audit(request: StaffRequest) -> HttpResponse:
    form = AuditFilter(request.GET)
    page = entries(form.asked(), cursor=request.GET.get("after", ""))
    return render(request, "staff/audit.html", {"form": form, "page": page, "lines": told(page.rows)})
