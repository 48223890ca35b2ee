"""What the audit, the menu, the bell and the numbers show of this room."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels
from helpdesk.base import watch
from helpdesk.staff import alarms, menu
from helpdesk.staff.menu import MenuEntry
from helpdesk.staff.models import StaffMail, StaffMailState
from helpdesk.staff.rights import Right


def register() -> None:
    """Called in `ready()`."""
    labels.register(
        actions={
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
            "staff.seeing_began": _("began to see the desk as somebody else"),
            "staff.seeing_ended": _("saw the desk as themselves again"),
            "staff.team_made": _("made a team"),
            "staff.team_changed": _("changed a team"),
            "staff.team_dropped": _("dropped a team"),
            "staff.department_made": _("made a department"),
            "staff.department_changed": _("changed a department"),
            "staff.department_archived": _("archived a department"),
            "staff.department_reopened": _("opened a department again"),
            "staff.shifts_planned": _("planned shifts"),
            "staff.shift_cancelled": _("cancelled a shift"),
            "staff.absence_planned": _("entered an absence"),
            "staff.absence_cancelled": _("cancelled an absence"),
            "staff.away": _("stepped away"),
            "staff.back": _("returned to the desk"),
            "studio.reason_made": _("made a reason"),
            "studio.reason_changed": _("changed a reason"),
            "studio.reason_archived": _("archived a reason"),
            "studio.reason_reopened": _("opened a reason again"),
            "studio.topic_made": _("made a topic"),
            "studio.topic_hung": _("hung a topic elsewhere"),
            "games.made": _("made a game"),
            "games.changed": _("changed a game"),
            "games.archived": _("archived a game"),
            "games.reopened": _("opened a game again"),
            "jobs.started": _("started a job"),
            "jobs.pause": _("paused a job"),
            "jobs.resume": _("let a job go on"),
            "jobs.cancel": _("cancelled a job"),
            "jobs.fetched": _("fetched the file of a job"),
            "texts.written": _("wrote a text"),
            "texts.own_words": _("gave a game words of its own"),
            "keys.entered": _("entered a key"),
            "keys.replaced": _("replaced a key"),
            "keys.removed": _("removed a key"),
        },
        subjects={
            "staff.user": _("person"),
            "staff.team": _("team"),
            "staff.role": _("role"),
            "games.game": _("game"),
            "games.topic": _("topic"),
            "games.department": _("department"),
            "games.reason": _("reason"),
            "base.text": _("text"),
            "jobs.job": _("job"),
        },
        facts={
            "public_name": _("name for players"),
            "email": _("mail address"),
            "languages": _("languages"),
            "timezone": _("time zone"),
            "theme": _("look"),
            "mail_copies": _("notices by mail"),
            "role": _("role"),
            "rights": _("rights"),
            "may_grant": _("may give to others"),
            "requires_second_factor": _("demands a second factor"),
            "part": _("where"),
            "place": _("place in the list"),
            "list": _("list"),
            "default_hours": _("hours until it is over"),
            "joined": _("joined"),
            "left": _("left"),
            "factor": _("second factor"),
            "known": _("known here"),
            "key": _("text"),
            "scope": _("for"),
            "purpose": _("for what"),
            "goes_to": _("may go to"),
            "former_until": _("the former one is good until"),
            "hours": _("hours"),
            "people": _("people"),
            "begins": _("begins"),
            "ends": _("ends"),
            "first_day": _("first day"),
            "last_day": _("last day"),
            "shift": _("shift"),
            "absence": _("absence"),
            "until": _("until"),
            "job": _("job"),
            "done": _("done"),
            "things": _("how many"),
            "act": _("what was done"),
        },
    )
    menu.register(
        menu.PEOPLE,
        MenuEntry(
            "staff:people", _("People"), "users-round", _("Who works here, invitations, who may do what"), Right.MANAGE_STAFF, True, 10
        ),
        MenuEntry("staff:teams", _("Teams"), "users", _("Who works together"), Right.MANAGE_STAFF, True, 20),
        MenuEntry("staff:departments", _("Departments"), "building-2", _("Who else owes players an answer"), Right.MANAGE_STAFF, True, 25),
        MenuEntry("staff:shifts", _("Shifts"), "calendar-clock", _("Who works when, and who is absent"), Right.PLAN_SHIFTS, place=27),
        MenuEntry("staff:roles", _("Roles"), "key-round", _("Which role may do what, and who holds it"), Right.MANAGE_ROLES, True, 30),
        MenuEntry("staff:see_as", _("See the desk as…"), "scan-eye", _("What a role or a colleague sees of it"), Right.SEE_AS, True, 35),
    )
    menu.register(
        menu.TOWARDS_PLAYERS,
        MenuEntry("staff:games", _("Games"), "gamepad-2", _("Brand, sender, languages, hours"), Right.MANAGE_GAMES, place=10),
        MenuEntry(
            "staff:texts",
            _("Texts"),
            "message-square-quote",
            _("Signatures, notices, surveys in each language"),
            Right.MANAGE_TEXTS,
            place=20,
        ),
    )
    menu.register(
        menu.RUNNING,
        MenuEntry("staff:jobs", _("Jobs"), "list-checks", _("Long work that goes on by itself"), Right.MANAGE_DELIVERIES, True, 25),
        MenuEntry(
            "staff:reasons",
            _("Reasons"),
            "clipboard-list",
            _("The studio's lists of why something is done"),
            Right.MANAGE_LIFECYCLE,
            True,
            15,
        ),
        MenuEntry("staff:audit", _("Audit"), "scroll-text", _("Who signed in, saw or changed what"), Right.SEE_AUDIT, True, 90),
    )
    alarms.register_kinds()
    watch.register_backlog(
        "letter",
        watch.Backlog(
            part="letters",
            patience=timedelta(minutes=10),
            rows=lambda at: StaffMail.objects.filter(state=StaffMailState.QUEUED),
            since=F("queued_at"),
            outward=True,
        ),
    )
