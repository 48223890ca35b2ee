"""Erasing a player from the command line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.base.errors import DomainError
from players import erasure
from players.models import Erasure, Player
from players.selectors import open_erasure


class Command(BaseCommand):
    help = "Plan the erasure of all data of a player, take it back, or do it at once. His id stands on the page of his data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("player", type=int, help="the player's id")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--now", action="store_true", help="without the day in which it could be taken back; also one that is planned")
        way.add_argument("--take-back", action="store_true", help="spare the player, while it has not begun")

    def handle(self, *args: Any, **options: Any) -> None:
        player = Player.objects.filter(pk=options["player"]).first()
        if player is None:
            raise CommandError(f"There is no player {options['player']}.")
        planned = open_erasure(player)
        try:
            if options["take_back"]:
                self._take_back(planned)
            elif options["now"]:
                self._do(erasure.hurry(planned) if planned else erasure.ask(player, by=None, at_once=True))
            else:
                due = erasure.ask(player, by=None).due_at
                self.stdout.write(f"Player {player.pk} is erased after {due:%Y-%m-%d %H:%M} UTC; --take-back spares him until then.")
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None

    def _take_back(self, planned: Erasure | None) -> None:
        if planned is None:
            raise CommandError("Nothing is planned for this player.")
        erasure.take_back(planned, by=None)
        self.stdout.write("The player is spared.")

    def _do(self, planned: Erasure) -> None:
        erasure.run_due()
        planned.refresh_from_db()
        if planned.state != Erasure.State.DONE:
            raise CommandError(f"It is not done yet and goes on by itself ({planned.trouble or 'a mail is being sent'}).")
        told = ", ".join(f"{room} {count}" for room, count in sorted(planned.counts.items()))
        self.stdout.write(f"Player {planned.player_id} is erased. Rows emptied: {told}.")
