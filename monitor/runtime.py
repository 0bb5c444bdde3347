"""What every command needs: an open store with the configured pages in it, a collector, a way to
run and to say things.

With `monitor.cli` the only place that reads the clock and the environment.
"""

import asyncio
import contextlib
import os
import re
import resource
import signal
import ssl
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypedDict, TypeVar

import typer

from monitor import config as configuration
from monitor.collect import Collector, Headers, PollObserver, spec
from monitor.config import Header, NetworkSettings, Settings, VendorConfig
from monitor.errors import ConfigError
from monitor.fetch import Fetcher, Fetches, Lateness, Route, route, trust, user_agent
from monitor.settings_changes import by_slug
from monitor.store import PageRecord, Store
from monitor.terminal import hand_over, say
from monitor.watching import Watched, is_somebody_elses, named, strangers

T = TypeVar("T")


class NetworkOptions(TypedDict):
    """What a `Fetcher` is told of the network."""

    route: Route
    ssl_context: ssl.SSLContext


LONGEST_KEPT_SECONDS = 900.0
"""How long a connection nobody uses is kept at most: servers end theirs sooner, and a new one costs
3 ms of CPU."""

LONGEST_HEADER = 16_384

MOST_FILES = 65_536
"""How many open files we count on where more are allowed: a kept TLS connection takes 25 kB."""

FINE, SOME_PAGE_FAILED, BAD_USAGE, INTERRUPT = 0, 1, 2, 130

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="Settings file (default: see `check`).")
]
DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="Database URL; overrides the settings.")
]
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
        """Return the pages of these vendors, of all when none is named.

        Raises ConfigError for a vendor that is not configured, and where none of those asked for is
        in the database. Says which of all vendors are not in it, and which are that the settings do
        not name.
        """
        unknown = [slug for slug in slugs or () if slug not in self.vendors]
        if unknown:
            known = ", ".join(sorted(self.vendors))
            raise ConfigError(
                f"no vendor {', '.join(map(repr, unknown))} in {self.settings.source}; there are:"
                f" {known}"
            )
        asked = slugs or sorted(self.vendors)
        found = self.store.pages(asked, removed=True)
        missing = sorted(set(asked) - {page.slug for page in found})
        watched = self.store.pages()
        others = sorted(page.slug for page in watched if page.slug not in self.vendors)
        if missing and not found:
            raise ConfigError(f"{self._not_there(missing)}{self._also(others)}")
        if missing:
            say(f"note: {self._not_there(missing)}", style="yellow", err=True)
        return found

    def _not_there(self, slugs: Sequence[str]) -> str:
        remedy = "read them with `monitor backfill`, or let `monitor serve` do it"
        return f"not in {self.store.address} yet: {named(slugs)}; {remedy}"

    def _also(self, others: Sequence[str]) -> str:
        if not others:
            return ""
        return (
            f". It watches {named(others)} (not in {self.settings.source}): name their settings"
            " with --config"
        )


def load_settings(config: Path | None, database: str | None) -> Settings:
    """Return the settings as they are written now; a `database` that is named replaces theirs.
    Raises ConfigError.
    """
    settings = configuration.load(config, os.environ)
    return settings if database is None else replace(settings, database_url=database)


class Watches(Enum):
    """What a command makes of the vendors that the database watches."""

    NOTHING = "nothing"
    """It reads them as they are. Only where there are none at all are the settings' put there."""
    MORE = "more"
    """Those of the settings are added, and get their settings."""
    EXACTLY = "exactly"
    """Besides, the others are not watched any more. They keep their history."""


@contextmanager
def open_context(
    config: Path | None, database: str | None, watches: Watches = Watches.NOTHING
) -> Iterator[Context]:
    """Load the settings and open the store."""
    with open_store(load_settings(config, database), watches=watches) as context:
        yield context


@contextmanager
def open_store(
    settings: Settings, clock: Callable[[], datetime] = now, watches: Watches = Watches.EXACTLY
) -> Iterator[Context]:
    """Open the store of these settings and bring its pages up to date with them.

    Raises ConfigError where that would change what others watch in it.
    """
    store = Store.open(settings.database_url)
    try:
        vendors = by_slug(settings.vendors)
        if watches is not Watches.NOTHING or not store.pages(removed=True):
            _require_ours(store, settings, clock())
            specs = [spec(vendor) for vendor in settings.vendors]
            store.sync_pages(specs, now=clock(), keep_others=watches is not Watches.EXACTLY)
        yield Context(settings=settings, store=store, clock=clock, vendors=vendors)
    finally:
        store.close()


def _require_ours(store: Store, settings: Settings, moment: datetime) -> None:
    """Raise ConfigError when somebody else's vendors are being watched in the database."""
    watched = [Watched(page.slug, page.last_poll_at) for page in store.pages()]
    configured = {vendor.slug for vendor in settings.vendors}
    if is_somebody_elses(
        watched, configured, moment, chosen=settings.source != configuration.BUILT_IN
    ):
        raise ConfigError(
            f"{store.address} is in use with other settings: it watches"
            f" {named(strangers(watched, configured, moment))} (not in {settings.source}); give"
            " their settings with --config, or another database with --database"
        )


def network_options(network: NetworkSettings) -> NetworkOptions:
    """Return how a fetcher reaches pages with these settings. Raises ConfigError for files that
    cannot be used.
    """
    return {
        "route": route(network.proxy, network.no_proxy),
        "ssl_context": trust(network.ca_file, network.client_cert),
    }


def headers_of(vendor: VendorConfig) -> Headers:
    """Return the headers that a vendor's page is asked with. Raises ConfigError for a value that is
    not there.
    """
    return tuple((header.name, _secret(vendor, header)) for header in vendor.headers)


