"""Elasticsearch, where the settings name one: it answers what it can say, PostgreSQL the rest, and all of it while this one is away.

`documents` says what is kept there, `indexes` makes an index of it, `follower` brings what changes, `conditions` says a tree in its words,
`finding` asks it. What comes back are ids: rows are fetched through the rights, whatever an index says.
"""
