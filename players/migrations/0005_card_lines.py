import django.db.models.deletion
from django.db import migrations, models

import helpdesk.base.clock

CLASSES = """
INSERT INTO players_cardclass (slug, name) VALUES ('open', 'the game'), ('contact', 'contact'), ('payments', 'purchases'), ('device', 'device')
"""
# what the desk knew of names until now, in the order and with the labels that cards showed
KNOWN = (
    ("level", "open", "Level", "Уровень"),
    ("crystals", "open", "Crystals", "Кристаллы"),
    ("coins", "open", "Coins", "Монеты"),
    ("pearls", "open", "Pearls", "Жемчуг"),
    ("gold", "open", "Gold", "Золото"),
    ("guild", "open", "Guild", "Гильдия"),
    ("clan", "open", "Clan", "Клан"),
    ("server", "open", "Server", "Сервер"),
    ("paid_90d", "payments", "Paid, 90 days", "Оплачено за 90 дней"),
    ("paid_total", "payments", "Paid, ever", "Оплачено всего"),
    ("last_purchase", "payments", "Last purchase", "Последняя покупка"),
    ("last_order", "payments", "Last order", "Последний заказ"),
    ("device", "device", "Device", "Устройство"),
    ("platform", "device", "Platform", "Платформа"),
    ("os", "device", "System", "Система"),
    ("build", "open", "Build", "Сборка"),
    ("version", "open", "Version", "Версия"),
    ("last_seen", "open", "Last seen", "Последний вход в игру"),
    ("bans", "open", "Bans", "Блокировки"),
    ("status", "open", "Account status", "Состояние аккаунта"),
    ("country", "open", "Country", "Страна"),
    ("city", "open", "City", "Город"),
)
# Each game gets the names that its cards use. What the studio has sorted counts, else what the desk knew; the rest came and was not
# declared, and stays as closed as it was. A name that was sorted and is on no card any more goes to every game: which one it was nobody knows.
LINES = f"""
WITH used AS (
    SELECT DISTINCT account.game_id, name
    FROM players_profilesnapshot AS told JOIN players_gameaccount AS account ON account.id = told.account_id,
        jsonb_object_keys(CASE WHEN jsonb_typeof(told.fields) = 'object' THEN told.fields ELSE '{{}}'::jsonb END) AS name
    WHERE length(name) BETWEEN 1 AND 80 AND name = btrim(name) AND name !~ '[[:cntrl:]]'
), said AS (
    SELECT name, CASE sort WHEN 'game' THEN 'open' ELSE sort END AS slug FROM players_cardfield WHERE sort <> 'unsorted' AND name <> ''
), known (place, name, slug, label_en, label_ru) AS (
    VALUES {", ".join(f"({10 * place}, '{name}', '{slug}', '{english}', '{russian}')" for place, (name, slug, english, russian) in enumerate(KNOWN, 1))}
), named AS (
    SELECT game_id, name FROM used
    UNION SELECT game.id, said.name FROM games_game AS game, said WHERE said.name NOT IN (SELECT name FROM used)
), lines AS (
    SELECT named.game_id, named.name, COALESCE(said.slug, known.slug) AS slug, label_en, label_ru, place,
        row_number() OVER (PARTITION BY named.game_id ORDER BY COALESCE(said.slug, known.slug) IS NULL, named.name) AS number
    FROM named LEFT JOIN said USING (name) LEFT JOIN known USING (name)
)
INSERT INTO players_cardline (game_id, name, label_en, label_ru, kind, card_class_id, filterable, place, seen_at)
SELECT game_id, lines.name, COALESCE(label_en, ''), COALESCE(label_ru, ''), 'plain', class.id, false, COALESCE(place, 500), now()
FROM lines LEFT JOIN players_cardclass AS class ON class.slug = lines.slug
WHERE number <= 1000
"""


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0002_sweeps_survey_delay"),
        ("players", "0004_card_values"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=44, unique=True)),
                ("name", models.CharField(max_length=40)),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="CardLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("label_en", models.CharField(blank=True, max_length=80)),
                ("label_ru", models.CharField(blank=True, max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plain", "as it comes"),
                            ("number", "number"),
                            ("moment", "day and hour"),
                            ("yes_no", "yes or no"),
                        ],
                        default="plain",
                        max_length=8,
                    ),
                ),
                ("filterable", models.BooleanField(default=False)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("seen_at", models.DateTimeField(default=helpdesk.base.clock.now)),
                (
                    "card_class",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="players.cardclass"),
                ),
                ("game", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="games.game")),
            ],
            options={
                "ordering": ["place", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("game", "name"), name="card_line_once_per_game"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["plain", "number", "moment", "yes_no"])), name="card_line_kind_known"
                    ),
                ],
            },
        ),
        migrations.RunSQL(CLASSES, migrations.RunSQL.noop),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
        # the table itself stays for processes of the former release, which read and write it; the next release drops it
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="CardField")]),
    ]
