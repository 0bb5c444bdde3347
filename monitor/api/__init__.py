"""The Python API: what a database knows of vendors, for notebooks and programs of your own.

    import monitor.api

    with monitor.api.open() as history:
        history.record("anthropic").outage_day_ratio
        history.intervals("anthropic").to_pandas()

It only reads: the monitor may go on writing meanwhile. What this module names in `__all__` is
stable as docs/api.md promises; everything else in `monitor` is not.
"""

from collections.abc import Collection
from datetime import datetime
from os import PathLike
from pathlib import Path

from monitor import runtime, wall_clock
from monitor.api.errors import BadQuestion, MissingLibrary, NotFound
from monitor.api.history import ALL, History
from monitor.api.rows import (
    Component,
    Day,
    Incident,
    IncidentUpdate,
    Interval,
    Observation,
    Record,
    Standing,
    Vendor,
)
from monitor.api.sequence import Rows
from monitor.api.settings import kept_vendor
from monitor.config import BUILT_IN, VendorConfig
from monitor.errors import ConfigError, MonitorError, StoreError
from monitor.lookups import by_slug
from monitor.own_settings import load_settings
from monitor.store import Store, places

__all__ = (
    "ALL",
    "BadQuestion",
    "Component",
    "ConfigError",
    "Day",
    "History",
    "Incident",
    "IncidentUpdate",
    "Interval",
    "MissingLibrary",
    "MonitorError",
    "NotFound",
    "Observation",
    "Record",
    "Rows",
    "Standing",
    "StoreError",
    "Vendor",
    "open",
)


def open(  # noqa: A001 - as the modules of files have it
    database: str | PathLike[str] | None = None,
    config: str | PathLike[str] | None = None,
    *,
    now: datetime | None = None,
) -> History:
    """Open a database for reading: a path or a URL, as `--database` takes it; None = that of the
    settings.

    `config` is the settings file; None = the one that the commands find. What it says of vendors
    counts; where there is none, and for vendors that it does not name, what the database keeps of
    their settings does. `now`, an aware instant, is taken for the present; None = the clock.

    Raises ConfigError for settings that are wrong, and StoreError when there is no such database,
    when it cannot be read, or when another version of vendorstatus has made it: nothing is made,
    and nothing is brought up to date.
    """
    if now is not None and now.utcoffset() is None:
        raise BadQuestion(f"now={now} has no zone")
    file = None if config is None else Path(config)
    settings = load_settings(file, None if database is None else str(database))
    places.require(settings.database_url)
    store = Store.open(settings.database_url, migrate=False)
    try:
        vendors = by_slug(settings.vendors)
        vendors |= _kept_vendors(store, vendors, is_built_in=settings.source == BUILT_IN)
    except BaseException:
        store.close()
        raise
    clock = wall_clock.now if now is None else lambda: now
    return History(runtime.Context(settings=settings, store=store, clock=clock, vendors=vendors))


def _kept_vendors(
    store: Store, named: Collection[str], *, is_built_in: bool
) -> dict[str, VendorConfig]:
    """Return the vendors whose settings are those that the database keeps: all that the settings do
    not name, and without a settings file all of which some are kept.
    """
    vendors = {}
    for page in store.watched_pages():
        if page.slug not in named or (is_built_in and page.settings is not None):
            vendors[page.slug] = kept_vendor(page)
    return vendors
