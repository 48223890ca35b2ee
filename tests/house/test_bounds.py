"""Every moment that a person or a stranger may influence is bounded by the database; the others are written by the clock alone."""

from __future__ import annotations

import pytest
from django.db.models import DateField, Model

from tests.house.ground import none_of, our_models

BY_THE_CLOCK = {
    "answered_at", "archived_at", "asked_at", "at", "away_since", "began_at", "begun_at", "broken_at", "cancelled_at", "changed_at",
    "claimed_at",
    "claimed_until", "complained_at", "created_at", "due_at", "ended_at", "erased_at", "expires_at", "failed_at", "first_reply_at",
    "finished_at", "first_tried_at", "last_login", "made_at", "next_try_at",
    "no_reply_needed_at", "opened_at", "parked_at", "planned_at", "polled_at", "processed_at", "received_at", "released_at",
    "resolved_at", "retried_at", "saved_at", "seen_at", "sent_at", "since", "stale_since", "started_at",
    "state_at", "state_since", "status_since", "told_at",
    "unreadable_since", "until", "waiting_key",
}  # fmt: skip


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_moments_are_bounded(model: type[Model]) -> None:
    bounded = " ".join(str(constraint.condition) for constraint in model._meta.constraints if hasattr(constraint, "condition"))
    none_of(
        f"{model._meta.label}.{field.name} takes any moment: give it bounds.sane_moments(), or name it as written by the clock"
        for field in model._meta.concrete_fields
        if isinstance(field, DateField) and field.model is model and field.name not in BY_THE_CLOCK
        if f"'{field.name}__range'" not in bounded
    )
