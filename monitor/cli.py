"""The command line: the composition root.

Exit codes: 0 fine, 1 some page, or the server we sent to, failed, 2 bad configuration or usage, 130
interrupted.
"""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from exporters import explain as explanations
from exporters import report as reports
from exporters import why as reasons
from exporters.wording import percent
from monitor import __version__, answers
from monitor import config as configuration
from monitor.cli_db import database as database_commands
from monitor.cli_db import require_whole
from monitor.cli_evidence import evidence
from monitor.cli_export import exports, write_history
from monitor.cli_pages import pages
from monitor.clocks import is_ahead
from monitor.collect import Answers, BackfillResult, Collector, Headers, PollResult
from monitor.config import InvalidConfig, Settings, VendorConfig
from monitor.errors import ConfigError, MonitorError, PageError, ReceiverError
from monitor.fetch import Fetcher, Fetches, Lateness, Recorder, Replay, user_agent
from monitor.intervals import day_interval, day_of, window_start
from monitor.model import Evidence
from monitor.notify import Notifier
from monitor.ratios import DEFAULT_POLICY, POLICIES
from monitor.reread import Hangups, Rereading
from monitor.runtime import (
    BAD_USAGE,
    FINE,
    SOME_PAGE_FAILED,
    ConfigOption,
    Context,
    DatabaseOption,
    Vendors,
    Watches,
    ad_hoc_vendor,
    collecting,
    end_despite_waiting_threads,
    end_interrupted,
    ephemeral,
    load_settings,
    network_options,
    now,
    open_context,
    open_files,
    open_store,
    run,
)
from monitor.schedule import Schedule
from monitor.settings_changes import SettingsChanges, by_slug
from monitor.store import PageRecord
from monitor.terminal import LogFormat, bars, log_to_stderr, say, say_each, say_json, settle, width
from monitor.writer import derive_page

