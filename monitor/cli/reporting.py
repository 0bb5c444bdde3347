"""`monitor report`: how reliable vendors have been."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

import typer

from exporters import report as reports
from monitor import answers
from monitor.cli.options import (
    ConfigOption,
    DatabaseOption,
    Format,
    KnownAt,
    PolicyName,
    ReportFormat,
    Vendors,
    instant,
)
from monitor.cli.spans import AsOf, Days, OldWindow, Since, Until, chosen
from monitor.running import FINE, SOME_PAGE_FAILED
from monitor.runtime import Context, open_context
from monitor.spans import SpanChoice
from monitor.store import PageRecord
from monitor.terminal import say_each, width

commands = typer.Typer()


@commands.command(short_help="Say how reliable vendors have been.")
def report(
    vendors: Vendors = None,
    since: Since = None,
    until: Until = None,
    days: Days = None,
    as_of: AsOf = None,
    window: OldWindow = None,
    known_at: KnownAt = None,
    policy: Annotated[
        PolicyName | None, typer.Option("--policy", help="Weights of the downtime ratio.")
    ] = None,
    form: ReportFormat = Format.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Say how reliable the vendors have been, with definition, window, zone and coverage."""
    choice = chosen(since=since, until=until, days=days, as_of=as_of, old_window=window)
    with open_context(config, database) as context:
        query = answers.ReportQuery(
            now=context.clock(),
            window_days=context.settings.window_days,
            known_at=instant(known_at),
            policy=policy.value if policy else context.settings.policy,
        )
        pages = context.pages(vendors)
        write(context, [Question.of(page, query, choice) for page in pages], query, form)
    raise typer.Exit(SOME_PAGE_FAILED if any(page.last_ok is False for page in pages) else FINE)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one page: the days are its own, so the same words may be other days at
    another one.
    """

    page: PageRecord
    query: answers.ReportQuery

    @classmethod
    def of(cls, page: PageRecord, query: answers.ReportQuery, choice: SpanChoice) -> "Question":
        """Return the question about the days that were chosen, else about `query.window_days`.

        Raises ConfigError for days that the page has not had.
        """
        span = choice.window(query.today(page), query.window_days)
        as_of = None if choice.last is None else span.last
        return cls(page, replace(query, window_days=span.days, as_of=as_of))

    @property
    def last_day(self) -> date:
        """The last day of the window."""
        return self.query.last_day(self.page)


def records(context: Context, questions: Iterable[Question]) -> Iterator[answers.Record]:
    """Yield the pages' records, each made when it is asked for."""
    for question in questions:
        page = question.page
        yield answers.record(context.store, page, context.vendors[page.slug], question.query)


def _of_all(query: answers.ReportQuery, questions: Iterable[Question]) -> answers.ReportQuery:
    """Return what is asked of all pages together: where their days differ, of the most days."""
    most = max((each.query.window_days for each in questions), default=query.window_days)
    return replace(query, window_days=most)


def write(
    context: Context, questions: Sequence[Question], query: answers.ReportQuery, form: Format
) -> None:
    """Print the pages' reports, one after another. `query` is what was asked of all of them."""
    vendor_records = records(context, questions)
    match form:
        case Format.TABLE:
            say_each(reports.terminal_parts(vendor_records, width=width()))
        case Format.JSON:
            last_days = [each.last_day for each in questions]
            say_each(reports.json_lines(vendor_records, _of_all(query, questions), last_days))
        case Format.CSV:
            say_each(reports.csv_lines(vendor_records))
        case Format.MARKDOWN:
            say_each(reports.markdown_lines(vendor_records))
