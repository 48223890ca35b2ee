"""Functions, classes, methods and properties of ours that nobody names: `make check` lists them and fails.

vulture reads the Python files; what only a template, a setting or a dotted path names is found here by its name in their texts. What a
framework calls by itself stands in the table.
"""

from __future__ import annotations

import re
import sys
from fnmatch import fnmatch
from pathlib import Path

from vulture import Vulture

from tests.house.ground import PACKAGES, files, modules, name

CALLED = (  # by whom
    *("*Config", "Meta", "Command", "add_arguments", "__call__", "shell"),  # Django; the last by the Makefile
    *("clean_*", "label_from_instance", "process_view", "get_by_natural_key", "get_full_name", "get_short_name"),  # Django
    *("is_name_available", "_save", "connection_class", "describe", "collect"),  # Django's storage and mail, prometheus-client
    *("is_open_for_signup", "get_client_ip", "get_reset_password_from_key_url", "_get_login_attempts_cache_key"),  # allauth
    *("format_email_subject", "send_notification_mail", "can_delete_authenticator", "get_totp_issuer", "_get_site_name"),  # allauth
    *("format_request", "handle_RCPT", "handle_DATA", "_get_mailbox_client"),  # django-structlog, aiosmtpd, imap-tools
    *("makefile", "readinto"),  # http.client
)
KINDS = {"function", "class", "method", "property", "import"}
_WORD = re.compile(r"[A-Za-z_]\w+")
_TEXT = re.compile(r"\"[^\"\n]*\"")


def named_elsewhere() -> set[str]:
    """Every word of the templates, and of the short texts in Python files: dotted paths, names of attributes."""
    words: set[str] = set()
    for page in files():
        if name(page).startswith("templates/"):
            words.update(_WORD.findall(page.read_text("utf-8")))
    for source in modules():
        for text in _TEXT.findall(source.read_text("utf-8")):
            words.update(_WORD.findall(text) if " " not in text else ())
    return words


def unused() -> list[str]:
    """`file:line: kind name` of each piece that nobody names."""
    reader = Vulture(ignore_decorators=["@shared_task*", "@register.*", "@receiver*", "@pytest.*", "@*.connect"])
    reader.scavenge(modules(*PACKAGES, "tests", "manage.py"))
    ours, elsewhere = set(modules()), named_elsewhere()
    return [
        f"{name(Path(item.filename))}:{item.first_lineno}: {item.typ} {item.name}"
        for item in reader.get_unused_code()
        if item.typ in KINDS
        and Path(item.filename) in ours
        and item.name not in elsewhere
        and not any(fnmatch(item.name, called) for called in CALLED)
    ]


if __name__ == "__main__":
    found = unused()
    print("\n".join(found))
    sys.exit(bool(found))
