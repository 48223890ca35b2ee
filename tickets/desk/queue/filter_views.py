"""The menu of one field, and all fields that there are: dialogs of the queue, and pages of their own for who has no script."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import push_url, reswap, retarget

from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.desk.queue.chips import Chip, askable, chips
from tickets.desk.queue.choosing import THAN, UNITS, Menu, address
from tickets.desk.queue.filters import Wanted, one_state
from tickets.filters import Field
from tickets.search.language.names import same

CHOICES = "choices"  # the list of values, which is drawn anew while one types


@requires(Right.VIEW)
@require_GET
def fields(request: StaffRequest) -> HttpResponse:
    """All fields that this reader may ask for, under their headings."""
    request.GET = one_state(request.GET, request.user)  # type: ignore[assignment]
    asked = chips(Wanted.of(request.GET, request.user))
    groups: dict[str, list[tuple[Field, Chip | None, str]]] = {}
    for field in askable(request.user):
        chip = next((chip for chip in asked if chip.field is field), None)
        names = " ".join(map(same, (str(field.label), field.name, *field.names)))
        groups.setdefault(str(field.group), []).append((field, chip, names))
    context = {"groups": groups.items(), "back": address(request.GET, request.GET.get("q", ""))}
    return render(request, "tickets/fields.html#panel" if request.htmx else "tickets/fields.html", context)


@requires(Right.VIEW)
@require_GET
def menu(request: StaffRequest, name: str) -> HttpResponse:
    """What may be asked of one field, on the part of the filter at `place` or as a new one; with `do` the queue that is asked so."""
    request.GET = one_state(request.GET, request.user)  # type: ignore[assignment]
    field = next((one for one in askable(request.user) if one.name == name), None)
    if field is None:
        raise Http404
    wanted = Wanted.of(request.GET, request.user)
    place = request.GET.get("place", "")
    chip = next((chip for chip in chips(wanted) if chip.field is field and str(chip.place) == place), None)
    found = Menu(field, wanted, chip, request.GET)
    if request.htmx and request.htmx.target == CHOICES:
        return render(request, "tickets/_choices.html", {"menu": found})
    sent = "do" in request.GET and (request.GET.getlist("v") or not request.GET.get("find"))
    trouble = found.trouble() if sent else ""
    if sent and not trouble:
        return HttpResponseRedirect(reverse("desk:queue") + found.address(found.text))
    context = {
        "menu": found,
        "trouble": trouble,
        "than": THAN.items(),
        "units": UNITS.items(),
        "back": address(request.GET, wanted.box.text),
        "without": address(request.GET, found.chip.rest) if found.chip else "",
    }
    page = "tickets/filter.html#menu" if request.htmx else "tickets/filter.html"
    response = render(request, page, context, status=422 if trouble else 200)
    stays = request.htmx and request.htmx.target == "queue"  # nothing is to be searched yet
    return push_url(reswap(retarget(response, "#chooser"), "innerHTML"), False) if stays else response
