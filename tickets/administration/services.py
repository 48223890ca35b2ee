"""What administrators do here, each told to the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base import outgoing
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.base.parking import Lot
from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from tickets import drain
from tickets.actors import operator
from tickets.mail.inbound import by_hand, inbox
from tickets.mail.inbound.passwords import demand_password, keep_password
from tickets.mail.models import Mailbox, RawMail, SenderRecords
from tickets.mail.outbound import sender_records
from tickets.models import Delivery, LifecycleRule
from tickets.services import rules

MOST_NOTED = 500  # ids in one audit entry
RULE_FIELDS = ("hours", "to_status", "notice_key", "enabled")
MAILBOX_FIELDS = (
    "address",
    "game",
    "host",
    "port",
    "security",
    "user",
    "password_name",
    "folder",
    "move_to",
    "begin",
    "begin_on",
    "enabled",
)


def edit_rule(rule: LifecycleRule, *, by: User, rearm: bool, request: HttpRequest | None = None, **facts: Any) -> int:
    """Change a rule; with `rearm` the tickets it concerns follow at once. Returns how many were re-armed.

    The rule and its audit entry commit together; re-arming follows in batches of its own, so that thousands hold no lock for long.
    """
    before = {field: getattr(rule, field) for field in RULE_FIELDS}
    with transaction.atomic():
        rules.change_rule(rule, rearm=False, **facts)
        differences = changed(before, {field: getattr(rule, field) for field in RULE_FIELDS})
        if differences or rearm:
            note_audit(
                "lifecycle.rule_changed", by=by, subject=rule, request=request, game_id=rule.game_id, changes=differences, rearm=rearm
            )
    return rules.rearm_all(rule) if rearm else 0


@transaction.atomic
def own_rule(rule: LifecycleRule, game: Game, *, by: User, request: HttpRequest | None = None) -> LifecycleRule:
    """A copy of a rule for one game, which from now on stands before the one for all."""
    own = LifecycleRule(game=game, from_status=rule.from_status, trigger=rule.trigger)
    try:
        with transaction.atomic():
            rules.change_rule(own, rearm=False, **{field: getattr(rule, field) for field in RULE_FIELDS})
    except IntegrityError as error:
        raise Conflict(_("%(name)s has this rule already.") % {"name": game.name}) from error
    note_audit("lifecycle.own_rule", by=by, subject=own, request=request, game_id=game.pk, like=rule.pk)
    return own


def remove_rule(rule: LifecycleRule, *, by: User, request: HttpRequest | None = None) -> int:
    """A game's own rule goes, and its tickets follow the one for all again. Returns how many were re-armed."""
    if rule.game_id is None:
        return rules.remove_rule(rule)  # refuses, with its reason
    facts = {field: getattr(rule, field) for field in RULE_FIELDS} | {"from_status": rule.from_status, "trigger": rule.trigger}
    note_audit("lifecycle.rule_removed", by=by, subject=rule, request=request, game_id=rule.game_id, rule=facts)
    return rules.remove_rule(rule)


@transaction.atomic
def retry_mails(mails: Sequence[RawMail], *, by: User, request: HttpRequest | None = None) -> int:
    """Take parked mails up again; returns how many were still parked."""
    retried = []
    for raw in mails:
        try:
            inbox.retry(raw)
        except Conflict:
            continue
        retried.append(raw.pk)
    if retried:
        note_audit("mail.retried", by=by, request=request, mails=retried)
    return len(retried)


def dismiss_mails(mails: Sequence[RawMail], *, by: User, request: HttpRequest | None = None) -> int:
    """Parked mails that need nothing; returns how many were still parked."""
    return _decide("mail.dismissed", mails, by_hand.dismiss, by=by, request=request)


def take_mails_back(mails: Sequence[RawMail], *, by: User, request: HttpRequest | None = None) -> int:
    """Dismissed mails are parked again; returns how many were still dismissed."""
    return _decide("mail.taken_back", mails, by_hand.take_back, by=by, request=request)


def open_mails(mails: Sequence[RawMail], *, game: Game | None, by: User, request: HttpRequest | None = None) -> int:
    """A person wrote these, for that game or the one that their address says; returns how many had no ticket yet."""
    return _decide("mail.opened", mails, lambda raw: by_hand.open_ticket(raw, game=game, by=operator(by)), by=by, request=request)


@transaction.atomic
def _decide(action: str, mails: Sequence[RawMail], deed: Callable[[RawMail], None], *, by: User, request: HttpRequest | None) -> int:
    """One deed for each mail; those which somebody else has decided meanwhile are left out."""
    decided = []
    for raw in mails:
        with suppress(Conflict):
            deed(raw)
            decided.append(raw.pk)
    if decided:
        note_audit(action, by=by, request=request, mails=decided)
    return len(decided)


