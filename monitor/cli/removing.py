"""`monitor remove`, `rename` and `purge`: a vendor leaves the settings, changes its slug, or loses
its history.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor import config as configuration
from monitor.applied_settings import put_in_force
from monitor.cli.options import ConfigOption, DatabaseOption, Vendor
from monitor.config import Revision, Settings
from monitor.errors import ConfigError
from monitor.kept_settings import digest
from monitor.lookups import by_slug
from monitor.own_settings import load_settings, slug_of
from monitor.plain import count_of, join_names
from monitor.store import PageRecord, Store, places
from monitor.terminal import ask, note, say
from monitor.wall_clock import now
from monitor.watch_list import WatchList

commands = typer.Typer()


@commands.command(short_help="Take a vendor out of the settings.")
def remove(vendor: Vendor, config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Take a vendor out of the settings file; comments and order stay. Its history is kept.

    It is watched until the settings are put in force: by `monitor apply`, or by a running server at
    SIGHUP or a restart. `monitor purge` deletes the history then.
    """
    settings = load_settings(config, database)
    slug = slug_of(vendor, settings)
    path = _settings_file(config)
    revision = configuration.plan_removal(path, slug)
    revision.write()
    say(f"removed {slug} from {path}; its history is kept")
    _warn_of_variable()
    servers = _servers(settings)
    if servers:
        say(f"next: monitor apply (until then {join_names(servers)} watches it)")
    else:
        say("next: monitor apply, or a start of `monitor serve`, ends the watch over it")
    say(f"to delete its history then: monitor purge --vendor {slug}")


@commands.command(short_help="Give a vendor another slug.")
def rename(
    old: Vendor,
    new: Annotated[str, typer.Argument(help="The slug it gets.")],
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Give a vendor another slug, in the settings file and in the database. Its history goes with
    it.

    The label `vendor` of its metrics changes: for Prometheus it is another vendor from now on.
    Refused while a server runs on the database.
    """
    settings = load_settings(config, database)
    path = _settings_file(config)
    slug = slug_of(old, settings)
    revision = configuration.plan_renaming(path, slug, new)
    if places.missing_file(settings.database_url) is None:
        with Store.open(settings.database_url) as store, store.together():
            store.lock_servers()
            _refuse_while_served(store, f"{slug} cannot be renamed")
            is_stored = _rename_stored(store, revision, slug, settings)
            revision.write()  # where that fails, the database stays as it was too
    else:
        is_stored = False
        revision.write()
    history = "its history goes with it" if is_stored else "nothing is stored of it yet"
    say(f"{slug} is {new} in {path} from now on; {history}")
    say(
        f'its metrics have the label vendor="{new}" from now on; in Prometheus those of'
        f' vendor="{slug}" end'
    )
    _warn_of_variable()


def _rename_stored(store: Store, revision: Revision, old: str, settings: Settings) -> bool:
    """Rename the page of a vendor; return whether there is one. Raises ConfigError where the new
    slug has a history of its own.
    """
    new = revision.vendor.slug
    pages = by_slug(store.pages([old, new], removed=True))
    if new in pages:
        raise ConfigError(
            f"{store.address} has a history of {new} already; choose another slug, or delete that"
            f" history with `monitor purge --vendor {new}`"
        )
    if old not in pages:
        return False
    store.rename_page(pages[old].id, new)
    last = store.applied()
    if last is not None and last.digest == digest(settings):
        all_vendors = [revision.vendor if each.slug == old else each for each in settings.vendors]
        after = replace(settings, vendors=tuple(all_vendors))
        put_in_force(store, after, after.vendors, now())
    return True


@commands.command(short_help="Delete a former vendor's history.")
def purge(
    vendor: Annotated[str, typer.Option("--vendor", help="Vendor slug, as the database has it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Delete all that the database has of a vendor that is not watched any more, after saying how
    much that is.

    It cannot be undone; `monitor db backup FILE` beforehand can.
    """
    settings = load_settings(config, database)
    places.require(settings.database_url)
    with Store.open(settings.database_url) as store:
        page = _former_page(store, vendor)
        say(f"{vendor} ({page.url}) in {store.address}: {_describe(store, page)}")
        _confirm(vendor, yes=yes)
        store.delete_page(page.id)
        say(f"deleted the history of {vendor}")


def _former_page(store: Store, slug: str) -> PageRecord:
    """Return the page of a vendor that is not watched. Raises ConfigError for any other."""
    pages = by_slug(store.pages(removed=True))
    page = pages.get(slug)
    if page is None:
        former = sorted(each.slug for each in pages.values() if each.removed_at is not None)
        there = f"there are: {join_names(former)}" if former else "there are none"
        raise ConfigError(
            f"{store.address} has no history of {slug!r}; of vendors that are not watched any more"
            f" {there}"
        )
    if page.removed_at is None:
        raise ConfigError(
            f"{slug} is watched; run `monitor remove {slug}` and `monitor apply` first"
        )
    if page.lease_until is not None and page.lease_until > now():
        raise ConfigError(f"{slug} is being read just now; try again in two minutes")
    return page


def _describe(store: Store, page: PageRecord) -> str:
    size = store.history_size(page.id)
    since = "nothing yet" if size.first_at is None else f"history since {size.first_at:%Y-%m-%d}"
    return (
        f"{since}, {count_of(size.components, 'component')},"
        f" {count_of(size.incidents, 'incident')}, {count_of(size.polls, 'poll', ',')},"
        f" {count_of(size.answers, 'kept answer')}"
    )


def _confirm(slug: str, *, yes: bool) -> None:
    """Return once a person has agreed. Raises ConfigError where none can be asked, or did not."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError("nothing was deleted; add --yes to delete it without being asked")
    if ask(f"Delete all of it? Write {slug} to go on").strip() != slug:
        raise ConfigError("nothing was deleted")


def _settings_file(config: Path | None) -> Path:
    """Return the settings file in force. Raises ConfigError where there is none."""
    path = configuration.locate(config, os.environ)
    if path is None:
        raise ConfigError(
            "there is no settings file, so the built-in list is watched; `monitor add` the vendors"
            " you depend on, and only those are"
        )
    return path


def _warn_of_variable() -> None:
    if os.environ.get("MONITOR_VENDORS", "").strip():
        note("MONITOR_VENDORS is set and says what is watched; change it too", kind="warning")


def _servers(settings: Settings) -> tuple[str, ...]:
    """Return the names of the servers that run on the database; none where there is none."""
    if places.missing_file(settings.database_url) is not None:
        return ()
    with Store.open(settings.database_url) as store:
        return WatchList.read(store, now()).server_names


def _refuse_while_served(store: Store, what: str) -> None:
    """Raise ConfigError while a server runs, which knows vendors by the slugs it began with."""
    servers = WatchList.read(store, now()).server_names
    if servers:
        raise ConfigError(
            f"{what} while {join_names(servers)} serves {store.address}; stop it, do this again,"
            " and start it"
        )
