from __future__ import annotations

from django.apps import AppConfig


class PlayersConfig(AppConfig):
    name = "players"
    label = "players"

    def ready(self) -> None:
        from helpdesk.base import personal
        from players import erasure, giving_out, shown  # rows must be loaded before the rooms that speak of them
        from players.personal import amounts, erase, export

        personal.keep(personal.Keeper("players", export=export, erase=erase, amounts=amounts, last=True))
        erasure.register()
        giving_out.register()
        shown.register()
