"""Choosing a topic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from helpdesk.studio.models import ABOVE, Topic


class _ByPath(ModelChoiceIterator):  # type: ignore[type-arg]  # at runtime it takes none
    def __init__(self, field: TopicField) -> None:
        super().__init__(field)
        self.queryset = self.queryset.select_related(ABOVE)

    def __iter__(self) -> Iterator[Any]:
        return iter(sorted(super().__iter__(), key=lambda choice: (choice[0] != "", str(choice[1]).casefold())))


class TopicField(forms.ModelChoiceField):  # type: ignore[type-arg]  # at runtime it takes none
    """Topics of a query, each under those above it."""

    iterator = _ByPath

    def label_from_instance(self, obj: Topic) -> str:
        return obj.path
