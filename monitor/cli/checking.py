"""`monitor check` and `accept`: whether settings have mistakes, and pages are what they were."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from monitor import config as configuration
from monitor.cli.applying import print_changes, print_servers, restart_lines
from monitor.cli.openness import warnings_of_rules
from monitor.cli.options import ConfigOption, DatabaseOption, Vendor
from monitor.cli.outcomes import error_facts, unread
from monitor.cli.rows import Facts, Plain, PlainOption
from monitor.collect import Collector
from monitor.collecting import collecting
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError, IdentityChanged, PageError, StoreError
from monitor.lookups import by_slug
from monitor.own_settings import load_settings
from monitor.plain import count_of
from monitor.running import SOME_PAGE_FAILED, run
from monitor.runtime import ephemeral, open_context, open_store
from monitor.store import PageRecord, Store
from monitor.terminal import say, say_json, tell
from monitor.wall_clock import now
from monitor.watch_changes import compare_watched
from monitor.watch_list import WatchList

commands = typer.Typer()


@commands.command(short_help="Accept a vendor's new page.")
def accept(vendor: Vendor, config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Accept the page that now answers at a vendor's address as the vendor's own.

    A page whose id changes, or that answers from another host without an id, is not read (`identity
    changed`): it may be another company's. Look at it first. The history stays; what was going on
    on the former page ends at its last reading. Exit code 2 when nothing waits to be accepted.
    """
    with open_context(config, database) as context:
        (page,) = context.pages([vendor])
        vendor = page.slug
        change = context.store.accept(page.id, now=context.clock())
    if change is None:
        raise ConfigError(
            f"nothing to accept for {vendor}: its last reading was of the page it had before; "
            f"`monitor poll {vendor}` reads it again"
        )
    before, after = change
    say(f"{vendor} is now {after}, was {before}")
    say(f"next: monitor poll {vendor}; monitor backfill {vendor}")


@commands.command(short_help="Check the settings file.")
def check(
    live: Annotated[
        bool, typer.Option("--live", help="Also read each page once, and say what has changed.")
    ] = False,
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="With --live: check the catalogue's pages instead.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Also say what `monitor apply` would change.")
    ] = False,
    form: PlainOption = Plain.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Check the settings file and name every mistake with file, line and remedy.

    With --live each page is looked at once, and what is not as it was known is printed: another
    platform, another address, another company's page, a page that cannot be read. Nothing is
    stored.

    With --diff it is said what applying the settings would change in the database: which vendors
    are added, removed and changed, and what a running server takes only at a restart. Nothing is
    written.
    """
    settings, warnings = _check(config, database, form)
    if form is Plain.TABLE:
        for warning in warnings:
            _warn(warning)
        say(f"{settings.source}: {count_of(len(settings.vendors), 'vendor')}, no mistakes")
    differences = _differences(settings, form) if diff else None
    looks = _looks(settings, form, catalogue=catalogue) if live else None
    if form is Plain.JSON:
        say_json(_check_facts(settings, warnings, looks, differences))
    if looks is not None and any(look.told for look in looks):
        raise typer.Exit(SOME_PAGE_FAILED)


def _check(config: Path | None, database: str | None, form: Plain) -> tuple[Settings, list[str]]:
    """Return the settings, and what is allowed in them and probably not meant. Raises ConfigError,
    after its mistakes are printed as JSON where that is asked for.
    """
    try:
        settings = load_settings(config, database)
        return settings, [*configuration.warnings(settings), *warnings_of_rules(settings)]
    except configuration.InvalidConfig as error:
        if form is Plain.JSON:
            say_json({"settings": None, "mistakes": [str(each) for each in error.problems]})
        raise


def _differences(settings: Settings, form: Plain) -> Facts:
    """Return what applying these settings would change; a table says it, and to whom it is told."""
    if not Store.exists(settings.database_url):
        if form is Plain.TABLE:
            say("there is no database yet; all vendors are new")
        changes = compare_watched([], settings.vendors)
        return {**changes.facts(), "servers": [], "needs_restart": {}}
    with Store.open(settings.database_url, migrate=False) as store:
        watch_list = WatchList.read(store, now())
        changes = watch_list.changes(settings)
        if form is Plain.TABLE:
            print_changes(changes, store.address)
            if changes:
                print_servers(watch_list)
            say(*restart_lines(watch_list, settings))
    return {
        **changes.facts(),
        "servers": list(watch_list.server_names),
        "needs_restart": watch_list.restarts(settings),
    }


def _looks(settings: Settings, form: Plain, *, catalogue: bool) -> "list[_Look]":
    """Look at each page, of the settings or of the catalogue, once."""
    if catalogue:
        return run(_look_at_all(_catalogue_vendors(), {}, settings, form))
    return run(_look_at_all(settings.vendors, _stored_pages(settings), settings, form))


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at a page found; `error` says why it could not be read."""

    vendor: str
    page: str
    changes: tuple[str, ...] = ()
    error: PageError | None = None

    @property
    def told(self) -> str | None:
        """What is not as it was known, in a line for people; None when all is."""
        if self.error is not None:
            return f"{self.vendor}: {unread(self.error)}"
        return f"{self.vendor}: {'; '.join(self.changes)}" if self.changes else None

    @property
    def facts(self) -> Facts:
        """The same for a program."""
        return {
            "vendor": self.vendor,
            "page": self.page,
            "changes": list(self.changes),
            **error_facts(self.error),
        }


