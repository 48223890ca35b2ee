"""Names, nicknames, account ids and addresses are found by any part of them. The words of `helpdesk/base/folding.Folded`, as they were."""

from django.db import migrations

FOLDED = "translate(replace(casefold({column} COLLATE pg_unicode_fast), 'е\u0308', 'е'), 'ёı\u0307', 'еi')"
INDEXES = {
    "player_name_by_part": ("players_player", "name"),
    "account_nickname_by_part": ("players_gameaccount", "nickname"),
    "account_id_by_part": ("players_gameaccount", "external_id"),
    "address_by_part": ("players_address", "folded"),
}


def make(name, table, column):
    said = FOLDED.format(column=f'"{column}"')
    return f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} USING gin (({said}) gin_trgm_ops)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("base", "0009_words_alike"), ("players", "0008_traits_of_accounts")]

    operations = [migrations.RunSQL(make(name, *where), f"DROP INDEX CONCURRENTLY IF EXISTS {name}") for name, where in INDEXES.items()]
