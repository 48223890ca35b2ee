"""What the mail room says of a mail, marked for translation: it is stored in English, beside what strange servers said."""

from __future__ import annotations

from django.utils.translation import gettext_noop

REASONS = (
    gettext_noop("a new conversation"),
    gettext_noop("a new conversation, from an address of ours for the one in Reply-To"),
    gettext_noop("answers nothing that we know"),
    gettext_noop("no game has the address it was sent to"),
    gettext_noop("nothing in it that a person could read"),
    gettext_noop("own mail come back"),
    gettext_noop("the worker stopped each time it read this mail"),
)
