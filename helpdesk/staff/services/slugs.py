"""Short names that are free."""

from __future__ import annotations

from itertools import count

from django.db.models import Model
from django.utils.text import slugify

NUMBER = 8  # characters that a number may take


def free_slug(model: type[Model], name: str) -> str:
    """From the name where it has Latin letters, else from the kind of thing; numbered when taken."""
    longest: int = model._meta.get_field("slug").max_length  # type: ignore[union-attr,assignment]  # a column of letters
    stem = slugify(name)[: longest - NUMBER].strip("-") or model._meta.model_name or "thing"
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem if n == 1 else f"{stem}-{n}" for n in count(1)) if slug not in taken)
