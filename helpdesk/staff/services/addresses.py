"""A person's mail address: it is the login, and whoever reads there becomes the person. So another one counts only when somebody there has
said yes, and the former one is told at both ends.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import note_audit
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.staff import staff_mail
from helpdesk.staff.models import User
from helpdesk.staff.password_links import password_link

SALT = "staff.new_address"
INVITED = gettext_lazy("Your place at the desk of %(studio)s")
CONFIRM = gettext_lazy("Confirm your new address at the desk of %(studio)s")
ASKED = gettext_lazy("Your address at the desk of %(studio)s is to change")
CHANGED = gettext_lazy("Your address at the desk of %(studio)s has changed")


def post_invitation(user: User, by: User) -> None:
    """The letter with the link on which a newcomer sets a password."""
    _post(user, user.email, INVITED, "invitation", by=by, address=password_link(user), days=_days())


def ask(person: User, wanted: str, *, by: User, request: HttpRequest | None = None) -> None:
    """Another address for `person`, whose row is locked. Who has never set a password is simply invited there."""
    _demand_free(person, wanted)
    if not person.has_usable_password():
        before, person.email = person.email, wanted
        person.save(update_fields=["email"])
        note_audit("staff.address_changed", by=by, subject=person, request=request, changes={"email": [before, wanted]})
        post_invitation(person, by)
        return
    person.email_wanted = wanted
    person.save(update_fields=["email_wanted"])
    note_audit("staff.address_asked", by=by, subject=person, request=request, wanted=wanted)
    link = f"{settings.DESK_URL}{reverse('staff:new_address', args=[_token(person)])}"
    _post(person, wanted, CONFIRM, "address_confirm", by=by, address=link, days=_days())
    _post(person, person.email, ASKED, "address_asked", by=by, wanted=wanted)


def wanted_by(token: str) -> User | None:
    """The person whose new address this link confirms; None when it is too old, was used, or another address was asked for since."""
    try:
        pk, before, wanted = signing.loads(token, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return User.objects.filter(pk=pk, email=before, email_wanted=wanted, is_active=True).first()


@transaction.atomic
def confirm(token: str, *, request: HttpRequest | None = None) -> User:
    """Somebody who reads at the new address says yes. Conflict when the link counts no more."""
    asked = wanted_by(token)
    person = User.objects.select_for_update().get(pk=asked.pk) if asked else None
    if person is None or wanted_by(token) is None:
        raise Conflict(_("This link counts no more. Ask for another one."))
    _demand_free(person, person.email_wanted)
    before, person.email, person.email_wanted = person.email, person.email_wanted, ""
    person.save(update_fields=["email", "email_wanted"])
    note_audit("staff.address_changed", by=person, subject=person, request=request, changes={"email": [before, person.email]})
    _post(person, before, CHANGED, "address_changed", wanted=person.email)
    return person


@transaction.atomic
def keep(user: User, *, by: User, request: HttpRequest | None = None) -> User:
    """The new address is not wanted after all; its link counts no more."""
    person = User.objects.select_for_update().get(pk=user.pk)
    if person.email_wanted:
        person.email_wanted = ""
        person.save(update_fields=["email_wanted"])
        note_audit("staff.address_kept", by=by, subject=person, request=request)
    return person


def _demand_free(person: User, wanted: str) -> None:
    if User.objects.filter(email=wanted).exclude(pk=person.pk).exists():
        raise DomainError(_("Somebody with this address is already here."), field="email")


def _token(person: User) -> str:
    return signing.dumps([person.pk, person.email, person.email_wanted], salt=SALT)


def _days() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // 86400


def _post(person: User, to: str, subject: object, letter: str, **facts: object) -> None:
    """In the person's language; `subject` is one of the lazy texts above."""
    with translation.override(person.language):
        text = render_to_string(f"staff/mail/{letter}.txt", {"user": person, "studio": settings.STUDIO_NAME, **facts})
        staff_mail.post(to=to, subject=str(subject) % {"studio": settings.STUDIO_NAME}, text=text)
