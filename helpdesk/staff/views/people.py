"""People and what they may do."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.audit.client import client_address
from helpdesk.base.errors import DomainError
from helpdesk.base.folding import finds
from helpdesk.base.rate_limits import network, too_often
from helpdesk.staff.forms.people import GrantForm, InviteForm, PersonForm
from helpdesk.staff.forms.plan import AbsenceForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.leaving import held_by
from helpdesk.staff.models import Grant, User, parts_of
from helpdesk.staff.plan import plan_of
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.said import Names, grant_words
from helpdesk.staff.services import addresses
from helpdesk.staff.services import people as services
from helpdesk.staff.services.roles import give_role, take_role
from helpdesk.staff.summary import summary
from helpdesk.staff.views.review import Asked, goes_back, reviewed

staff_room = requires(Right.MANAGE_STAFF, everywhere=True)


@staff_room
def people(request: StaffRequest) -> HttpResponse:
    """Everybody, with roles and whether a second factor stands; the same four queries for one person or a hundred."""
    has_factor = Exists(Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES))
    listed = User.objects.annotate(has_factor=has_factor).prefetch_related("grants__role", "teams").order_by("-is_active", "name")
    asked = request.GET.get("q", "").strip()
    if asked:
        listed = listed.filter(finds("name", asked) | finds("email", asked))
    return render(request, "staff/people.html", {"people": listed, "asked": asked})


@staff_room
def invite(request: StaffRequest) -> HttpResponse:
    start = {"language": request.user.language, "timezone": request.user.timezone}
    form = InviteForm(request.POST or None, initial=start)
    if form.is_valid():
        with refusals(form):
            user = services.invite(by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("The invitation to %(name)s is on its way. Now give a role.") % {"name": user.name})
            return redirect("staff:person", user.pk)
    return render(request, "staff/invite.html", {"form": form}, status=422 if form.errors else 200)


@staff_room
def person(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    form = PersonForm.of(shown, request.POST or None)
    if form.is_valid():
        with refusals(form):
            changed = services.change_person(shown, by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved."))
            if changed.email_wanted:
                messages.info(request, _("The new address counts when somebody has confirmed it there. Both addresses get a letter."))
            return redirect("staff:person", pk)
    return _person_page(request, shown, form=form)


@require_POST
@staff_room
def give(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(User, pk=pk)
    form = GrantForm(request.POST)
    if form.is_valid() and not goes_back(request):

        def deed() -> None:
            give_role(shown, by=request.user, request=request, **form.cleaned_data)

        done = _("%(name)s has the role now.") % {"name": shown.name}
        with refusals(form):
            return reviewed(request, Asked(shown.name, deed, done, reverse("staff:person", args=[pk])))
    return _person_page(request, shown, grant_form=form)


@require_POST
@staff_room
def take(request: StaffRequest, pk: int, grant_pk: int) -> HttpResponse:
    grant = get_object_or_404(Grant.objects.select_related("role", "user"), pk=grant_pk, user_id=pk)
    page = reverse("staff:person", args=[pk])

    def deed() -> None:
        take_role(grant, by=request.user, request=request)

    try:
        return reviewed(request, Asked(grant.user.name, deed, _("The role is taken back."), page, back=page))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(page)


def new_address(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter to a new address leads. Looking changes nothing, for mail scanners look too; the button does."""
    if too_often("new_address", network(client_address(request) or ""), times=60, seconds=3600):
        return render(request, "429.html", status=429)
    shown = addresses.wanted_by(token)
    if request.method == "POST" and shown is not None:
        try:
            addresses.confirm(token, request=request)
        except DomainError as refusal:
            messages.error(request, str(refusal))
            shown = None
        else:
            messages.success(request, _("The new address counts from now on."))
            return redirect("home")
    return render(request, "staff/new_address.html", {"person": shown}, status=200 if shown else 410)


ACTS = {
    "deactivate": services.deactivate,
    "reactivate": services.reactivate,
    "invite_again": services.invite_again,
    "sign_out": services.sign_out_everywhere,
    "keep_address": addresses.keep,
}


@require_POST
@staff_room
def act(request: StaffRequest, pk: int) -> HttpResponse:
    """One of `ACTS`, named by the button that was pressed."""
    shown = get_object_or_404(User, pk=pk)
    done = ACTS.get(request.POST.get("act", ""))
    if done is not None:
        try:
            done(shown, by=request.user, request=request)  # type: ignore[operator]  # all of them have this shape
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done."))
    return redirect("staff:person", pk)


def _person_page(
    request: StaffRequest,
    shown: User,
    *,
    form: PersonForm | None = None,
    grant_form: GrantForm | None = None,
) -> HttpResponse:
    given = list(Grant.objects.filter(user=shown).select_related("role"))
    parts = parts_of(given)
    names = Names(parts)
    factors = Authenticator.objects.filter(user=shown).exclude(type=Authenticator.Type.RECOVERY_CODES)
    grant_form = grant_form or GrantForm()
    context = {
        "person": shown,
        "form": form or PersonForm.of(shown),
        "grant_form": grant_form,
        "grants": [(grant, grant_words(grant.role.name, names.where(part))) for grant, part in zip(given, parts, strict=True)],
        "summary": summary(shown, request.GET.get("can", "").strip()),
        "factors": list(factors.values("type").annotate(count=Count("pk"))),
        "sessions": UserSession.objects.filter(user=shown).count(),
        "teams": shown.teams.all(),
        "manages": services.manages(request.user, shown),
        "plan": plan_of(shown),
        "plans": True,  # whoever looks after the people plans everybody's time
        "absence_form": AbsenceForm(),
        "held": 0 if shown.is_active else held_by(shown),
    }
    broken = (form is not None and form.errors) or grant_form.errors
    return render(request, "staff/person.html", context, status=422 if broken else 200)
