"""`monitor export csv`, `json` and `parquet`: tables for a notebook."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from exporters import tables
from monitor.cli.export_query import export_query
from monitor.cli.files import whole_file
from monitor.cli.options import ConfigOption, DatabaseOption, Vendors
from monitor.cli.spans import AsOf, Days, OneMonth, Since, Until, chosen
from monitor.errors import ConfigError
from monitor.lookups import names_of
from monitor.plain import count_of
from monitor.progress import counting
from monitor.runtime import open_context
from monitor.spans import SpanChoice
from monitor.terminal import binary_stdout, say

TableName = StrEnum(  # type: ignore[misc]
    "TableName", {name.upper(): name for name in tables.TABLES}
)
TableNames = Annotated[
    list[TableName] | None,
    typer.Option("--table", help="Which table; may be repeated (default: all)."),
]
WithComponents = Annotated[
    bool, typer.Option("--components/--no-components", help="With components, or vendors only.")
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FOLDER", help="Folder for one file a table; else one to stdout."
    ),
]


def table_command(form: tables.Format) -> Callable[..., None]:
    """Return the command that writes tables in a form that may go to stdout."""

    def write(
        vendors: Vendors = None,
        table: TableNames = None,
        folder: Folder = None,
        since: Since = None,
        until: Until = None,
        days: Days = None,
        as_of: AsOf = None,
        month: OneMonth = None,
        components: WithComponents = True,
        config: ConfigOption = None,
        database: DatabaseOption = None,
    ) -> None:
        target = _Target(form, table, folder)
        choice = chosen(since=since, until=until, days=days, as_of=as_of, month=month)
        _write(target, vendors, choice, components, config, database)

    return write


def as_parquet(
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder for one file a table.")
    ],
    vendors: Vendors = None,
    table: TableNames = None,
    since: Since = None,
    until: Until = None,
    days: Days = None,
    as_of: AsOf = None,
    month: OneMonth = None,
    components: WithComponents = True,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write days, windows, intervals, incidents and observations as Parquet, with typed columns."""
    target = _Target(tables.Format.PARQUET, table, folder)
    choice = chosen(since=since, until=until, days=days, as_of=as_of, month=month)
    _write(target, vendors, choice, components, config, database)


@dataclass(frozen=True, slots=True)
class _Target:
    """Which tables are written, how, and where (`folder` None = one, to stdout)."""

    form: tables.Format
    names: Sequence[str] | None
    folder: Path | None

    def require_tables(self) -> list[tables.Table]:
        """Return the tables. Raises ConfigError when several are to go to stdout."""
        names = list(dict.fromkeys(self.names or tables.TABLES))
        if self.folder is None and len(names) > 1:
            raise ConfigError("give -o FOLDER for a file each, or one --table for stdout")
        return [tables.TABLES[name] for name in names]

    @contextmanager
    def open(self) -> Iterator[list[tuple[tables.Table, tables.Sink]]]:
        """Yield what takes each table's rows. A file is in its place when it is whole, and only
        then.
        """
        with ExitStack() as stack:
            sinks = []
            for table in self.require_tables():
                file = stack.enter_context(
                    binary_stdout() if self.folder is None else whole_file(self.path(table))
                )
                sink = tables.sink(self.form, file, table)
                stack.callback(sink.close)
                sinks.append((table, sink))
            yield sinks

    def path(self, table: tables.Table) -> Path:
        """Return the table's file."""
        return (self.folder or Path()) / f"{table.name}{self.form.suffix}"


def _write(
    target: _Target,
    vendors: Sequence[str] | None,
    choice: SpanChoice,
    with_components: bool,
    config: Path | None,
    database: str | None,
) -> None:
    """Write the tables, and say how many rows each file has."""
    with open_context(config, database) as context:
        components = "all" if with_components else "none"
        query = export_query(context, choice, components=components)
        pages = context.pages(vendors)
        counts = dict.fromkeys(names_of(target.require_tables()), 0)
        with target.open() as sinks, counting("vendors", len(pages)) as advance:
            for page in pages:
                reading = tables.read(context.store, page, context.vendors[page.slug], query)
                for table, sink in sinks:
                    for row in table.rows(reading):
                        sink.add(row)
                        counts[table.name] += 1
                advance(count_of(sum(counts.values()), "row", ","))
    if target.folder is not None:
        for table, _ in sinks:
            say(f"{target.path(table)}: {count_of(counts[table.name], 'row', ',')}")
