"""`monitor apply`: put the settings in force in the database, now."""

import typer

from monitor.cli.options import ConfigOption, CreateOption, DatabaseOption
from monitor.config import Settings
from monitor.kept_settings import digest
from monitor.own_settings import load_settings
from monitor.plain import join_names
from monitor.runtime import allow_new_database
from monitor.store import Store
from monitor.terminal import say
from monitor.wall_clock import now
from monitor.watch_beginning import begin
from monitor.watch_changes import WatchChanges
from monitor.watch_list import WatchList
from monitor.watching import Command

commands = typer.Typer()


@commands.command(short_help="Put the settings in force.")
def apply(
    config: ConfigOption = None,
    database: DatabaseOption = None,
    create: CreateOption = False,
) -> None:
    """Watch exactly the vendors of the settings from now on, by these settings, and say what that
    changes.

    Vendors that are not watched any more keep their history. A running `monitor serve` takes the
    change over when its own settings, read again, say the same; `monitor check --diff` says
    beforehand what would change.
    """
    settings = load_settings(config, database)
    allow_new_database(settings, is_named=database is not None, create=create)
    with Store.open(settings.database_url) as store:
        before = WatchList.read(store, now())
        begin(store, settings, Command.APPLY, now())
        print_changes(before.changes(settings), store.address)
        others = [server.name for server in before.servers if server.digest != digest(settings)]
        say(*restart_lines(before, settings))
        if others:
            say(
                f"{join_names(others)} will read its settings again within seconds, and take this"
                " over if they say the same; else it is not ready until they do",
                err=True,
            )


def print_changes(changes: WatchChanges, address: str) -> None:
    """Print a line for each vendor whose watch changes."""
    say(*(changes.lines() if changes else [f"{address} watches what the settings say"]))


def print_servers(watch_list: WatchList) -> None:
    """Say which servers watch by the database."""
    names = join_names(watch_list.server_names)
    if names:
        say(f"served by {names}; `monitor apply` or SIGHUP puts this in force without a restart")


def restart_lines(watch_list: WatchList, settings: Settings) -> list[str]:
    """Return a line for each server that runs with other values of keys that need a restart."""
    restarts = watch_list.restarts(settings).items()
    return [f"needs a restart of {name}: {', '.join(keys)}" for name, keys in restarts]
