"""`monitor serve`: the schedule and the web server, until a signal ends them."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from functools import partial
from typing import Any

import typer

from exporters.wording import percent
from monitor import __version__, answers
from monitor.cli.database import require_whole
from monitor.cli.listening import at_place, listen
from monitor.cli.manner import Manner
from monitor.cli.openness import OpenOption, WebConfigOption, let_in, require_rules
from monitor.cli.options import (
    ConfigOption,
    CreateOption,
    DatabaseOption,
    ListenOption,
    PortOption,
)
from monitor.clocks import is_ahead
from monitor.collect import Collector, Headers
from monitor.collecting import collecting
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.fetch import Fetches
from monitor.lookups import by_slug
from monitor.model import without_none
from monitor.network import open_files
from monitor.notify import Notifier
from monitor.own_settings import load_settings
from monitor.plain import count_of, join_names
from monitor.presence import Presence
from monitor.reread import Hangups, Rereading
from monitor.running import run
from monitor.runtime import Context, allow_new_database, open_to_serve
from monitor.schedule import Schedule
from monitor.settings_changes import SettingsChanges
from monitor.store import PageRecord
from monitor.terminal import aside

commands = typer.Typer()

ANSWER_SECONDS = 3.0
"""How long the database may be silent when we are asked whether we are ready."""


@commands.command(short_help="Poll on schedule and serve /metrics and /api.")
def serve(
    ctx: typer.Context,
    port: PortOption = None,
    listen_at: ListenOption = None,
    web_config: WebConfigOption = None,
    is_open: OpenOption = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    create: CreateOption = False,
) -> None:
    """Poll the pages on schedule, backfill new ones, and serve /metrics. SIGHUP reads the settings
    again.
    """
    Manner.of(ctx).put_in_force_for_server()
    with Hangups() as hangups:

        def load() -> Settings:
            settings = at_place(load_settings(config, database), port, listen_at)
            settings = let_in(settings, web_config, is_open=is_open)
            require_rules(settings)
            return settings

        settings = load()
        require_whole(settings.database_url)
        if settings.mcp:
            _require_library_of_agents()
        with listen(settings.host, settings.port) as listener:
            allow_new_database(settings, is_named=database is not None, create=create)
            with open_to_serve(settings, written=load_settings(config, database)) as context:
                notifier = Notifier(os.environ, os.getpid())
                run(
                    serve_until_stopped(
                        context, listener, load=load, hangups=hangups, notifier=notifier
                    )
                )


async def serve_until_stopped(
    context: Context,
    listener: socket.socket,
    *,
    fetcher: Fetches | None = None,
    load: Callable[[], Settings] | None = None,
    hangups: Hangups | None = None,
    notifier: Notifier | None = None,
) -> None:
    """Run the schedule, and the web server on this socket, until SIGTERM or SIGINT.

    `load` reads the settings again at each of the `hangups`; the `notifier` tells the service
    manager how we are.
    """
    from exporters.access.keeper import Keeper
    from exporters.prometheus import PollMetrics, StateMetrics

    settings, notifier = context.settings, notifier or Notifier({}, 0)
    polls = PollMetrics(__version__, loaded_at=context.clock().timestamp())
    context.store.health.listen(polls.store_failed)
    keeper = Keeper(settings)
    desk = _desk(context)
    agents = _agents(settings, desk)
    async with _answering(agents), collecting(context, fetcher, polls) as collector:
        schedule = Schedule(
            collector,
            settings,
            clock=context.clock,
            on_lag=polls.lagged,
            on_load=polls.loaded,
            on_skipped=polls.skipped,
            on_alive=notifier.alive,
            describe=partial(_describe_known, context, collector),
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
        presence = _presence(context, collector, schedule, load, hangups)
        web = _web_server(
            context, collector, schedule, state, polls, presence, desk, agents, keeper
        )
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        answering = asyncio.create_task(_answer(web, listener, stop))
        await schedule.start()
        scheme = "http" if keeper.context() is None else "https"
        where = f"{scheme}://{settings.host}:{settings.port}/metrics"
        count = len(context.vendors)
        status = f"watching {count_of(count, 'vendor')}; metrics on {where}"
        aside(status)
        notifier.ready(status)
        rereading = asyncio.create_task(
            _reread(context, state, desk, polls, schedule, load, hangups, notifier, keeper)
        )
        looking = asyncio.create_task(keeper.run())
        refreshing = asyncio.create_task(desk.keep_fresh())
        beating = [] if presence is None else [asyncio.create_task(presence.run())]
        await stop.wait()
        notifier.stopping()
        for task in (rereading, looking, refreshing, *beating):
            task.cancel()
        web.should_exit = True
        await schedule.stop()
        await answering


def _presence(
    context: Context,
    collector: Collector,
    schedule: Schedule,
    load: Callable[[], Settings] | None,
    hangups: Hangups | None,
) -> Presence | None:
    """Return what gives signs of life; None where the database is the command's own."""
    if context.server is None or load is None or hangups is None:
        return None
    # SQLite has one writer at a time; elsewhere a long write must not hold up a sign of life.
    has_one_writer = context.settings.database_url.startswith("sqlite")
    return Presence(
        context.store,
        context.server,
        clock=context.clock,
        in_force=lambda: schedule.settings,
        load=load,
        hang_up=hangups.hang_up,
        work=collector.writer.db if has_one_writer else asyncio.to_thread,
    )


