"""The copy of a notice by mail: put into words at the moment it leaves, in its reader's language."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from helpdesk.base.text import one_line
from helpdesk.staff.models import Notice


def worded(notice: Notice) -> tuple[str, str]:
    """Subject and text."""
    user = notice.user
    with translation.override(user.language):
        words = notice.words()
        address = f"{settings.DESK_URL}{notice.link}" if notice.link else settings.DESK_URL
        text = render_to_string("staff/mail/notice.txt", {"user": user, "words": words, "address": address, "studio": settings.STUDIO_NAME})
    return one_line(words, 300), text
