"""The player's card: which kind of fact each field is that the games tell, and so who sees it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from helpdesk.staff.rights import Right, StaffRequest, requires
from players.fields import kind_of
from players.models import CardField
from players.services import sort_field
from tickets.administration.forms import SortForm

MOST = 500  # names on the page


@requires(Right.MANAGE_ROLES, everywhere=True)
def fields(request: StaffRequest) -> HttpResponse:
    """All names, those that nobody has sorted first; a form for each."""
    if request.method == "POST":
        form = SortForm(request.POST)
        if form.is_valid():
            field = get_object_or_404(CardField, pk=form.cleaned_data["field"])
            sort_field(field, CardField.Sort(form.cleaned_data["sort"]), by=request.user, request=request)
            messages.success(request, _("Saved. From now on the card follows it."))
            return redirect("administration:card_fields")
        messages.error(request, _("Choose one of the kinds."))
    rows = [(one, kind_of(one)) for one in CardField.objects.order_by("name")[:MOST]]
    rows.sort(key=lambda row: row[1] != CardField.Sort.UNSORTED)
    return render(request, "administration/card_fields.html", {"rows": rows, "sorts": CardField.Sort.choices})
