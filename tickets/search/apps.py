from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "tickets.search"
    label = "search"

    def ready(self) -> None:
        from helpdesk.base import personal
        from tickets import events  # rows must be loaded before the rooms that speak of them
        from tickets.search import indexing, shown
        from tickets.search.elasticsearch import marks, watching
        from tickets.search.elasticsearch.server import chosen
        from tickets.search.personal import erase, export

        events.subscribe_in_batches(indexing.SUBSCRIBER, indexing.CHANGE_TEXTS, indexing.hear, newest=True)
        events.subscribe_in_batches("elasticsearch", events.known_kinds().values(), marks.hear, when=lambda _event: chosen(), newest=True)
        personal.keep(personal.Keeper("search", export=export, erase=erase))
        shown.register()
        watching.register()
