"""`monitor report`: how reliable vendors have been."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

import typer
from rich.console import RenderableType

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
from monitor.cli.spans import (
    AsOf,
    Days,
    Month,
    OldWindow,
    Quarter,
    Since,
    Until,
    Year,
    chosen,
)
from monitor.running import FINE, SOME_PAGE_FAILED
from monitor.runtime import Context, open_context
from monitor.spans import SpanChoice
from monitor.store import PageRecord
from monitor.targets import parse_target
from monitor.terminal import say_each, width

commands = typer.Typer()


@commands.command(short_help="Say how reliable vendors have been.")
def report(
    vendors: Vendors = None,
    since: Since = None,
    until: Until = None,
    days: Days = None,
    as_of: AsOf = None,
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    window: OldWindow = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="PERCENT", help="Say whether this uptime was kept, e.g. 99.9."
        ),
    ] = None,
    components: Annotated[
        bool,
        typer.Option("--components", help="With several months: a row for each component too."),
    ] = False,
    known_at: KnownAt = None,
    policy: Annotated[
        PolicyName | None, typer.Option("--policy", help="Weights of the downtime ratio.")
    ] = None,
    form: ReportFormat = Format.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Say how reliable the vendors have been, with definition, window, zone and coverage."""
    share = None if target is None else parse_target(target)
    choice = chosen(
        since=since,
        until=until,
        days=days,
        as_of=as_of,
        month=month,
        quarter=quarter,
        year=year,
        old_window=window,
    )
    with open_context(config, database) as context:
        query = answers.ReportQuery(
            now=context.clock(),
            window_days=context.settings.window_days,
            known_at=instant(known_at),
            policy=policy.value if policy else context.settings.policy,
            target=share,
        )
        pages = context.pages(vendors)
        questions = [Question.of(page, query, choice) for page in pages]
        write(context, questions, query, form, components=components or bool(vendors))
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

        The spans are the months, quarters or years that were named; without any they are the whole
        window where a target is held against it. Raises ConfigError for days that the page has not
        had.
        """
        today = query.today(page)
        window, spans = choice.window(today, query.window_days), choice.spans(today)
        if query.target is not None and not spans:
            spans = (window,)
        says_last = choice.last is not None or window.last < today
        as_of = window.last if says_last else None
        return cls(page, replace(query, window_days=window.days, as_of=as_of, spans=spans))

    @property
    def compares(self) -> bool:
        """Whether spans are to stand beside each other."""
        return len(self.query.spans) > 1

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
    context: Context,
    questions: Sequence[Question],
    query: answers.ReportQuery,
    form: Format,
    *,
    components: bool = True,
) -> None:
    """Print the pages' reports, one after another. `query` is what was asked of all of them.

    Where spans are compared, `components` have a row each.
    """
    found = records(context, questions)
    say_each(_parts(found, questions, query, form, components=components))


def _parts(
    found: Iterable[answers.Record],
    questions: Sequence[Question],
    query: answers.ReportQuery,
    form: Format,
    *,
    components: bool,
) -> Iterable[str | RenderableType]:
    compares = any(each.compares for each in questions)
    match form:
        case Format.JSON:
            last_days = [each.last_day for each in questions]
            return reports.json_lines(found, _of_all(query, questions), last_days)
        case Format.TABLE if compares:
            return reports.span_parts(found, query, components=components, width=width())
        case Format.TABLE:
            asked = query if query.target is not None else None
            return reports.terminal_parts(found, width=width(), query=asked)
        case Format.CSV:
            has_spans = any(each.query.spans for each in questions)
            return reports.csv_span_lines(found) if has_spans else reports.csv_lines(found)
        case Format.MARKDOWN if compares:
            return reports.span_markdown(found, query, components=components)
        case Format.MARKDOWN:
            return reports.markdown_lines(found)
