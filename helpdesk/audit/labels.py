"""The actions in words. An action of a later room that is not here yet is shown by its own name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "staff.signed_in": _("signed in"),
    "staff.signed_out": _("signed out"),
    "staff.sign_in_failed": _("tried to sign in with a wrong password"),
    "staff.second_factor_failed": _("gave a wrong second factor"),
    "staff.password_changed": _("changed the password"),
    "staff.factor_added": _("added a second factor"),
    "staff.factor_removed": _("removed a second factor"),
    "staff.sessions_ended": _("ended sessions"),
    "staff.invited": _("invited somebody"),
    "staff.invited_again": _("sent an invitation again"),
    "staff.changed": _("changed a person's facts"),
    "staff.address_asked": _("asked for another mail address of a person"),
    "staff.address_changed": _("changed a mail address"),
    "staff.address_kept": _("kept the former mail address of a person"),
    "staff.deactivated": _("closed an account"),
    "staff.reactivated": _("opened an account again"),
    "staff.role_given": _("gave a role"),
    "staff.role_taken": _("took a role back"),
    "staff.role_made": _("made a role"),
    "staff.role_changed": _("changed a role"),
    "staff.role_dropped": _("dropped a role"),
    "staff.team_made": _("made a team"),
    "staff.team_changed": _("changed a team"),
    "staff.team_dropped": _("dropped a team"),
    "staff.department_made": _("made a department"),
    "staff.department_changed": _("changed a department"),
    "staff.department_archived": _("archived a department"),
    "staff.department_reopened": _("opened a department again"),
    "games.made": _("made a game"),
    "games.changed": _("changed a game"),
    "games.archived": _("archived a game"),
    "games.reopened": _("opened a game again"),
    "studio.topic_made": _("made a topic"),
    "studio.topic_hung": _("hung a topic elsewhere"),
    "texts.written": _("wrote a text"),
    "texts.own_words": _("gave a game words of its own"),
    "lifecycle.rule_changed": _("changed a life cycle rule"),
    "lifecycle.own_rule": _("gave a game a rule of its own"),
    "lifecycle.rule_removed": _("removed a game's own rule"),
    "mail.retried": _("had mails read again"),
    "mail.dismissed": _("dismissed mails"),
    "mail.taken_back": _("parked dismissed mails again"),
    "mail.opened": _("had tickets opened for mails"),
    "mail.looked_at": _("read a mail as it came"),
    "mail.mailbox_saved": _("changed a mailbox"),
    "deliveries.replayed": _("had deliveries tried again"),
    "deliveries.dropped": _("gave a delivery up"),
    "parked.retried": _("had parked work tried again"),
    "parked.dismissed": _("gave parked work up"),
    "players.looked_at": _("looked at a player's data"),
    "players.exported": _("had a player's data given out"),
    "players.erasure_asked": _("asked for a player's data to be erased"),
    "players.erasure_taken_back": _("took the erasure of a player's data back"),
    "players.erased": _("erased a player's data"),
    "players.field_sorted": _("said who sees a field of the card"),
    "demo.loaded": _("made the demo studio"),
    "tickets.exported": _("exported tickets"),
}

SUBJECTS: dict[str, Any] = {
    "staff.user": _("person"),
    "staff.team": _("team"),
    "staff.role": _("role"),
    "games.game": _("game"),
    "games.topic": _("topic"),
    "games.department": _("department"),
    "base.text": _("text"),
    "tickets.lifecyclerule": _("rule"),
    "tickets.ticket": _("ticket"),
    "tickets.delivery": _("delivery"),
    "tickets.message": _("message"),
    "mail.rawmail": _("mail"),
    "mail.mailbox": _("mailbox"),
    "players.player": _("player"),
    "players.cardfield": _("field of the card"),
}


FACTS: dict[str, Any] = {
    "name": _("name"),
    "public_name": _("name for players"),
    "email": _("mail address"),
    "address": _("mail address"),
    "language": _("language"),
    "languages": _("languages"),
    "timezone": _("time zone"),
    "theme": _("look"),
    "mail_copies": _("notices by mail"),
    "role": _("role"),
    "rights": _("rights"),
    "requires_second_factor": _("demands a second factor"),
    "part": _("where"),
    "game": _("game"),
    "team": _("team"),
    "topic": _("topic"),
    "place": _("place in the list"),
    "joined": _("joined"),
    "left": _("left"),
    "count": _("how many"),
    "factor": _("second factor"),
    "known": _("known here"),
    "key": _("text"),
    "scope": _("for"),
    "version": _("version"),
    "hours": _("hours"),
    "to_status": _("then it becomes"),
    "enabled": _("is on"),
    "rearm": _("also those that wait already"),
    "subscriber": _("subscriber"),
    "event": _("event"),
    "error": _("error"),
    "reason": _("reason"),
    "mails": _("mails"),
    "ticket": _("ticket"),
    "tickets": _("tickets"),
    "deliveries": _("deliveries"),
    "erasure": _("erasure"),
    "due": _("when"),
    "counts": _("rows emptied"),
    "sort": _("kind of field"),
}


def fact_words(name: str) -> Any:
    """A fact's name, for a reader."""
    return FACTS.get(name, name)


def action_words(action: str) -> Any:
    """What was done, for a reader."""
    return WORDS.get(action, action)


def subject_words(kind: str) -> Any:
    """What it was done to."""
    return SUBJECTS.get(kind, kind)
