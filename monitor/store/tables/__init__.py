"""The tables. No queries here.

Components and incidents are named by the vendor's ids everywhere. Where a row can be about a whole
page, ``component_id`` is `WHOLE_PAGE` (the empty string) instead of NULL, so that unique indexes
hold on every database.

Facts carry `recorded_at` and `superseded_at`: a row is what we knew from the first until the
second. They are never overwritten, with two exceptions that keep steady polling from growing the
tables: an open `observed_run` is closed in place, and a `coverage` row that the next poll prolongs
grows in place (its end is never later than its reading).
"""

from monitor.store.tables import days, facts, pages, readings, watching
from monitor.store.tables.columns import Table
from monitor.store.tables.instants import Instant

__all__ = ["METADATA", "Instant", "days", "facts", "pages", "readings", "watching"]

METADATA = Table.metadata
