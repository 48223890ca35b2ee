"""What the mail room says of a mail, marked for translation: it is stored in English, beside what strange servers said."""

from __future__ import annotations

from django.utils.translation import gettext_noop

REASONS = (
    gettext_noop("a new conversation"),
    gettext_noop("a new conversation, from an address of ours for the one in Reply-To"),
    gettext_noop("a new conversation, sent by a form or a group for its writer"),
    gettext_noop("a new conversation, for it answers somebody else's mail"),
    gettext_noop("answers nothing that we know"),
    gettext_noop("its sender is blocked"),
    gettext_noop("no game has the address it was sent to"),
    gettext_noop("nothing in it that a person could read"),
    gettext_noop("own mail come back"),
    gettext_noop("the worker stopped each time it read this mail"),
    gettext_noop("delivery delayed"),
)
SIGNS = (  # of a machine (parse/machines.py) and of another writer than the sender (parse/writers.py); headers have no translation
    gettext_noop("own mail"),
    gettext_noop("sender"),
    gettext_noop("subject"),
    gettext_noop("its words"),
    gettext_noop("empty Return-Path"),
    gettext_noop("mailing list"),
    gettext_noop("written with"),
    gettext_noop("read receipt"),
    gettext_noop("complaint report of a mail provider"),
    gettext_noop("answer to an invitation"),
    gettext_noop("from an address of ours"),
    gettext_noop("no-reply address"),
    gettext_noop("address of a form's maker"),
    gettext_noop("address of a program"),
    gettext_noop("a group that rewrites senders"),
    gettext_noop("the name says “via”"),
    gettext_noop("another original sender"),
    gettext_noop("the words of a form"),
    gettext_noop("sent by a form's program"),
    gettext_noop("its text names the address to reply to"),
)
