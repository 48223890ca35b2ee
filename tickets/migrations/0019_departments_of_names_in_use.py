"""The names on which tickets wait become departments: the most used ones. The others stay words, as they are.

A name counts where it was used for two players at least, and where it is no address: what was said of one player alone may be about him,
and could not be erased with him any more.
"""

from django.db import migrations

MOST = 200

NAMES = f"""
INSERT INTO games_department (name, place)
SELECT mode() WITHIN GROUP (ORDER BY used.name), 0
FROM (
    SELECT btrim(pledge."on") AS name, ticket.player_id
    FROM tickets_pledge AS pledge JOIN tickets_ticket AS ticket ON ticket.id = pledge.ticket_id
    UNION ALL
    SELECT btrim(pending_on), player_id FROM tickets_ticket WHERE status = 'pending'
) AS used
WHERE used.name <> '' AND used.name !~ '@'
GROUP BY lower(used.name) HAVING count(DISTINCT used.player_id) > 1
ORDER BY count(*) DESC, 1 LIMIT {MOST}
ON CONFLICT DO NOTHING
"""
TICKETS = """
UPDATE tickets_ticket AS ticket SET pending_department_id = department.id FROM games_department AS department
WHERE ticket.status = 'pending' AND ticket.pending_department_id IS NULL
AND department.game_id IS NULL AND lower(btrim(ticket.pending_on)) = lower(department.name)
"""
REPLIES = """
UPDATE tickets_message AS message SET then_pending_department_id = department.id FROM games_department AS department
WHERE message.state IN ('queued', 'held') AND message.then_pending_on <> '' AND message.then_pending_department_id IS NULL
AND department.game_id IS NULL AND lower(btrim(message.then_pending_on)) = lower(department.name)
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0018_pending_departments")]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (NAMES, TICKETS, REPLIES)]
