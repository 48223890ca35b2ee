"""Throwing the demo's rows away, and knowing whether a whole demo is there."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from helpdesk.audit.models import AuditEntry
from helpdesk.base.models import Text, TextVersion
from helpdesk.demo.crew import DOMAIN
from helpdesk.staff.models import User
from players.models import CardClass
from tickets.desk.saved_views.models import SavedView
from tickets.models import LifecycleRule, Ticket

LOADED = "demo.loaded"


def loaded() -> bool:
    """A load that ran to its end leaves this mark."""
    return AuditEntry.objects.filter(action=LOADED).exists()


def strangers() -> bool:
    """Whether somebody works here who is not of the demo: then nothing may be thrown away."""
    return User.objects.exclude(email__endswith=f"@{DOMAIN}").exists()


def anything() -> bool:
    return User.objects.exists() or Ticket.objects.exists()


@transaction.atomic
def clear() -> None:
    """Empty all our tables, and put back what the migrations had put there."""
    rules = list(LifecycleRule.objects.filter(game=None))
    texts = list(Text.objects.filter(scope=""))
    versions = list(TextVersion.objects.filter(text__in=texts, version=1))
    classes = list(CardClass.objects.filter(slug__in=CardClass.OWN))
    views = list(SavedView.objects.filter(ours=True, user=None, team=None, role=None))
    for view in views:
        view.created_by = view.changed_by = None
    labels = {config.label for config in apps.get_app_configs() if config.name in settings.FIRST_PARTY_APPS} | {
        "sessions",
        "account",
        "mfa",
        "usersessions",
        "socialaccount",
    }
    present = set(connection.introspection.table_names())
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in labels and model._meta.db_table in present
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what this transaction has still to check would forbid emptying
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("TRUNCATE " + ", ".join(connection.ops.quote_name(table) for table in tables) + " CASCADE")
    LifecycleRule.objects.bulk_create(rules)
    Text.objects.bulk_create(texts)
    TextVersion.objects.bulk_create(versions)
    CardClass.objects.bulk_create(classes)
    SavedView.objects.bulk_create(views)
