"""The beat: what happens by the clock. Each tick expires before the next one, so ticks never pile up behind a stopped worker."""

from __future__ import annotations

from typing import Any


def tick(task: str, seconds: float, queue: str = "now", *args: str) -> dict[str, Any]:
    """One line of the schedule: `task` each `seconds`, on `queue`."""
    return {"task": task, "schedule": seconds, "args": args, "options": {"expires": max(seconds, 1.0), "queue": queue}}


SCHEDULE = {
    "deliveries of the lane now": tick("tickets.drain_now", 3),
    "deliveries of the lane bulk": tick("tickets.drain_bulk", 3, "bulk"),
    "deliveries that nobody knows": tick("tickets.park_orphans", 600, "bulk"),
    "timers that are due": tick("tickets.fire_timers", 5, "bulk"),
    "messages whose undo window is over": tick("tickets.send_due", 2),
    "messages left behind by a killed worker": tick("tickets.recover_messages", 30),
    "blocks of players that are over": tick("tickets.end_blocks", 60, "bulk"),
    "raw mails not yet read": tick("mail.process_due", 5, "mail"),
    "letters to staff": tick("staff.send_letters", 10),
    "mail servers that do not answer": tick("staff.watch_relays", 60),
    "sessions that are over": tick("staff.clear_sessions", 3600, "bulk"),
    "documents that are out of date": tick("search.follow", 3, "bulk"),
    "an index that is not finished": tick("search.catch_up", 10, "bulk"),
    "what Elasticsearch must know": tick("search.push", 3),
    "a look at some documents": tick("search.check", 3600, "bulk"),
    "blobs that nobody uses": tick("base.sweep_blobs", 60, "bulk"),
    "old calls to others' servers": tick("base.drop_old_calls", 3600, "bulk"),
    "former keys whose time is over": tick("base.drop_former_keys", 600, "bulk"),
    "old letters to staff": tick("staff.drop_old_letters", 3600, "bulk"),
    "jobs that are due": tick("jobs.run_due", 10, "bulk"),
    "erasures that a process of the former release has planned": tick("players.erase_due", 60, "bulk"),
    "results and jobs of old": tick("jobs.sweep", 3600, "bulk"),
    "what was kept for exported files": tick("desk.sweep_exports", 3600, "bulk"),
    "mailboxes to poll": tick("mail.poll_mailboxes", 30, "mail"),
    **{f"a sign of life from {queue}": tick("roof.heartbeat", 10, queue, queue) for queue in ("now", "mail", "bulk", "learn")},
}
