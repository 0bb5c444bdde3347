"""`monitor rebuild`: derive days from stored facts, offline."""

import typer

from monitor.cli.options import ConfigOption, DatabaseOption, Vendors
from monitor.intervals import day_of
from monitor.plain import count_of
from monitor.runtime import open_context
from monitor.terminal import tell
from monitor.writer import derive_page

commands = typer.Typer()


@commands.command(short_help="Compute all days again, offline.")
def rebuild(
    vendors: Vendors = None, config: ConfigOption = None, database: DatabaseOption = None
) -> None:
    """Compute all days again from the stored facts, offline: after a change of settings or of
    version.
    """
    with open_context(config, database) as context:
        for page in context.pages(vendors):
            moment = context.clock()
            first = day_of(context.store.first_fact(page.id) or moment, page.zone)
            changes = derive_page(
                context.store, page, context.vendors[page.slug], first=first, now=moment
            )
            changed = f"{count_of(changes, 'closed day')} changed"
            tell(f"{page.slug}: days computed again from {first}, {changed}")
