"""`monitor check` and `accept`: whether settings have mistakes, and pages are what they were."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlsplit

import typer

from monitor import config as configuration
from monitor.cli.applying import print_changes, print_servers
from monitor.cli.options import ConfigOption, DatabaseOption, Vendor
from monitor.collect import Collector
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError, IdentityChanged, PageError, StoreError
from monitor.running import FINE, SOME_PAGE_FAILED, run
from monitor.runtime import collecting, ephemeral, load_settings, now, open_context, open_store
from monitor.store import PageRecord, Store
from monitor.terminal import say
from monitor.watch_list import WatchList

commands = typer.Typer()


@commands.command(short_help="Take another page for a vendor's.")
def accept(vendor: Vendor, config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Take the page that answers in a vendor's place for the vendor's from now on.

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
        bool, typer.Option("--live", help="Also look at each page once, and say what moved.")
    ] = False,
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="With --live: the catalogue's pages instead.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Also say what `monitor apply` would change.")
    ] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Check the settings file and name every mistake with file, line and remedy.

    With --live each page is looked at once, and what is not as it was known is printed: another
    platform, another address, another company's page, a page that cannot be read. Nothing is
    stored.

    With --diff it is said what applying the settings would change in the database: which vendors
    are added, removed and changed. It reads only.
    """
    settings = load_settings(config, database)
    for warning in configuration.warnings(settings):
        _warn(warning)
    say(f"{settings.source}: {len(settings.vendors)} vendors, no mistakes")
    if diff:
        _print_differences(settings)
    if live and catalogue:
        raise typer.Exit(run(_check_live(_catalogue_vendors(), {}, settings)))
    if live:
        records = _stored_pages(settings)
        raise typer.Exit(run(_check_live(settings.vendors, records, settings)))


def _print_differences(settings: Settings) -> None:
    """Say what applying these settings would change, to whom it is told, and what needs a
    restart.
    """
    if not Store.exists(settings.database_url):
        say("there is no database yet; all vendors are new")
        return
    with Store.open(settings.database_url, migrate=False) as store:
        watched = WatchList.read(store, now())
        print_changes(watched.changes(settings), store.address)
        print_servers(watched)


def _warn(text: str) -> None:
    say(f"warning: {text}", style="yellow", err=True)


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
            return {page.slug: page for page in store.pages()}
    except StoreError as error:
        _warn(f"not compared with what is stored: {error}")
        return {}


async def _check_live(
    vendors: Sequence[VendorConfig], records: Mapping[str, PageRecord], settings: Settings
) -> int:
    """Look at every page, print what moved as it is found, and return the exit code."""
    count = 0
    with open_store(ephemeral(*vendors, like=settings)) as context:
        async with collecting(context) as collector:
            looks = [
                _describe_move(collector, page, records.get(page.slug))
                for page in context.pages(None)
            ]
            for look in asyncio.as_completed(looks):
                line = await look
                if line is not None:
                    say(line)
                    count += 1
    say(f"{len(vendors)} pages looked at, {count} not as known")
    return SOME_PAGE_FAILED if count else FINE


async def _describe_move(
    collector: Collector, page: PageRecord, record: PageRecord | None
) -> str | None:
    """Return what is not as it was known of a page; None when all is."""
    platform = collector.vendors[page.slug].platform or configuration.platform_hint(page.url)
    try:
        detection = await collector.detect(page.url, collector.session(page))
    except PageError as error:
        return f"{page.slug}: not read ({error.reason}): {error}"
    moves = []
    if platform not in {None, detection.platform}:
        moves.append(f"was {platform}, is {detection.platform} ({'; '.join(detection.why)})")
    moves += [f"redirects to {chain[-1]}" for chain in detection.redirects if _leaves_host(chain)]
    if record is not None:
        moves += await _describe_new_identity(collector, page, record, detection.platform)
    return f"{page.slug}: {'; '.join(dict.fromkeys(moves))}" if moves else None


async def _describe_new_identity(
    collector: Collector, page: PageRecord, record: PageRecord, platform: str
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
