"""`monitor poll` and `backfill`: read pages now, and their history."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor import answers
from monitor.cli.invocation import to_type
from monitor.cli.options import ConfigOption, CreateOption, DatabaseOption, Vendors
from monitor.cli.outcomes import backfill_facts, backfill_lines, poll_facts, poll_line
from monitor.cli.rows import Facts, Shape, ShapeOption, print_facts
from monitor.cli.spans import Days, OneMonth, Since, chosen
from monitor.collect import Answers, BackfillResult, Collector, PollResult
from monitor.collecting import collecting
from monitor.intervals import day_interval, day_of
from monitor.lookups import slugs_of
from monitor.model import Evidence
from monitor.plain import count_of
from monitor.progress import bars
from monitor.running import FINE, SOME_PAGE_FAILED, run
from monitor.runtime import Context, open_context
from monitor.spans import SpanChoice
from monitor.store import PageRecord
from monitor.terminal import is_for_people, say, tell
from monitor.watching import Command

commands = typer.Typer()


@commands.command(short_help="Read the current state once.")
def poll(
    vendors: Vendors = None,
    form: ShapeOption = Shape.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    create: CreateOption = False,
) -> None:
    """Read the current state of the pages once."""
    with open_context(config, database, Command.READ, create=create) as context:
        results = run(_poll_all(context, context.pages(vendors)))
        facts = [_say_poll(context, result, form) for result in results]
    if form is not Shape.TABLE:
        print_facts(facts, form)
    raise typer.Exit(SOME_PAGE_FAILED if any(result.error for result in results) else FINE)


async def _poll_all(context: Context, pages: Sequence[PageRecord]) -> list[PollResult]:
    async with collecting(context) as collector:
        return list(await asyncio.gather(*(collector.poll(page) for page in pages)))


def _say_poll(context: Context, result: PollResult, form: Shape) -> Facts:
    """Return what a poll came to; a table says it at once."""
    page = context.store.pages([result.slug], removed=True)[0]
    standing = answers.standing(context.store, page, context.vendors[page.slug], context.clock())
    if form is Shape.TABLE:
        style = None if result.error is None else "red"
        tell(poll_line(result, page, standing), style=style)
    return poll_facts(result, page, standing)


@commands.command(short_help="Rebuild history from vendors' records.")
def backfill(
    vendors: Vendors = None,
    since: Since = None,
    days: Days = None,
    month: OneMonth = None,
    force: Annotated[
        bool, typer.Option("--force", help="Ask again for what is already complete.")
    ] = False,
    form: ShapeOption = Shape.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    create: CreateOption = False,
) -> None:
    """Rebuild the history from the vendors' own records, from a day on until today. It may be
    interrupted, and run again, at any time.
    """
    choice = chosen(since=since, days=days, month=month)
    with open_context(config, database, Command.READ, create=create) as context:
        to_read = DaysToRead(choice, context.settings.backfill_days or USUAL_DAYS)
        pages = context.pages(vendors)
        for page in pages:  # a mistake is told before anything is read
            to_read.first_day(page, context.clock())
        results = run(_backfill_all(context, pages, to_read, force=force))
        facts = [_say_backfill(context, result, to_read, form) for result in results]
    if form is not Shape.TABLE:
        print_facts(facts, form)
    elif is_for_people() and any(result.reach for result in results):
        _say_next(results if vendors else (), config, database)
    raise typer.Exit(FINE if all(result.complete for result in results) else SOME_PAGE_FAILED)


def _say_next(results: Iterable[BackfillResult], config: Path | None, database: str | None) -> None:
    """Say how to read the report of these pages; of all pages where none are named."""
    slugs = slugs_of(results)
    say("", f"next: {to_type('report', *slugs, config=config, database=database)}")


USUAL_DAYS = 90
"""How many days are read where nothing says how many."""


@dataclass(frozen=True, slots=True)
class DaysToRead:
    """Which days are to be read, in each page's zone: from the first one chosen until today."""

    choice: SpanChoice
    usual_days: int

    def first_day(self, page: PageRecord, now: datetime) -> date:
        """Return the first day. Raises ConfigError for one that has not come."""
        return self.choice.window(day_of(now, page.zone), self.usual_days).first

    def start(self, page: PageRecord, now: datetime) -> datetime:
        """Return the first instant of the first day, in UTC."""
        return day_interval(self.first_day(page, now), page.zone).start


async def _backfill_all(
    context: Context,
    pages: Sequence[PageRecord],
    to_read: DaysToRead,
    *,
    force: bool,
) -> list[BackfillResult]:
    display = bars()

    async def backfill_page(collector: Collector, page: PageRecord) -> BackfillResult:
        page, answers = await _poll_before(context, collector, page)
        start = to_read.start(page, context.clock())
        total = max(1.0, (context.clock() - start).total_seconds())
        task = display.add_task("", total=total, page=page.slug, what="reading")

        def show(result: BackfillResult, evidence: Evidence) -> None:
            reach = min(result.reach.values(), default=context.clock())
            seconds = (context.clock() - max(reach, start)).total_seconds()
            asked = count_of(result.requests, "request")
            what = f"{evidence.source}, back to {reach:%Y-%m-%d}, {asked}"
            display.update(task, completed=seconds, what=what)

        result = await collector.backfill(page, start, again=force, progress=show, answers=answers)
        display.update(task, completed=total, what=f"done, {count_of(result.requests, 'request')}")
        return result

    async with collecting(context) as collector:
        with display:
            return list(await asyncio.gather(*(backfill_page(collector, page) for page in pages)))


async def _poll_before(
    context: Context, collector: Collector, page: PageRecord
) -> tuple[PageRecord, Answers | None]:
    """Poll a page that was never read: its zone is known then. Return it, and what it answered, so
    that nothing is asked twice.
    """
    if page.last_success_at is not None:
        return page, None
    answers = Answers()
    result = await collector.poll(page, answers=answers)
    return context.store.page(page.id), answers if result.error is None else None


def _say_backfill(
    context: Context,
    result: BackfillResult,
    to_read: DaysToRead,
    form: Shape,
) -> Facts:
    """Return what a backfill came to; a table says it at once."""
    page = context.store.pages([result.slug], removed=True)[0]
    now = context.clock()
    days = (to_read.first_day(page, now), day_of(now, page.zone))
    query = answers.ReportQuery(now=now, window_days=(days[1] - days[0]).days + 1)
    figures = answers.record(context.store, page, context.vendors[page.slug], query).figures
    if form is Shape.TABLE:
        tell(*backfill_lines(result, days, figures))
    return backfill_facts(result, page, days, figures)
