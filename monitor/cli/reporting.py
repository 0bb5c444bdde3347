"""`monitor report`: how reliable vendors have been."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import typer

from exporters import report as reports
from monitor import answers
from monitor.cli.options import (
    AsOf,
    ConfigOption,
    DatabaseOption,
    Format,
    KnownAt,
    PolicyName,
    ReportFormat,
    Vendors,
    instant,
)
from monitor.errors import ConfigError
from monitor.running import FINE, SOME_PAGE_FAILED
from monitor.runtime import Context, open_context
from monitor.store import PageRecord
from monitor.terminal import say_each, width

commands = typer.Typer()


@commands.command(short_help="Say how reliable vendors have been.")
def report(
    vendors: Vendors = None,
    window: Annotated[
        int | None, typer.Option("--window", min=1, max=3660, help="Days in the window.")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    policy: Annotated[
        PolicyName | None, typer.Option("--policy", help="Weights of the downtime ratio.")
    ] = None,
    form: ReportFormat = Format.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Say how reliable the vendors have been, with definition, window, zone and coverage."""
    with open_context(config, database) as context:
        query = answers.ReportQuery(
            now=context.clock(),
            window_days=window or context.settings.window_days,
            as_of=as_of.date() if as_of else None,
            known_at=instant(known_at),
            policy=policy.value if policy else context.settings.policy,
        )
        pages = context.pages(vendors)
        write(context, pages, query, form)
    raise typer.Exit(SOME_PAGE_FAILED if any(page.last_ok is False for page in pages) else FINE)


def records(
    context: Context, pages: Iterable[PageRecord], query: answers.ReportQuery
) -> Iterator[answers.Record]:
    """Yield the pages' records, each made when it is asked for."""
    for page in pages:
        yield answers.record(context.store, page, context.vendors[page.slug], query)


def write(
    context: Context, pages: Sequence[PageRecord], query: answers.ReportQuery, form: Format
) -> None:
    """Print the pages' reports, one after another. Raises ConfigError, before any, when the
    question makes no sense.
    """
    try:
        last_days = [query.last_day(page) for page in pages]
    except ValueError as error:
        raise ConfigError(str(error)) from error
    vendor_records = records(context, pages, query)
    match form:
        case Format.TABLE:
            say_each(reports.terminal_parts(vendor_records, width=width()))
        case Format.JSON:
            say_each(reports.json_lines(vendor_records, query, last_days))
        case Format.CSV:
            say_each(reports.csv_lines(vendor_records))
        case Format.MARKDOWN:
            say_each(reports.markdown_lines(vendor_records))