def _check_facts(
    settings: Settings,
    warnings: Sequence[str],
    looks: Sequence[_Look] | None,
    differences: Facts | None,
) -> Facts:
    """Return what a check came to; None is what was not asked for."""
    return {
        "settings": settings.source,
        "vendors": len(settings.vendors),
        "mistakes": [],
        "warnings": list(warnings),
        "differences": differences,
        "pages": None if looks is None else [look.facts for look in looks],
    }


def _warn(text: str) -> None:
    tell(f"warning: {text}", style="yellow", err=True)


def _catalogue_vendors() -> list[VendorConfig]:
    return [
        VendorConfig(slug=entry.slug, name=entry.name, url=entry.url)
        for entry in configuration.catalog()
    ]


def _stored_pages(settings: Settings) -> dict[str, PageRecord]:
    """Return the pages of the configured database by vendor; none where there is no database
    yet.
    """
    try:
        if not Store.exists(settings.database_url):
            return {}
        with Store.open(settings.database_url, migrate=False) as store:
            return by_slug(store.pages())
    except StoreError as error:
        _warn(f"not compared with what is stored: {error}")
        return {}


async def _look_at_all(
    vendors: Sequence[VendorConfig],
    records: Mapping[str, PageRecord],
    settings: Settings,
    form: Plain,
) -> list[_Look]:
    """Look at every page; a table says what moved as it is found."""
    looks = []
    with open_store(ephemeral(*vendors, like=settings)) as context:
        async with collecting(context) as collector:
            tasks = [_look(collector, page, records.get(page.slug)) for page in context.pages(None)]
            for task in asyncio.as_completed(tasks):
                look = await task
                looks.append(look)
                if look.told and form is Plain.TABLE:
                    tell(look.told)
    if form is Plain.TABLE:
        _say_sum(looks)
    return looks


def _say_sum(looks: Sequence[_Look]) -> None:
    changes = sum(bool(look.changes) for look in looks)
    unread_pages = sum(look.error is not None for look in looks)
    parts = [f"{changes or 'none'} {'have' if changes > 1 else 'has'} changed"]
    if unread_pages:
        parts.append(f"{unread_pages} could not be read")
    say(f"{count_of(len(looks), 'page')} checked, {', '.join(parts)}")


async def _look(collector: Collector, page: PageRecord, record: PageRecord | None) -> _Look:
    """Return what is not as it was known of a page."""
    platform = collector.vendors[page.slug].platform or configuration.platform_hint(page.url)
    try:
        detection = await collector.detect(page.url, collector.session(page))
    except PageError as error:
        return _Look(page.slug, page.url, error=error)
    moves = []
    if platform not in {None, detection.platform}:
        moves.append(f"was {platform}, is {detection.platform} ({'; '.join(detection.why)})")
    moves += [f"redirects to {chain[-1]}" for chain in detection.redirects if _leaves_host(chain)]
    if record is not None:
        moves += await _describe_new_identity(collector, page, record, detection.platform)
    return _Look(page.slug, page.url, changes=tuple(dict.fromkeys(moves)))


async def _describe_new_identity(
    collector: Collector,
    page: PageRecord,
    record: PageRecord,
    platform: str,
) -> list[str]:
    """Say that another company's page answers where the stored one did; empty when it does not, or
    cannot be read.
    """
    await collector.writer.db(collector.store.set_platform, page.id, platform, [])
    await collector.writer.db(collector.store.know, page.id, record.identity)
    (page,) = await collector.writer.db(collector.store.pages, [page.slug])
    error = (await collector.poll(page)).error
    return [error.message] if isinstance(error, IdentityChanged) else []


def _leaves_host(chain: Sequence[str]) -> bool:
    return urlsplit(chain[0]).hostname != urlsplit(chain[-1]).hostname
