"""What a database watches, by which settings, and who serves it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class WatchedPage(NamedTuple):
    """A page and what it is watched by. `removed_at` None = it is watched; `settings` None = only
    what stands beside them is known.
    """

    slug: str
    name: str
    url: str
    zone: str | None
    interval_seconds: int
    removed_at: datetime | None
    settings: Mapping[str, Any] | None


class ServerRecord(NamedTuple):
    """A server: its `name` for people, the digest of the settings it watches by, short hashes of
    those it keeps until it ends, by key, and its last sign of life.
    """

    id: str
    name: str
    digest: str
    keys: Mapping[str, str]
    started_at: datetime
    seen_at: datetime


class AppliedSettings(NamedTuple):
    """The settings that were last put in force as a whole, and where they were written."""

    digest: str
    source: str
    applied_at: datetime
