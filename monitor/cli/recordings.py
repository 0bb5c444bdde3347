"""`monitor record` and `replay`: what a page answers as a folder, and everything run over it."""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor import answers, platforms
from monitor import config as configuration
from monitor.cli.options import (
    AllowPrivate,
    ConfigOption,
    Page,
    PolicyName,
    ReportFormat,
    ReportOutput,
)
from monitor.cli.report_forms import Question, Way, write
from monitor.cli.spans import AsOf, Days, OldWindow, Since, Until, chosen
from monitor.collecting import collecting
from monitor.config.mistakes import one_of
from monitor.errors import MonitorError
from monitor.fetch import HISTORY, Fetcher, Fetches, Lateness, Recorder, Replay, user_agent
from monitor.intervals import day_interval
from monitor.model import without_none
from monitor.network import network_options
from monitor.own_settings import page_named
from monitor.ratios import DEFAULT_POLICY
from monitor.running import FINE, SOME_PAGE_FAILED, run
from monitor.runtime import Context, ad_hoc_vendor, ephemeral, open_store
from monitor.spans import SpanChoice
from monitor.terminal import say, tell
from monitor.wall_clock import now

commands = typer.Typer()


@commands.command(short_help="Record a page as a folder.")
def record(
    vendor: Page,
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
    days: Annotated[
        int, typer.Option("--days", min=1, max=3650, help="How many days of history.")
    ] = 90,
    allow_private: AllowPrivate = False,
    config: ConfigOption = None,
) -> None:
    """Record everything a page answers to detection, poll and backfill, for a bug report or a test.

    It is reached as the settings say (`network`), and asked with the `headers` of the vendor that
    has its address; what is asked with is not recorded.
    """
    settings = configuration.load(config, os.environ)
    page = page_named(vendor, settings)

    async def work() -> list[MonitorError]:
        async with Fetcher(
            user_agent=user_agent(settings.contact),
            **network_options(settings.network),
            lateness=Lateness(),
        ) as fetcher:
            recorder = Recorder(fetcher, folder, page, now, history=timedelta(days=days))
            own_vendor = ad_hoc_vendor(page, allow_private=allow_private, like=settings)
            with open_store(ephemeral(own_vendor, like=settings)) as context:
                return await read_page(context, recorder, recorder.since)

    errors = run(work())
    say(f"recorded {page} in {folder}")
    _end(errors)


@commands.command(short_help="Run everything over a recording.")
def replay(
    folder: Annotated[Path, typer.Argument(help="Recording folder.")],
    since: Since = None,
    until: Until = None,
    days: Days = None,
    as_of: AsOf = None,
    window: OldWindow = None,
    policy: Annotated[
        PolicyName, typer.Option("--policy", help="Weights of the downtime ratio.")
    ] = PolicyName(DEFAULT_POLICY),
    platform: Annotated[
        str | None,
        typer.Option("--platform", help="Read it as this platform, whatever detection says."),
    ] = None,
    form: ReportFormat = None,
    output: ReportOutput = None,
) -> None:
    """Run detection, poll and backfill over a recording and print the report as of its moment."""
    choice = chosen(since=since, until=until, days=days, as_of=as_of, old_window=window)
    way = Way.of(form, output)
    source = Replay(folder)
    vendor = ad_hoc_vendor(configuration.normal_url(source.page))
    if platform is not None:
        vendor = replace(vendor, platform=one_of(platform, platforms.names(), "a platform"))
    query = answers.ReportQuery(
        now=source.recorded_at, window_days=HISTORY.days, policy=policy.value
    )
    with open_store(ephemeral(vendor), clock=lambda: source.recorded_at) as context:
        errors = run(read_page(context, source, _back_to(source, choice)))
        questions = Question.of_each(context.pages(None), query, choice, way)
        write(context, questions, query, way)
    _end(errors)


def _back_to(source: Replay, choice: SpanChoice) -> datetime:
    """Return how far back to read: as far as was recorded, further for a window that begins before
    it, in whatever zone.
    """
    today = source.recorded_at.date()
    window = choice.window(today + timedelta(days=1), HISTORY.days)
    if choice.last is None and window.days <= HISTORY.days:
        return source.since
    return min(source.since, day_interval(window.first - timedelta(days=2), UTC).start)


async def read_page(context: Context, fetcher: Fetches, since: datetime) -> list[MonitorError]:
    """Detect, poll and backfill the one page of the context; return what went wrong."""
    async with collecting(context, fetcher) as collector:
        errors: list[MonitorError | None] = [(await collector.poll(context.pages(None)[0])).error]
        page = context.pages(None)[0]
        if page.platform is not None:
            errors.append((await collector.backfill(page, since)).error)
    return without_none(errors)


def _end(errors: Iterable[MonitorError]) -> None:
    """Say what went wrong and end the command."""
    code = FINE
    for error in errors:
        tell(f"failed: {error}", style="red", err=True)
        code = SOME_PAGE_FAILED
    raise typer.Exit(code)
