"""Giving a player's data out from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.audit.services import note_audit
from players.giving_out import archive
from players.models import Player


class Command(BaseCommand):
    help = "Write all data of a player, with his files, into a zip archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("player", type=int, help="the player's id")
        parser.add_argument("file", type=Path, help="where the archive goes; a file that is there already is not overwritten")

    def handle(self, *args: Any, **options: Any) -> None:
        player = Player.objects.filter(pk=options["player"]).first()
        if player is None:
            raise CommandError(f"There is no player {options['player']}.")
        try:
            with options["file"].open("xb") as file:
                note_audit("players.exported", by=None, subject=player)
                for piece in archive(player.pk):
                    file.write(piece)
        except OSError as error:
            raise CommandError(f"The archive cannot be written: {error}") from None
        self.stdout.write(f"The data of player {player.pk} are in {options['file']}.")
