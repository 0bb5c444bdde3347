"""What a shell is told of the words that may follow: vendors and components, of the settings and
the database.

Nothing here writes, and nothing is said: who presses Tab wants words or none.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr

import typer

from monitor import config as configuration
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.lookups import slugs_of
from monitor.own_settings import load_settings

_DAYS = ("latest", "today", "yesterday")


def vendors(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the slugs of the vendors that are watched."""
    with _silence():
        return _beginning(incomplete, _slugs(_settings(ctx)))
    return []


def pages(incomplete: str) -> list[str]:
    """Return the slugs of the catalogue."""
    return _beginning(incomplete, (entry.slug for entry in configuration.catalog()))


def targets(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return vendors, or behind a slash the components of the one before it."""
    vendor, slash, _ = incomplete.partition("/")
    if not slash:
        return vendors(ctx, incomplete)
    with _silence():
        slugs = _components(_settings(ctx), vendor)
        return _beginning(incomplete, (f"{vendor}/{slug}" for slug in slugs))
    return []


def stacks(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the names of the stacks of the settings."""
    with _silence():
        return _beginning(incomplete, _settings(ctx).stacks)
    return []


def components_and_days(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the components of the vendor that was named before, and the days that have names."""
    words = [*_DAYS]
    with _silence():
        words += _components(_settings(ctx), str(ctx.params.get("vendor")))
    return _beginning(incomplete, words)


@contextmanager
def _silence() -> Iterator[None]:
    """Say nothing; where something is wrong, no words are found."""
    with redirect_stderr(io.StringIO()):
        try:
            yield
        except (MonitorError, OSError):
            return


def _settings(ctx: typer.Context) -> Settings:
    return load_settings(ctx.params.get("config"), ctx.params.get("database"))


def _slugs(settings: Settings) -> Iterable[str]:
    return (vendor.slug for vendor in settings.vendors)


def _components(settings: Settings, vendor: str) -> list[str]:
    """Return the slugs of a vendor's components, as the database has them; an old one is left as it
    is, and none is made.
    """
    from monitor.store import Store  # late: this module is imported for its functions alone

    if not Store.exists(settings.database_url):
        return []
    with Store.open(settings.database_url, migrate=False) as store:
        for page in store.pages():
            if page.slug == vendor:
                return slugs_of(store.current(page.id).components)
    return []


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if word.startswith(incomplete))
