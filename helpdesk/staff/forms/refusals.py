"""How what a service refuses comes to stand beside its field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm

from helpdesk.base.errors import DomainError


@contextmanager
def refusals(form: BaseForm) -> Iterator[None]:
    """Within the block a `DomainError` becomes an error of the form, which then is not valid any more."""
    try:
        yield
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
