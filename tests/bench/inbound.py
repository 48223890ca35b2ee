"""How many mails a second one process takes in: from its bytes to the stored raw mail, and from there to the committed ticket.

    python tests/bench/inbound.py [--mails 500]

Works in the database of DATABASE_URL and leaves its tickets there: give it one of its own.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import os
import pstats
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
os.environ.setdefault("MEDIA_ROOT", tempfile.mkdtemp(prefix="inbound"))

import django  # noqa: E402

django.setup()

from helpdesk.games.models import Game  # noqa: E402
from tickets.mail import inbox  # noqa: E402
from tickets.mail.inbox import HandedIn  # noqa: E402
from tickets.mail.models import Door  # noqa: E402

WORDS = [
    "sword",
    "crystal",
    "patch",
    "server",
    "login",
    "shield",
    "guild",
    "refund",
    "raid",
    "mount",
    "quest",
    "level",
    "crash",
    "purchase",
    "account",
    "friend",
    "gate",
    "dragon",
    "tower",
]
ALTERNATIVE = """From: Player {n} <player{n}@bench.example>
To: {to}
Subject: {subject}
Message-ID: <{run}.{n}@bench.example>
{reply}Date: Tue, 14 Oct 2025 09:30:00 +0200
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b{n}"

--b{n}
Content-Type: text/plain; charset=utf-8

{text}

On Tue, 14 Oct 2025 at 09:00, Support <{to}> wrote:

> We look into it.
--b{n}
Content-Type: text/html; charset=utf-8

<div dir="ltr"><p>{text}</p></div><div class="gmail_quote"><blockquote class="gmail_quote"><p>We look into it.</p></blockquote></div>
--b{n}--
"""


def mails(count: int, to: str, run: str) -> list[bytes]:
    """Half of them open a ticket, half answer one of those."""
    dice = random.Random(7)
    made = []
    for n in range(count):
        text = " ".join(dice.choices(WORDS, k=80))
        player = n // 2
        reply = f"In-Reply-To: <{run}.{n - 1}@bench.example>\n" if n % 2 else ""
        mail = ALTERNATIVE.format(n=n, to=to, subject=text[:40], run=run, reply=reply, text=text).replace(f"player{n}@", f"player{player}@")
        made.append(mail.encode())
    return made


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--mails", type=int, default=500)
    arguments.add_argument("--profile", action="store_true")
    options = arguments.parse_args()
    game, _made = Game.objects.get_or_create(
        slug="bench", defaults={"name": "Bench", "team_name": "Bench", "sender_name": "Bench", "address": "help@bench.example"}
    )
    run = hashlib.sha256(os.urandom(8)).hexdigest()[:10]
    inbox.process_due()
    handed = [HandedIn(raw, Door.PIPE, hashlib.sha256(raw).hexdigest()) for raw in mails(options.mails, game.address, run)]
    started = time.perf_counter()
    for mail in handed:
        inbox.store(mail)
    stored = time.perf_counter() - started
    profile = cProfile.Profile() if options.profile else None
    started, worked = time.perf_counter(), time.process_time()
    if profile:
        profile.enable()
    done = inbox.process_due(limit=options.mails)
    if profile:
        profile.disable()
    taken, worked = time.perf_counter() - started, time.process_time() - worked
    print(f"stored: {len(handed) / stored:.0f} mails/s; parsed to committed ticket: {done / taken:.0f} mails/s ({done} mails, one process)")
    print(f"{worked / done * 1000:.1f} ms of this process's own work per mail, {taken / done * 1000:.1f} ms with the waiting")
    if profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
