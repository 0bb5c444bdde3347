"""What every command needs: an open store with the configured pages in it, a collector, a way to run and to say things.

With `monitor.cli` the only place that reads the clock and the environment.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from monitor import config as configuration
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError
from monitor.fetch import Fetcher, Fetches, user_agent
from monitor.pipeline import Collector, PollObserver
from monitor.store import PageRecord, PageSpec, Store
from monitor.terminal import say

T = TypeVar("T")

FINE, SOME_PAGE_FAILED, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="Settings file (default: see `check`).")]
DatabaseOption = Annotated[str | None, typer.Option("--database", help="Database URL; overrides the settings.")]
Vendors = Annotated[list[str] | None, typer.Argument(help="Vendor slugs; all when none is given.")]


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Context:
    """What every command needs: the settings and an open store with the configured pages in it."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime] = now
    vendors: dict[str, VendorConfig] = field(default_factory=dict)

    def pages(self, slugs: Sequence[str] | None) -> list[PageRecord]:
        """Return the pages of these vendors, of all when none is named. Raises ConfigError for an unknown one."""
        unknown = [slug for slug in slugs or () if slug not in self.vendors]
        if unknown:
            known = ", ".join(sorted(self.vendors))
            raise ConfigError(
                f"no vendor {', '.join(map(repr, unknown))} in {self.settings.source}; there are: {known}"
            )
        return self.store.pages(list(slugs) if slugs else None)


@contextmanager
def opened(config: Path | None, database: str | None) -> Iterator[Context]:
    """Load the settings and open the store."""
    settings = configuration.load(config, os.environ)
    if database is not None:
        settings = replace(settings, database_url=database)
    with stored(settings) as context:
        yield context


@contextmanager
def stored(settings: Settings, clock: Callable[[], datetime] = now) -> Iterator[Context]:
    """Open the store of these settings and bring its pages up to date with them."""
    store = Store.open(settings.database_url)
    try:
        store.sync_pages([spec(vendor) for vendor in settings.vendors], now=clock())
        yield Context(
            settings=settings, store=store, clock=clock, vendors={vendor.slug: vendor for vendor in settings.vendors}
        )
    finally:
        store.close()


def spec(vendor: VendorConfig) -> PageSpec:
    """Return the vendor as the store keeps it."""
    return PageSpec(
        slug=vendor.slug,
        name=vendor.name,
        url=vendor.url,
        platform=vendor.platform,
        zone=vendor.zone,
        interval_seconds=vendor.interval_seconds,
    )


@asynccontextmanager
async def collecting(
    context: Context, fetcher: Fetches | None = None, observer: PollObserver | None = None
) -> AsyncIterator[Collector]:
    """Yield a collector over the network, or over the given fetcher."""
    settings = context.settings
    async with contextlib.AsyncExitStack() as stack:
        if fetcher is None:
            # Half of all requests may go to one platform, so that slow pages of one never hold up the other.
            share = max(1, settings.concurrency // 2)
            fetcher = await stack.enter_async_context(
                Fetcher(user_agent=user_agent(settings.contact), concurrency=settings.concurrency, per_provider=share)
            )
        collector = Collector(
            context.store,
            fetcher,
            context.vendors,
            clock=context.clock,
            observer=observer,
            evidence=settings.evidence,
        )
        try:
            yield collector
        finally:
            await collector.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the work; Ctrl-C ends it cleanly: what was read is kept, and the same command goes on from there."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        interrupted()


def interrupted() -> NoReturn:
    """Say that what was read is kept, and end the process."""
    # Typer would end the process without a word before `main` hears of it.
    say("interrupted; what was read is kept, the same command goes on from there", err=True)
    sys.exit(INTERRUPTED)


def one_vendor(url: str, *, allow_private: bool = False, platform: str | None = None) -> VendorConfig:
    """Return settings for a page nobody configured."""
    slug = configuration.slug_from_url(url)
    return VendorConfig(slug=slug, name=slug, url=url, allow_private=allow_private, platform=platform)


def alone(*vendors: VendorConfig, database: str = "sqlite://") -> Settings:
    """Return settings for these vendors only, in a database that is forgotten afterwards."""
    return Settings(vendors=vendors, database_url=database, source="the command line")
