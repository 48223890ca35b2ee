"""Languages by their own names."""

from __future__ import annotations

from django.utils.translation import get_language_info


def language_name(code: str) -> str:
    """ "Deutsch" for de; the code itself where no name is known."""
    try:
        name: str = get_language_info(code.lower())["name_local"]
    except KeyError:
        return code
    return name[:1].upper() + name[1:]