app = typer.Typer(
    name="monitor",
    help=(
        "How reliable have your vendors really been? Reads their status pages, keeps the evidence,"
        " shows the figures."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(pages)
app.add_typer(exports)
app.add_typer(evidence)
app.add_typer(database_commands)


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


PolicyName = StrEnum("PolicyName", {name.upper(): name for name in POLICIES})  # type: ignore[misc]

# commands


@app.command(short_help="Poll on schedule and serve /metrics.")
def serve(config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Poll the pages on schedule, backfill new ones, and serve /metrics. SIGHUP reads the settings
    again.
    """
    for name in ("monitor.collect", "monitor.store.health"):
        logging.getLogger(name).setLevel(logging.NOTSET)  # a server says what it met nowhere else
    logging.getLogger("monitor.reread").setLevel(logging.INFO)
    with Hangups() as hangups:
        settings = load_settings(config, database)
        require_whole(settings.database_url)
        with _listening(settings.host, settings.port) as listener, open_store(settings) as context:
            notifier = Notifier(os.environ, os.getpid())
            load = partial(load_settings, config, database)
            run(serving(context, listener, load=load, hangups=hangups, notifier=notifier))


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens there, before anything is read or promised; end the command when
    that cannot be.
    """
    from exporters.serving import listening

    try:
        listener = listening(host, port)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        why = (
            "address in use; is another monitor running?"
            if is_taken
            else f"{error.strerror or error};"
        )
        say(
            f"cannot listen on {host}:{port}: {why} set MONITOR_LISTEN, or `server` in the"
            " settings",
            err=True,
        )
        raise typer.Exit(SOME_PAGE_FAILED) from error
    with listener:
        yield listener


ANSWER_SECONDS = 3.0
"""How long the database may be silent when we are asked whether we are ready."""


async def serving(
    context: Context,
    listener: socket.socket,
    *,
    fetcher: Fetches | None = None,
    ready: Callable[[], None] | None = None,
    load: Callable[[], Settings] | None = None,
    hangups: Hangups | None = None,
    notifier: Notifier | None = None,
) -> None:
    """Run the schedule, and the web server on this socket, until SIGTERM or SIGINT.

    `load` reads the settings again at each of the `hangups`; the `notifier` tells the service
    manager how we are.
    """
    from exporters.connections import most_connections
    from exporters.prometheus import PollMetrics, StateMetrics
    from exporters.web import application, server

    settings, notifier = context.settings, notifier or Notifier({}, 0)
    polls = PollMetrics(__version__, loaded_at=context.clock().timestamp())
    context.store.health.listen(polls.store_failed)
    async with collecting(context, fetcher, polls) as collector:
        schedule = Schedule(
            collector,
            settings,
            clock=context.clock,
            on_lag=polls.lagged,
            on_load=polls.loaded,
            on_skipped=polls.skipped,
            on_alive=notifier.alive,
        )
        state = StateMetrics(
            context.store,
            vendors=context.vendors,
            policy=settings.policy,
            component_metrics=settings.component_metrics,
            clocks=collector.clocks,
            health=context.store.health,
            within=context.store.patience.within,
        )
        web = server(
            application(
                state,
                polls,
                readiness=lambda: _problems(collector, schedule, context.clock()),
                clock=context.clock,
                version=__version__,
            ),
            settings.host,
            settings.port,
            most=most_connections(open_files()),
        )
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        serving_task = asyncio.create_task(_serve_web(web, listener, stop))
        await schedule.start()
        where = f"http://{settings.host}:{settings.port}/metrics"
        status = f"watching {len(context.vendors)} vendors; metrics on {where}"
        say(status, err=True)
        notifier.ready(status)
        if ready is not None:
            ready()
        rereading = asyncio.create_task(
            _reread(context, state, polls, schedule, load, hangups, notifier)
        )
        await stop.wait()
        notifier.stopping()
        rereading.cancel()
        web.should_exit = True
        await schedule.stop()
        await serving_task


async def _reread(
    context: Context,
    state: Any,  # noqa: ANN401
    polls: Any,  # noqa: ANN401
    schedule: Schedule,
    load: Callable[[], Settings] | None,
    hangups: Hangups | None,
    notifier: Notifier,
) -> None:
    """Put the settings in force that are read at each hangup."""
    if load is None or hangups is None:
        return

    def apply(found: SettingsChanges, headers: dict[str, Headers]) -> None:
        settings = found.settings
        schedule.reconfigure(settings, headers)
        state.configure(
            vendors=by_slug(settings.vendors),
            policy=settings.policy,
            component_metrics=settings.component_metrics,
        )

    def observe(successful: bool) -> None:
        polls.reread(context.clock().timestamp() if successful else None)

    rereading = Rereading(context.settings, load=load, apply=apply, observe=observe)
    await rereading.run(hangups, notifier.reloading, notifier.ready)


async def _serve_web(web: Any, listener: socket.socket, stop: asyncio.Event) -> None:  # noqa: ANN401
    try:
        await web.serve(sockets=[listener])
    finally:
        stop.set()


def _problems(collector: Collector, schedule: Schedule, now: datetime) -> list[str]:
    store = collector.store
    problems = [
        problem for problem in (schedule.problem, store.health.problem) if problem is not None
    ]
    try:
        with store.patience.within(ANSWER_SECONDS):
            problems += clock_problems(collector, now=now)
    except MonitorError as error:
        problems.append(str(error))
    return problems


def clock_problems(collector: Collector, *, now: datetime) -> list[str]:
    """Say what is wrong with our clock: that it went back, differs from the pages', or something
    was read after now.

    Raises StoreError when the database does not answer.
    """
    pages = [page.slug for page in collector.store.page_states() if is_ahead(page, now)]
    count = f"{len(pages)} pages were" if len(pages) > 1 else "1 page was"
    shown = ", ".join(pages[:5]) + (", ..." if len(pages) > 5 else "")  # noqa: PLR2004
    ahead = f"{count} read later than now: {shown}; our clock is, or was, wrong: set it by NTP"
    return [*collector.clocks.problems, *([ahead] if pages else [])]


@app.command(short_help="Read the current state once.")
def poll(
    vendors: Vendors = None, config: ConfigOption = None, database: DatabaseOption = None
) -> None:
    """Read the current state of the pages once."""
    with open_context(config, database, Watches.MORE) as context:
        results = run(_poll_all(context, context.pages(vendors)))
        for result in results:
            page = context.store.pages([result.slug])[0]
            say(_poll_line(result, page), style=None if result.error is None else "red")
    raise typer.Exit(SOME_PAGE_FAILED if any(result.error for result in results) else FINE)


async def _poll_all(context: Context, pages: Sequence[PageRecord]) -> list[PollResult]:
    async with collecting(context) as collector:
        return list(await asyncio.gather(*(collector.poll(page) for page in pages)))


def _poll_line(result: PollResult, page: PageRecord) -> str:
    if result.error is not None:
        return f"{result.slug}: FAILED, nothing is concluded: {result.error}"
    remark = f"; {page.remark}" if page.remark else ""
    return f"{result.slug}: {result.outcome} ({page.platform}, days in {page.zone}){remark}"


@app.command(short_help="Rebuild history from vendors' records.")
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
) -> None:
    """Rebuild the history from the vendors' own records. May be interrupted and run again at any
    time.
    """
    if days is not None and since is not None:
        raise ConfigError("give --days or --since, not both")
    with open_context(config, database, Watches.MORE) as context:
        first = since.date() if since else None
        length = days or context.settings.backfill_days or 90
        if first is not None and first > context.clock().date():
            raise ConfigError(f"--since {first} is in the future")
        results = run(_backfill_all(context, context.pages(vendors), first, length, force=force))
        for result in results:
            page = context.store.pages([result.slug])[0]
            say(*_backfill_lines(context, result, page, first, length))
    raise typer.Exit(FINE if all(result.complete for result in results) else SOME_PAGE_FAILED)


async def _backfill_all(
    context: Context, pages: Sequence[PageRecord], first: date | None, days: int, *, force: bool
) -> list[BackfillResult]:
    shown = bars()
    async with collecting(context) as collector:

        async def one(page: PageRecord) -> BackfillResult:
            answers = Answers() if page.last_success_at is None else None
            if answers is not None:
                polled = await collector.poll(page, answers=answers)
                answers = answers if polled.error is None else None
                page = context.store.pages([page.slug])[0]
            # the page's zone is known now
            start = since_instant(page, first, days, context.clock())
            total = max(1.0, (context.clock() - start).total_seconds())
            task = shown.add_task("", total=total, page=page.slug, what="reading")

            def progress(result: BackfillResult, evidence: Evidence) -> None:
                reach = min(result.reach.values(), default=context.clock())
                done = (context.clock() - max(reach, start)).total_seconds()
                what = f"{evidence.source}, back to {reach:%Y-%m-%d}, {result.requests} requests"
                shown.update(task, completed=done, what=what)

            found = await collector.backfill(
                page, start, again=force, progress=progress, answers=answers
            )
            shown.update(task, completed=total, what=f"done, {found.requests} requests")
            return found

        with shown:
            return list(await asyncio.gather(*(one(page) for page in pages)))


def since_instant(page: PageRecord, first: date | None, days: int, moment: datetime) -> datetime:
    """Return the first instant of the first day wanted, in the page's zone; `days` counts today."""
    zone = page.zone
    return window_start(days, zone, moment) if first is None else day_interval(first, zone).start


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


@app.command(short_help="Say how reliable vendors have been.")
def report(
    vendors: Vendors = None,
    window: Annotated[
        int | None, typer.Option("--window", min=1, max=3660, help="Days in the window.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Last day of it.")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", help="Only what we knew then (ISO 8601).")
    ] = None,
    policy: Annotated[
        PolicyName | None, typer.Option("--policy", help="Weights of the downtime ratio.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write it.")] = Format.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Say how reliable the vendors have been, with definition, window, zone and coverage."""
    with open_context(config, database) as context:
        query = answers.ReportQuery(
            now=context.clock(),
            window_days=window or context.settings.window_days,
            as_of=as_of.date() if as_of else None,
            known_at=instant(known_at) if known_at else None,
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
    found = records(context, pages, query)
    if form is Format.TABLE:
        say_each(reports.terminal_parts(found, width=width()))
    elif form is Format.JSON:
        say_each(reports.json_lines(found, query, last_days))
    else:
        say_each(reports.csv_lines(found) if form is Format.CSV else reports.markdown_lines(found))


def instant(text: str) -> datetime:
    """Return an ISO 8601 instant; a bare date is its midnight in UTC. Raises ConfigError for
    anything else.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is not an ISO 8601 time; write 2026-05-06 or 2026-05-06T12:00:00Z"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(text: str) -> date:
    """Return an ISO 8601 date. Raises ConfigError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is not a day; write it as 2026-05-22, after the component if there is one"
        ) from error


@app.command(short_help="Show the evidence behind one day.")
def explain(
    vendor: Annotated[str, typer.Argument(help="Vendor slug.")],
    words: Annotated[
        list[str],
        typer.Argument(metavar="[COMPONENT] DAY", help="Optional component, then the day."),
    ],
    known_at: Annotated[
        str | None, typer.Option("--known-at", help="Only what we knew then (ISO 8601).")
    ] = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Show every piece of evidence behind one day of a vendor or of one component."""
    if len(words) > 2:  # noqa: PLR2004
        raise ConfigError(
            f"expected [COMPONENT] DAY, got {len(words)} words; quote a name with spaces"
        )
    with open_context(config, database) as context:
        page = context.pages([vendor])[0]
        try:
            found = explanations.gather(
                context.store,
                page,
                context.vendors[vendor],
                component=words[0] if len(words) > 1 else None,
                day=day(words[-1]),
                now=context.clock(),
                known_at=instant(known_at) if known_at else None,
            )
        except ValueError as error:
            raise ConfigError(str(error)) from error
        say(*explanations.lines(found))


@app.command(short_help="Show what would make a day another one.")
def why(
    vendor: Annotated[str, typer.Argument(help="Vendor slug.")],
    words: Annotated[
        list[str],
        typer.Argument(metavar="[COMPONENT] DAY [DAY]", help="One day, or two to compare."),
    ],
    known_at: Annotated[
        str | None, typer.Option("--known-at", help="Only what we knew then (ISO 8601).")
    ] = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="table or json.")] = Format.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Show the rule and the witness that decided a day, and each single change that would make it
    another one.
    """
    if form not in {Format.TABLE, Format.JSON}:
        raise ConfigError(f"--format {form.value} is not for this command; it writes table or json")
    component, days = _component_and_days(words)
    with open_context(config, database) as context:
        page = context.pages([vendor])[0]
        try:
            answers = [
                reasons.answer(
                    context.store,
                    page,
                    context.vendors[vendor],
                    component=component,
                    day=each,
                    now=context.clock(),
                    known_at=instant(known_at) if known_at else None,
                )
                for each in days
            ]
        except ValueError as error:
            raise ConfigError(str(error)) from error
    if form is Format.JSON:
        say_json(reasons.as_json(answers))
        return
    say(*reasons.lines(answers))


def _component_and_days(words: Sequence[str]) -> tuple[str | None, list[date]]:
    """Return what [COMPONENT] DAY [DAY] says: the first word is a component unless it is a day."""
    try:
        first: date | None = date.fromisoformat(words[0])
    except ValueError:
        first = None
    component, rest = (words[0], words[1:]) if first is None and len(words) > 1 else (None, words)
    if len(rest) > 2:  # noqa: PLR2004
        raise ConfigError(
            f"expected [COMPONENT] DAY [DAY], got {len(words)} words; quote a name with spaces"
        )
    return component, [day(each) for each in rest]


@app.command(short_help="Derive all days anew, offline.")
def rebuild(
    vendors: Vendors = None, config: ConfigOption = None, database: DatabaseOption = None
) -> None:
    """Derive all days anew from the stored facts, offline: after a change of settings or of
    version.
    """
    with open_context(config, database, Watches.MORE) as context:
        for page in context.pages(vendors):
            moment = context.clock()
            first = day_of(context.store.first_fact(page.id) or moment, page.zone)
            changed = derive_page(
                context.store, page, context.vendors[page.slug], first=first, now=moment
            )
            say(f"{page.slug}: days derived anew from {first}, {changed} closed days changed")


@app.command(short_help="Record a page as a folder.")
def record(
    url: Annotated[str, typer.Argument(help="Address of a status page.")],
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How much history.")] = 90,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Your own internal page.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Record everything a page answers to detection, poll and backfill, for a bug report or a test.

    It is reached as the settings say (`network`), and asked with the `headers` of the vendor that
    has its address; what is asked with is not recorded.
    """
    page, settings = configuration.normal_url(url), configuration.load(config, os.environ)

    async def work() -> list[MonitorError]:
        async with Fetcher(
            user_agent=user_agent(settings.contact),
            **network_options(settings.network),
            lateness=Lateness(),
        ) as fetcher:
            recorder = Recorder(fetcher, folder, page, now)
            vendor = ad_hoc_vendor(page, allow_private=allow_private, like=settings)
            with open_store(ephemeral(vendor, like=settings)) as context:
                return await _read_all(context, recorder, days)

    errors = run(work())
    say(f"recorded {page} in {folder}")
    for error in errors:
        say(f"failed: {error}", style="red", err=True)
    raise typer.Exit(SOME_PAGE_FAILED if errors else FINE)


async def _read_all(context: Context, fetcher: Fetches, days: int) -> list[MonitorError]:
    """Detect, poll and backfill the one page of the context; return what went wrong."""
    errors: list[MonitorError] = []
    async with collecting(context, fetcher) as collector:
        page = context.pages(None)[0]
        polled = await collector.poll(page)
        if polled.error is not None:
            errors.append(polled.error)
        page = context.pages(None)[0]
        if page.platform is not None:
            moment = context.clock()
            found = await collector.backfill(page, since_instant(page, None, days, moment))
            errors += [found.error] if found.error is not None else []
    return errors


@app.command(short_help="Run everything over a recording.")
def replay(
    folder: Annotated[Path, typer.Argument(help="Recording folder.")],
    window: Annotated[
        int, typer.Option("--window", min=1, max=3660, help="Days in the window.")
    ] = 90,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Last day of it.")
    ] = None,
    policy: Annotated[PolicyName, typer.Option("--policy", help="Weights.")] = PolicyName(
        DEFAULT_POLICY
    ),
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write it.")] = Format.TABLE,
) -> None:
    """Run detection, poll and backfill over a recording and print the report as of its moment."""
    source = Replay(folder)
    vendor = ad_hoc_vendor(configuration.normal_url(source.page))
    with open_store(ephemeral(vendor), clock=lambda: source.recorded_at) as context:
        wanted = as_of.date() if as_of else source.recorded_at.date()
        days = (source.recorded_at.date() - wanted).days + window + 1
        errors = run(_read_all(context, source, max(days, window)))
        query = answers.ReportQuery(
            now=source.recorded_at,
            window_days=window,
            as_of=as_of.date() if as_of else None,
            policy=policy.value,
        )
        write(context, context.pages(None), query, form)
    for error in errors:
        say(f"failed: {error}", style="red", err=True)
    raise typer.Exit(SOME_PAGE_FAILED if errors else FINE)


@app.command(short_help="Watch simulated vendors, offline.")
def demo(
    port: Annotated[int, typer.Option("--port", help="Port of /metrics.")] = 9184,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="Stop by itself after this long.")
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", help="Write the 90 days into this file first, for promtool."),
    ] = None,
) -> None:
    """Watch simulated vendors on loopback, offline: 90 days of history, incidents going on."""
    with _listening("127.0.0.1", port) as listener:
        run(_demo(listener, port, seconds, history))