def _secret(vendor: VendorConfig, header: Header) -> str:
    where = f"vendor {vendor.slug}, header {header.name}"
    if header.kind == "env":
        value = os.environ.get(header.value, "")
        source = f"the variable {header.value}"
    elif header.kind == "file":
        source = header.value
        try:
            value = Path(header.value).read_text(encoding="utf-8")[:LONGEST_HEADER]
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"{where}: {source} cannot be read: {error.__class__.__name__}"
            ) from error
    else:
        return header.value
    if not re.fullmatch(r"[ -~]+", value.strip()):
        raise ConfigError(
            f"{where}: {source} is not set, empty or not plain ASCII in one line; put the value"
            " there"
        )
    return value.strip()


def idle_seconds(intervals: Iterable[float]) -> float:
    """Return how long an unused connection is kept: until the next poll, and a quarter of an hour
    at most.
    """
    return min(max(intervals, default=0.0) * 1.25 + 30.0, LONGEST_KEPT_SECONDS)


def open_files() -> int:
    """Return how many files we may have open: polls, the database and the web server each get a
    share of them.
    """
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if allowed == resource.RLIM_INFINITY else min(allowed, MOST_FILES)


def idle_hosts() -> int:
    """Return of how many hosts connections are kept: a third of the files that may be open, each
    host having two.
    """
    return max(16, open_files() // 6)


@asynccontextmanager
async def collecting(
    context: Context, fetcher: Fetches | None = None, observer: PollObserver | None = None
) -> AsyncIterator[Collector]:
    """Yield a collector over the network, or over the given fetcher."""
    settings = context.settings
    async with contextlib.AsyncExitStack() as stack:
        if fetcher is None:
            # Half of all requests may go to one platform, so that slow pages of one never hold up
            # the other.
            share = max(1, settings.concurrency // 2)
            fetcher = await stack.enter_async_context(
                Fetcher(
                    **network_options(settings.network),
                    user_agent=user_agent(settings.contact),
                    concurrency=settings.concurrency,
                    per_provider=share,
                    idle_hosts=idle_hosts(),
                    idle_seconds=idle_seconds(
                        vendor.interval_seconds for vendor in context.vendors.values()
                    ),
                    lateness=Lateness(
                        on_wake=observer.woke if observer is not None else lambda _: None
                    ),
                )
            )
        collector = Collector(
            context.store,
            fetcher,
            context.vendors,
            clock=context.clock,
            observer=observer,
            evidence=settings.evidence,
            headers={
                slug: headers_of(vendor)
                for slug, vendor in context.vendors.items()
                if vendor.headers
            },
        )
        try:
            yield collector
        finally:
            await collector.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the work; Ctrl-C ends it cleanly: what was read is kept, and the same command goes on
    from there.
    """
    try:
        with asyncio.Runner() as runner:
            runner.get_loop().set_default_executor(_Waits())
            return runner.run(_interruptible(work))
    except (KeyboardInterrupt, asyncio.CancelledError):
        end_interrupted()


async def _interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Cancel the work at Ctrl-C, and let a second one break it off.

    asyncio's own handler wakes no loop that is about to wait: a Ctrl-C just then would be noticed
    when the wait is over, and lost where that is a timeout.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        if task is not None:
            task.cancel()

    with contextlib.suppress(ValueError, RuntimeError):  # signals are the main thread's alone
        loop.add_signal_handler(signal.SIGINT, stop)
    return await work


class _Waits(ThreadPoolExecutor):
    """Threads that wait for what nobody can interrupt: names to be resolved, files to be read.
    Nobody waits for them at the end, and there are enough for names that are not resolved to keep
    others from being so.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=MOST_WAITS, thread_name_prefix=WAITS)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002
        super().shutdown(wait=False, cancel_futures=True)


WAITS, MOST_WAITS = "waits", 128
"""Name and number of the threads that only wait."""


def end_despite_waiting_threads(code: int) -> None:
    """End the process with this exit code at once if a thread still waits for what may never come;
    else do nothing.

    To be called when all else is done: the interpreter itself would wait for that thread.
    """
    until = time.monotonic() + _FORSAKE_SECONDS
    waiting = [each for each in threading.enumerate() if each.name.startswith(f"{WAITS}_")]
    for each in waiting:
        each.join(max(0.0, until - time.monotonic()))
    if any(each.is_alive() for each in waiting):
        hand_over()
        os._exit(code)


_FORSAKE_SECONDS = 0.5


def end_interrupted() -> NoReturn:
    """Say that what was read is kept, and end the process."""
    # Typer would end the process without a word before `main` hears of it.
    say("interrupted; what was read is kept, the same command goes on from there", err=True)
    sys.exit(INTERRUPT)


def ad_hoc_vendor(
    url: str, *, allow_private: bool = False, like: Settings | None = None
) -> VendorConfig:
    """Return settings for one page; those that `like` has for this address (headers, limits) where
    it is configured.
    """
    known = next((vendor for vendor in like.vendors if vendor.url == url), None) if like else None
    if known is None:
        slug = configuration.slug_from_url(url)
        known = VendorConfig(slug=slug, name=slug, url=url)
    # What the page runs on, and what of it counts, is to be found out.
    told = replace(known, platform=None, include=(), exclude=(), critical=(), overrides=())
    return replace(told, allow_private=allow_private or known.allow_private)


def ephemeral(
    *vendors: VendorConfig, database: str = "sqlite://", like: Settings | None = None
) -> Settings:
    """Return settings for these vendors only, in a forgotten database; all else, the network too,
    as in `like`.
    """
    source = "the command line"
    if like is not None:
        return replace(like, vendors=vendors, database_url=database, source=source)
    return Settings(vendors=vendors, database_url=database, source=source)
