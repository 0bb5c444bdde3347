"""`monitor poll` and `backfill`: read pages now, and their history."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated

import typer

from exporters.wording import percent
from monitor import answers
from monitor.cli.options import ConfigOption, CreateOption, DatabaseOption, Vendors
from monitor.collect import Answers, BackfillResult, Collector, PollResult
from monitor.errors import ConfigError
from monitor.intervals import day_interval, day_of, window_start
from monitor.model import Evidence
from monitor.running import FINE, SOME_PAGE_FAILED, run
from monitor.runtime import Context, collecting, open_context
from monitor.store import PageRecord
from monitor.terminal import bars, say
from monitor.watching import Command

commands = typer.Typer()


@commands.command(short_help="Read the current state once.")
def poll(
    vendors: Vendors = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    create: CreateOption = False,
) -> None:
    """Read the current state of the pages once."""
    with open_context(config, database, Command.READ, create=create) as context:
        results = run(_poll_all(context, context.pages(vendors)))
        for result in results:
            page = context.store.pages([result.slug], removed=True)[0]
            say(poll_line(result, page), style=None if result.error is None else "red")
    raise typer.Exit(SOME_PAGE_FAILED if any(result.error for result in results) else FINE)


async def _poll_all(context: Context, pages: Sequence[PageRecord]) -> list[PollResult]:
    async with collecting(context) as collector:
        return list(await asyncio.gather(*(collector.poll(page) for page in pages)))


def poll_line(result: PollResult, page: PageRecord) -> str:
    """Return what a poll came to, in a line for people."""
    if result.error is not None:
        return f"{result.slug}: FAILED, nothing is concluded: {result.error}"
    remark = f"; {page.remark}" if page.remark else ""
    return f"{result.slug}: {result.outcome} ({page.platform}, days in {page.zone_name}){remark}"


@commands.command(short_help="Rebuild history from vendors' records.")
def backfill(
    vendors: Vendors = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="How many days back.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="First day.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Ask again for what is already complete.")
    ] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    create: CreateOption = False,
) -> None:
    """Rebuild the history from the vendors' own records. May be interrupted and run again at any
    time.
    """
    if days is not None and since is not None:
        raise ConfigError("give --days or --since, not both")
    with open_context(config, database, Command.READ, create=create) as context:
        first = _first_day(since, context.clock().date())
        length = days or context.settings.backfill_days or 90
        results = run(_backfill_all(context, context.pages(vendors), first, length, force=force))
        for result in results:
            page = context.store.pages([result.slug], removed=True)[0]
            say(*_backfill_lines(context, result, page, first, length))
    raise typer.Exit(FINE if all(result.complete for result in results) else SOME_PAGE_FAILED)


def _first_day(since: datetime | None, today: date) -> date | None:
    if since is None:
        return None
    if since.date() > today:
        raise ConfigError(f"--since {since.date()} is in the future")
    return since.date()


async def _backfill_all(
    context: Context, pages: Sequence[PageRecord], first: date | None, days: int, *, force: bool
) -> list[BackfillResult]:
    display = bars()

    async def backfill_page(collector: Collector, page: PageRecord) -> BackfillResult:
        page, answers = await _poll_before(context, collector, page)
        start = first_instant(page, first, days, context.clock())
        total = max(1.0, (context.clock() - start).total_seconds())
        task = display.add_task("", total=total, page=page.slug, what="reading")

        def show(result: BackfillResult, evidence: Evidence) -> None:
            reach = min(result.reach.values(), default=context.clock())
            seconds = (context.clock() - max(reach, start)).total_seconds()
            what = f"{evidence.source}, back to {reach:%Y-%m-%d}, {result.requests} requests"
            display.update(task, completed=seconds, what=what)

        result = await collector.backfill(page, start, again=force, progress=show, answers=answers)
        display.update(task, completed=total, what=f"done, {result.requests} requests")
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


def first_instant(page: PageRecord, first: date | None, days: int, now: datetime) -> datetime:
    """Return the first instant of the first day wanted, in the page's zone; `days` counts today."""
    if first is None:
        return window_start(days, page.zone, now)
    return day_interval(first, page.zone).start


def _backfill_lines(
    context: Context, result: BackfillResult, page: PageRecord, first: date | None, days: int
) -> Iterator[str]:
    today = day_of(context.clock(), page.zone)
    length = (today - first).days + 1 if first else days
    query = answers.ReportQuery(now=context.clock(), window_days=length)
    figures = answers.record(context.store, page, context.vendors[page.slug], query).figures
    reach = "; ".join(
        f"{source} back to {start:%Y-%m-%d}" for source, start in sorted(result.reach.items())
    )
    unknown = (
        f"{figures.unknown_days} of {length} days unknown"
        if figures.unknown_days
        else f"all {length} days known"
    )
    coverage = percent(figures.coverage_ratio)
    yield (
        f"{page.slug}: {reach or 'nothing new to read'}; {unknown}, coverage {coverage};"
        f" {result.requests} requests"
    )
    for gap in result.gaps:
        yield f"  could not read {gap.what}: {gap.message}; run the same command again to resume"
    if result.error is not None:
        yield f"  stopped: {result.error}; run the same command again to resume"
