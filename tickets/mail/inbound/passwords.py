"""The password of a polled mailbox: from the environment under the name that the mailbox says, or entered in its page.

One that was entered goes to the server and port that it was entered for, encrypted on its way, and never inside: who may edit mailboxes can
neither have a password of others sent to a server of their own, nor reach what only this machine can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from helpdesk.base import keys, outgoing
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.services.keys import enter_key, remove_key
from tickets.mail.inbound import imap_hosts
from tickets.mail.models import Mailbox

NO_PASSWORD = gettext_noop("The environment has no password of this name.")
UNBOUND = gettext_noop("The environment does not let this password go to this server and port.")
NOT_ENTERED = gettext_noop("No password that can be read was entered for this server and port. Enter it again.")


class NoPassword(Exception):
    """There is none that may be sent. The text says why, as the mailbox's page shows it."""


@dataclass(frozen=True, slots=True)
class Password:
    """`inside`: the environment has named the server, so that it may lie in the studio's own network."""

    value: str = field(repr=False)
    inside: bool


def password_of(box: Mailbox) -> Password:
    """What to sign in with. NoPassword."""
    if not box.password_name:
        try:
            return Password(keys.value_of(_key(box), _place(box.host, box.port)), inside=False)
        except keys.Unusable as error:
            raise NoPassword(NOT_ENTERED) from error
    value = settings.MAILBOX_PASSWORDS.get(box.password_name)
    if not value:
        raise NoPassword(NO_PASSWORD)
    if not imap_hosts.may_go(box.password_name, box.host, box.port):
        raise NoPassword(UNBOUND)
    return Password(value, inside=True)


def entered(box: Mailbox | None) -> keys.Told | None:
    """Who entered its password and when; None where nobody did."""
    return keys.told(_key(box)) if box and box.pk else None


def demand_password(box: Mailbox, facts: dict[str, Any], password: str) -> None:
    """DomainError, at its field, unless these facts of a mailbox and this newly entered password say of one where it comes from."""
    if name := facts["password_name"]:
        if password:
            raise DomainError(_("Name a variable or enter a password, not both."), field="password")
        if imap_hosts.is_bound(name) and not imap_hosts.may_go(name, facts["host"], facts["port"]):
            raise DomainError(
                _("%(name)s does not name this server and port: the password may not go there.") % {"name": imap_hosts.host_setting(name)},
                field="host",
            )
        return
    known = entered(box)
    if not password and known is None:
        raise DomainError(_("Enter the password, or name a variable of the environment."), field="password")
    if not password and known and known.place != _place(facts["host"], facts["port"]):
        raise DomainError(_("Another server or port: enter the password once more."), field="password")
    if facts["security"] == Mailbox.Security.PLAIN:
        raise DomainError(_("A password that is entered here leaves encrypted only."), field="security")
    if _lies_inside(facts["host"]):
        raise DomainError(_("This server lies inside a network. Only a password of the environment may go there."), field="host")


def keep_password(box: Mailbox, password: str, *, by: User, request: HttpRequest | None = None) -> None:
    """Seal what was entered for a saved mailbox, or forget it where the mailbox names a variable. DomainError."""
    if box.password_name:
        remove_key(_key(box), by=by, subject=box, request=request)
    elif password:
        try:
            enter_key(_key(box), password, place=_place(box.host, box.port), by=by, subject=box, request=request)
        except DomainError as error:
            raise DomainError(error.message, field="password") from error


def _key(box: Mailbox) -> str:
    return f"mail.mailbox.{box.pk}"


def _place(host: str, port: int) -> str:
    return f"{imap_hosts.plainly(host)}:{port}"


def _lies_inside(host: str) -> bool:
    """Whether one sees it at the name. What a name leads to is looked up when it is called, and refused then."""
    name = imap_hosts.plainly(host)
    try:
        ip_address(name)
    except ValueError:
        return name == "localhost"
    return not outgoing.is_public(name)