async def _demo(
    listener: socket.socket, port: int, seconds: float | None, history: Path | None
) -> None:
    from monitor.demo import demo_truths
    from monitor.demo.server import Simulator

    simulator = Simulator(demo_truths(now()), clock=now)
    await simulator.start()
    folder = tempfile.mkdtemp(prefix="vendorstatus-demo-")
    try:
        watched = [
            VendorConfig(
                slug=each.slug,
                name=each.name,
                url=each.url,
                allow_private=True,
                interval_seconds=60,
            )
            for each in simulator.vendors
        ]
        settings = replace(ephemeral(*watched, database=f"sqlite:///{folder}/demo.db"), port=port)
        async with Fetcher(
            user_agent=user_agent(None), spacing_seconds=0.0, per_host=8, per_provider=16
        ) as fetcher:
            with open_store(settings) as context:
                await _show_demo(context, fetcher, folder, history)
                serving_task = asyncio.create_task(serving(context, listener, fetcher=fetcher))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(serving_task), seconds)
                if not serving_task.done():
                    os.kill(os.getpid(), signal.SIGINT)
                await serving_task
    finally:
        await simulator.stop()


async def _show_demo(context: Context, fetcher: Fetches, folder: str, history: Path | None) -> None:
    """Backfill the simulated vendors, write their history where that was asked for, and print what
    to look at.
    """
    async with collecting(context, fetcher) as collector:
        for page in context.pages(None):
            await collector.poll(page)
        for page in context.pages(None):
            await collector.backfill(page, since_instant(page, None, 90, now()))
    query = answers.ReportQuery(now=now())
    write(context, context.pages(None), query, Format.TABLE)
    settings = context.settings
    if history is not None:
        write_history(context, history, {"instance": f"{settings.host}:{settings.port}"})
    say(
        "",
        "These vendors are simulated, on this machine only. While this runs, look at:",
        f"  http://{settings.host}:{settings.port}/          the vendors now",
        f"  http://{settings.host}:{settings.port}/metrics   what Prometheus scrapes",
        f"  the database                     {folder}/demo.db",
        "In Grafana, with 90 days: make demo-grafana, in a checkout",
        "Ctrl-C ends it. On real pages: make run",
    )