@transaction.atomic
def look_at_mail(raw: RawMail, *, by: User, request: HttpRequest | None = None) -> None:
    """Somebody reads a player's mail as it came: that is told."""
    note_audit("mail.looked_at", by=by, subject=raw, request=request)


@transaction.atomic
def replay(pks: Sequence[int], *, by: User, request: HttpRequest | None = None) -> int:
    """Parked deliveries are tried again from the beginning; returns how many there were."""
    count = drain.unpark(list(pks))
    if count:
        note_audit("deliveries.replayed", by=by, request=request, deliveries=list(pks))
    return count


@transaction.atomic
def give_up(delivery: Delivery, *, reason: str, by: User, request: HttpRequest | None = None) -> None:
    """Drop a parked delivery: its subscriber never hears of the event. The reason is kept beside the audit's entry.

    Of the error the audit keeps the kind alone: the rest may be words of a player.
    """
    if not reason.strip():
        raise DomainError(_("Say why it may be lost."), field="reason")
    pk, subscriber, event = delivery.pk, delivery.subscriber, delivery.event_id
    exception = delivery.error.partition(":")[0]
    if not drain.drop(pk):
        raise Conflict(_("This delivery is not parked any more."))
    note_audit(
        "deliveries.dropped",
        by=by,
        subject=("tickets.delivery", pk),
        request=request,
        subscriber=subscriber,
        event=event,
        error=exception if exception.isidentifier() else "",
        remark=reason,
        about=("tickets.ticket", delivery.ticket_id),
    )


@transaction.atomic
def retry_parked(lot: Lot, pks: Sequence[int], *, by: User, request: HttpRequest | None = None) -> int:
    """Parked work of one kind is tried again; returns how many rows there were."""
    count = lot.retry(list(pks))
    if count:
        note_audit("parked.retried", by=by, request=request, kind=lot.name, rows=list(pks)[:MOST_NOTED], count=count)
    return count


@transaction.atomic
def dismiss_parked(lot: Lot, pk: int, *, reason: str, by: User, request: HttpRequest | None = None) -> None:
    """One piece of parked work is given up. The reason is kept in the audit."""
    if not reason.strip():
        raise DomainError(_("Say why it may be lost."), field="reason")
    about = ("tickets.ticket", lot.tickets([pk]).get(pk))
    if lot.dismiss is None or not lot.dismiss(pk):
        raise Conflict(_("This is not parked any more."))
    note_audit("parked.dismissed", by=by, request=request, kind=lot.name, rows=[pk], remark=reason.strip(), about=about)


@transaction.atomic
def save_mailbox(box: Mailbox, *, by: User, password: str = "", request: HttpRequest | None = None, **facts: Any) -> Mailbox:
    """A new or changed mailbox. Another server, user, folder or beginning is begun anew, as the mailbox says; what was taken in already is
    known by its key.

    `password`: entered now; empty: as before. DomainError where it may not go to that server: it would be given to a stranger.
    """
    before = {field: getattr(box, field, None) for field in MAILBOX_FIELDS} if box.pk else {}
    differences = changed(before, facts)
    if not differences and not password:
        return box
    if Mailbox.objects.filter(address__iexact=facts["address"]).exclude(pk=box.pk or 0).exists():
        raise DomainError(_("This address is polled already."), field="address")
    demand_password(box, facts, password)
    for field, value in facts.items():
        setattr(box, field, value)
    if {"host", "user", "folder", "begin", "begin_on"} & set(differences):
        box.uidvalidity = box.last_uid = box.old_below = 0
        box.begun_at = None
    box.failures, box.error, box.polled_at = 0, "", None
    box.save()
    environment_name = differences.pop("password_name", None)
    named: dict[str, Any] = {"environment_name": environment_name} if environment_name else {}
    if differences or named:
        note_audit("mail.mailbox_saved", by=by, subject=box, request=request, game_id=box.game_id, changes=differences, **named)
    keep_password(box, password, by=by, request=request)
    return box


@transaction.atomic
def ask_about_sender(game: Game, *, selector: str, by: User, request: HttpRequest | None = None) -> SenderRecords:
    """Ask DNS about a game's sender; another selector than the one that was written down is told to the audit."""
    before = SenderRecords.objects.filter(domain=sender_records.domain_of(game)).values_list("selector", flat=True).first() or ""
    row = sender_records.look(game, selector=selector)
    if row.selector != before:
        note_audit("mail.selector_set", by=by, subject=game, request=request, game_id=game.pk, changes={"selector": [before, row.selector]})
    return row


def hurry_service(name: str, *, by: User, request: HttpRequest | None = None) -> bool:
    """Somebody's server that is left alone may be called at once; whether it was left alone."""
    with transaction.atomic():
        hurried = outgoing.breaker.hurry(name)
        if hurried:
            note_audit("outgoing.hurried", by=by, request=request, service=name)
    return hurried
