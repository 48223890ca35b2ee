"""What tickets can be filtered by: a registry. The queue asks it now; views, search, flows and reports will ask the same one.

A `Field` says what one may ask of a ticket, a `Filter` is what somebody asks: a condition for PostgreSQL (`q`), and the same for a ticket
as it stood at any of its events (`holds`). `Field.listed` says how it is a column of lists and of files, and whether one may sort by it.
The fields of the core stand in `of_tickets` and its neighbours, each room registers its own. The words of the search engine will stand
beside `Field.q`, as one more function of the same values, when the search has its room.
"""

from __future__ import annotations

from tickets.filters.fields import Field, Kind, Listed, Operator, column, fetched, field, register, registered
from tickets.filters.filter import Condition, Filter

__all__ = ["Condition", "Field", "Filter", "Kind", "Listed", "Operator", "column", "fetched", "field", "register", "registered"]
