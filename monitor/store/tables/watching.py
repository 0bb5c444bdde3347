"""What is watched, by whose settings, and who serves it."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from monitor.store.tables.columns import Table, core, instant, json, page_key


class WatchedSettings(Table, table=True):
    """The settings by which a page is watched, as `monitor.kept_settings` keeps them."""

    __tablename__ = "watched_settings"
    page_id: int = page_key(primary_key=True)
    settings: dict[str, Any] = json()


class Applied(Table, table=True):
    """The settings that were last put in force as a whole: the only row has the id 1."""

    __tablename__ = "applied"
    id: int = Field(primary_key=True)
    digest: str
    source: str
    applied_at: datetime = instant()


class Server(Table, table=True):
    """A `monitor serve` that runs, or did not end as it should. `seen_at` is its last sign of
    life, by its own clock; `keys` has a short hash of each setting it began with and keeps.
    """

    __tablename__ = "server"
    id: str = Field(primary_key=True)
    name: str
    digest: str
    keys: dict[str, str] = json()
    started_at: datetime = instant()
    seen_at: datetime = instant()


WATCHED_SETTINGS = core(WatchedSettings)
APPLIED = core(Applied)
SERVER = core(Server)
