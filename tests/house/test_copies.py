"""A desk for measuring is made by copying rows, and the models alone say how: so each column tells what its number is."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from helpdesk.base.ids import IdOf
from helpdesk.demo import bulk
from tests.house.ground import our_models

AMOUNTS = {"tickets.Attachment.size"}  # large numbers that are no ids


@pytest.mark.parametrize("table", bulk.copied(), ids=lambda table: table._meta.label)
def test_a_copy_knows_what_each_number_is_and_keeps_what_is_unique(table: type[models.Model]) -> None:
    """An id that is no foreign key is an `IdOf`, or a copy's would lead to another one's row; a smaller number cannot hold an id."""
    meta = table._meta
    large = {str(field) for field in meta.concrete_fields if isinstance(field, models.BigIntegerField) and not field.primary_key}

    assert large - AMOUNTS == {str(field) for field in meta.concrete_fields if isinstance(field, IdOf)}
    assert isinstance(meta.pk, models.AutoField | models.BigAutoField)
    assert not any(rule.expressions for rule in meta.constraints if isinstance(rule, models.UniqueConstraint))
    bulk.made_anew(table)


def test_a_column_nobody_can_copy_is_told() -> None:
    class Seat(models.Model):
        player = models.ForeignKey("players.Player", on_delete=models.PROTECT)
        row = models.PositiveIntegerField(unique=True)

        class Meta:
            app_label = "copies"
            apps = type(apps)()

    with pytest.raises(LookupError, match="how a copy keeps row"):
        bulk.made_anew(Seat)


def test_an_id_names_a_model_and_the_column_that_tells_it_apart() -> None:
    for model in our_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, IdOf):
                apps.get_model(field.of)
                assert field.where is None or field.where[0] in {other.name for other in model._meta.concrete_fields}


def test_in_a_migration_an_id_is_a_plain_number() -> None:
    field = apps.get_model("tickets.Event")._meta.get_field("actor_id")

    assert field.deconstruct() == ("actor_id", "django.db.models.BigIntegerField", [], {"null": True})
    assert (field.clone().of, field.clone().where) == (field.of, field.where)
    assert field.db_type(connection) == "bigint"
