"""The rights by name, in the groups in which pages show them. Their values stand in roles: they are never renamed."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(TextChoices):
    VIEW = "ticket.view", _("See tickets")
    REPLY = "ticket.reply", _("Answer players")
    NOTE = "ticket.note", _("Write notes for colleagues")
    ASSIGN = "ticket.assign", _("Give tickets to people and teams")
    TAKE = "ticket.take", _("Take the next ticket")
    SET_STATUS = "ticket.set_status", _("Change the status")
    START = "ticket.start", _("Start a conversation")
    MERGE = "ticket.merge", _("Merge tickets")
    RESEND = "ticket.resend", _("Send a failed message again")
    BULK = "ticket.bulk", _("Change many tickets at once")
    RELEASE_HELD = "ticket.release_held", _("Release held replies")

    SEE_ATTACHMENTS = "ticket.see_attachments", _("Open attachments")
    SEE_RATING = "ticket.see_rating", _("See players' ratings")
    SEE_RAW_MAIL = "ticket.see_raw_mail", _("See the mail as it came")

    SEE_PLAYER = "player.see", _("See the player's card")
    SEE_PLAYER_CONTACT = "player.see_contact", _("See players' addresses")
    SEE_PLAYER_PAYMENTS = "player.see_payments", _("See purchases")
    SEE_PLAYER_DEVICE = "player.see_device", _("See devices")
    EDIT_PLAYER = "player.edit", _("Edit players")
    ERASE_PLAYER = "player.erase", _("Give out and erase players' data")

    MANAGE_GAMES = "studio.games", _("Games and brands")
    MANAGE_TEXTS = "studio.texts", _("Texts to players")
    MANAGE_LIFECYCLE = "studio.lifecycle", _("Life cycle rules")
    MANAGE_ROLES = "studio.roles", _("Roles and rights")
    MANAGE_STAFF = "studio.staff", _("People and teams")
    MANAGE_MAIL = "studio.mail", _("Parked mails and mailboxes")
    MANAGE_DELIVERIES = "studio.deliveries", _("Parked work")
    SEE_AUDIT = "studio.audit", _("Audit")


RIGHT_GROUPS: tuple[tuple[Any, tuple[Right, ...]], ...] = (
    (
        _("Work on tickets"),
        (
            Right.VIEW,
            Right.REPLY,
            Right.NOTE,
            Right.ASSIGN,
            Right.TAKE,
            Right.SET_STATUS,
            Right.START,
            Right.MERGE,
            Right.RESEND,
            Right.BULK,
            Right.RELEASE_HELD,
        ),
    ),
    (_("Parts of a ticket"), (Right.SEE_ATTACHMENTS, Right.SEE_RATING, Right.SEE_RAW_MAIL)),
    (
        _("Players"),
        (
            Right.SEE_PLAYER,
            Right.SEE_PLAYER_CONTACT,
            Right.SEE_PLAYER_PAYMENTS,
            Right.SEE_PLAYER_DEVICE,
            Right.EDIT_PLAYER,
            Right.ERASE_PLAYER,
        ),
    ),
    (
        _("The studio"),
        (
            Right.MANAGE_GAMES,
            Right.MANAGE_TEXTS,
            Right.MANAGE_LIFECYCLE,
            Right.MANAGE_STAFF,
            Right.MANAGE_ROLES,
            Right.MANAGE_MAIL,
            Right.MANAGE_DELIVERIES,
            Right.SEE_AUDIT,
        ),
    ),
)