def _describe_known(context: Context, collector: Collector, page: PageRecord, days: int) -> str:
    """Say how many of a page's last days are known."""
    query = answers.ReportQuery(now=context.clock(), window_days=days)
    vendor = collector.vendors[page.slug]
    figures = answers.record(collector.store, page, vendor, query).figures
    coverage = percent(figures.coverage_ratio)
    return f"{figures.known_days or 0} of {count_of(days, 'day')} known, coverage {coverage}"


def _desk(context: Context) -> Any:  # noqa: ANN401
    """Return what the API answers from."""
    from exporters.api import Desk

    return Desk(
        context.store,
        vendors=context.vendors,
        clock=context.clock,
        stacks=context.settings.stacks,
        policy=context.settings.policy,
        window_days=context.settings.window_days,
        within=context.store.patience.within,
    )


def _require_library_of_agents() -> None:
    """Raise ConfigError where what speaks to assistants is not installed."""
    from exporters.agents import require_library

    require_library()


def _agents(settings: Settings, desk: Any) -> Any:  # noqa: ANN401
    """Return what answers assistants; None where the settings do not say so."""
    if not settings.mcp:
        return None
    from exporters.agents import Endpoint

    return Endpoint(desk, version=__version__)


def _answering(agents: Any) -> AbstractAsyncContextManager[None]:  # noqa: ANN401
    """Return the time in which assistants are answered."""
    return nullcontext() if agents is None else agents.running()


def _web_server(
    context: Context,
    collector: Collector,
    schedule: Schedule,
    state: Any,  # noqa: ANN401
    polls: Any,  # noqa: ANN401
    presence: Presence | None,
    desk: Any,  # noqa: ANN401
    agents: Any,  # noqa: ANN401
    keeper: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    from exporters.access.gate import Gate
    from exporters.api import api_routes
    from exporters.badge_routes import badge_routes
    from exporters.connections import most_connections
    from exporters.feeds import feed_routes
    from exporters.pages import Site, page_routes
    from exporters.watched import Watched
    from exporters.web import application, server

    watched = Watched(
        store=collector.store,
        vendors=lambda: by_slug(schedule.settings.vendors),
        clock=context.clock,
        stacks=lambda: schedule.settings.stacks,
    )
    site = Site(
        watched=watched,
        version=__version__,
        policy=lambda: schedule.settings.policy,
    )
    app = application(
        state,
        polls,
        readiness=lambda: find_problems(collector, schedule, context.clock(), presence),
        clock=context.clock,
        routes=[
            *page_routes(site),
            *badge_routes(watched),
            *feed_routes(watched),
            *api_routes(
                desk,
                version=__version__,
                origins=context.settings.cors_origins,
                schemes=lambda: keeper.rules.schemes,
            ),
            *([] if agents is None else agents.routes(context.settings.cors_origins)),
        ],
    )
    settings = context.settings
    return server(
        Gate(app, lambda: keeper.rules),
        settings.host,
        settings.port,
        most=most_connections(open_files()),
        encryption=keeper.context,
    )


async def _answer(web: Any, listener: socket.socket, stop: asyncio.Event) -> None:  # noqa: ANN401
    try:
        await web.serve(sockets=[listener])
    finally:
        stop.set()


async def _reread(
    context: Context,
    state: Any,  # noqa: ANN401
    desk: Any,  # noqa: ANN401
    polls: Any,  # noqa: ANN401
    schedule: Schedule,
    load: Callable[[], Settings] | None,
    hangups: Hangups | None,
    notifier: Notifier,
    keeper: Any,  # noqa: ANN401
) -> None:
    """Put the settings in force that are read at each hangup."""
    if load is None or hangups is None:
        return

    def apply(changes: SettingsChanges, headers: Mapping[str, Headers]) -> None:
        settings = changes.settings
        schedule.reconfigure(settings, headers)
        state.configure(
            vendors=by_slug(settings.vendors),
            policy=settings.policy,
            component_metrics=settings.component_metrics,
        )
        desk.configure(
            vendors=by_slug(settings.vendors),
            stacks=settings.stacks,
            policy=settings.policy,
            window_days=settings.window_days,
        )
        keeper.configure(settings)

    def observe(successful: bool) -> None:
        polls.reread(context.clock().timestamp() if successful else None)

    rereading = Rereading(context.settings, load=load, apply=apply, observe=observe)
    await rereading.run(hangups, notifier.reloading, notifier.ready)


def find_problems(
    collector: Collector,
    schedule: Schedule,
    now: datetime,
    presence: Presence | None = None,
) -> list[str]:
    """Return why we are not ready, in lines for people; empty = we are."""
    store = collector.store
    texts = [schedule.problem, store.health.problem, None if presence is None else presence.problem]
    problems = without_none(texts)
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
    problems = list(collector.clocks.problems)
    slugs = [page.slug for page in collector.store.page_states() if is_ahead(page, now)]
    if slugs:
        count = f"{len(slugs)} pages were" if len(slugs) > 1 else "1 page was"
        problems.append(
            f"{count} read later than now: {join_names(slugs)}; our clock is, or was, wrong: set it"
            " by NTP"
        )
    return problems
