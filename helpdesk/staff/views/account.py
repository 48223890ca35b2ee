"""One's own account: who I am here, how the desk looks to me, and how I sign in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.staff.forms.account import AppearanceForm, ProfileForm
from helpdesk.staff.forms.plan import AwayForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import StaffRequest, requires
from helpdesk.staff.services.people import change_person, sign_out_everywhere
from helpdesk.staff.summary import summary


@requires()
def account(request: StaffRequest) -> HttpResponse:
    form = ProfileForm.of(request.user, request.POST or None)
    if form.is_valid():
        with refusals(form):
            person = change_person(request.user, by=request.user, request=request, **form.cleaned_data)
            translation.activate(person.language)
            messages.success(request, _("Saved."))
            return redirect("staff:account")
    factors = list(Authenticator.objects.filter(user=request.user).order_by("type"))
    context = {
        "form": form,
        "factors": [factor for factor in factors if factor.type != Authenticator.Type.RECOVERY_CODES],
        "sessions": UserSession.objects.filter(user=request.user).count(),
        "summary": summary(request.user, request.GET.get("can", "").strip()),
        "away_form": AwayForm(),
    }
    return render(request, "staff/account.html", context, status=422 if form.errors else 200)


@require_POST
@requires()
def appearance(request: StaffRequest) -> HttpResponse:
    """The switches of look and language; back to where one was. A script that only wants it kept gets an empty answer."""
    form = AppearanceForm(request.POST)
    if form.is_valid():
        change_person(request.user, by=request.user, request=request, **form.chosen())
    if request.htmx or request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return back_or_home(request)


def back_or_home(request: StaffRequest) -> HttpResponse:
    """To the page that a form names as the one it stood on, if it is ours."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else "/")


@require_POST
@requires()
def sign_out(request: StaffRequest) -> HttpResponse:
    """End every session, this one included."""
    sign_out_everywhere(request.user, by=request.user, request=request)
    logout(request)
    return redirect("account_login")