@app.command(short_help="Print the version.")
def version() -> None:
    """Print the version."""
    say(f"vendorstatus {__version__}")


@app.callback()
def setup(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log every page and decision.")
    ] = False,
    log_format: Annotated[
        LogFormat,
        typer.Option(
            "--log-format", envvar="MONITOR_LOG_FORMAT", help="How the log on stderr is written."
        ),
    ] = LogFormat.LOGFMT,
) -> None:
    """Set up logging."""
    log_to_stderr(logging.INFO if verbose else logging.WARNING, log_format)
    if not verbose:
        logging.getLogger("monitor.collect").setLevel(logging.ERROR)
        # the error itself is said at the end
        logging.getLogger("monitor.store.health").setLevel(logging.CRITICAL)


def main() -> None:
    """Run the command line; our own errors become one clear message and an exit code, never a
    traceback.
    """
    try:
        _run()
    except SystemExit as end:
        end_despite_waiting_threads(end.code if isinstance(end.code, int) else FINE)
        raise


def _run() -> None:
    settle()
    try:
        app()
    except InvalidConfig as error:
        first, *rest = str(error).split("\n")
        say(f"monitor: {first}", *rest, style="red", err=True)
        sys.exit(BAD_USAGE)
    except (PageError, ReceiverError) as error:
        say(f"monitor: {error}", style="red", err=True)
        sys.exit(SOME_PAGE_FAILED)
    except MonitorError as error:
        say(f"monitor: {error}", style="red", err=True)
        sys.exit(BAD_USAGE)
    except KeyboardInterrupt:
        end_interrupted()


if __name__ == "__main__":
    main()
