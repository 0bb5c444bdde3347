"""`monitor demo`: simulated vendors on loopback, with a history."""

import asyncio
import contextlib
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from monitor import answers
from monitor import config as configuration
from monitor.cli.export_openmetrics import write_history
from monitor.cli.invocation import to_type, without_variables
from monitor.cli.listening import at_place, listen, listen_from
from monitor.cli.options import ListenOption, PortOption, ReportForm
from monitor.cli.report_forms import Question, Way, write
from monitor.cli.serving import serve_until_stopped
from monitor.collecting import collecting
from monitor.config import Settings
from monitor.demo import demo_truths
from monitor.demo.folder import demo_folder, write_settings
from monitor.fetch import Fetcher, Fetches, user_agent
from monitor.intervals import window_start
from monitor.running import INTERRUPT, run
from monitor.runtime import Context, open_store
from monitor.terminal import aside, say
from monitor.wall_clock import now

commands = typer.Typer()


MOST_DAYS = 420
SHOWN_DAYS = 90
"""How many days the printed report has at most: a row of a terminal holds them."""


@commands.command(short_help="Watch simulated vendors, offline.")
def demo(
    port: PortOption = None,
    listen_at: ListenOption = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=MOST_DAYS, help="How much history they have.")
    ] = 90,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="Folder of its database (default: a temporary one)."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave database and settings when it ends.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option("--seconds", help="Stop by itself after this long.")
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", help="Write the 90 days into this file first, for promtool."),
    ] = None,
) -> None:
    """Watch simulated vendors on loopback, offline: 90 days of history, incidents going on.

    Without --port or --listen it takes the next free port where its own is taken. Its folder is
    removed when it ends, by Ctrl-C too.
    """
    usual = Settings(vendors=(), database_url="sqlite://", source="")
    place = at_place(usual, port, listen_at)
    is_chosen = port is not None or listen_at is not None
    listening = (listen if is_chosen else listen_from)(place.host, place.port)
    with listening as listener, demo_folder(folder, keep=keep) as path:
        own_port = listener.getsockname()[1]
        if own_port != place.port:
            aside(f"port {place.port} is taken, this demo has {own_port}")
        stage = _Stage(listener, place.host, own_port, path, days, keep=keep)
        is_interrupted = run(_simulate(stage, seconds, history))
    if keep:
        aside(f"kept: {path}")
    if is_interrupted:
        raise typer.Exit(INTERRUPT)


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where a demo takes place, and how many days of history it has."""

    listener: socket.socket
    host: str
    port: int
    folder: Path
    days: int
    keep: bool


async def _simulate(stage: _Stage, seconds: float | None, history: Path | None) -> bool:
    """Run the demo to its end; return whether it was broken off before it served."""
    work = asyncio.ensure_future(_perform(stage, seconds, history))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        return True
    return False


async def _perform(stage: _Stage, seconds: float | None, history: Path | None) -> None:
    from monitor.demo.server import Simulator

    simulator = Simulator(demo_truths(now(), days=stage.days), clock=now)
    await simulator.start()
    try:
        file = write_settings(stage.folder, simulator.vendors, stage.host, stage.port, stage.days)
        settings = configuration.load(file, {})
        async with Fetcher(
            user_agent=user_agent(None), spacing_seconds=0.0, per_host=8, per_provider=16
        ) as fetcher:
            with open_store(settings) as context:
                await _read_history(context, fetcher, stage.days)
                _show(context, stage, file, history)
                await _serve_for(seconds, context, stage.listener, fetcher)
    finally:
        await simulator.stop()


async def _read_history(context: Context, fetcher: Fetches, days: int) -> None:
    async with collecting(context, fetcher) as collector:
        for page in context.pages(None):
            await collector.poll(page)
        for page in context.pages(None):
            await collector.backfill(page, window_start(days, page.zone, now()))


def _show(context: Context, stage: _Stage, file: Path, history: Path | None) -> None:
    """Print the report, write the history into a file where one is named, and say what to look
    at.
    """
    query = answers.ReportQuery(now=now(), window_days=min(stage.days, SHOWN_DAYS))
    questions = [Question(page, query) for page in context.pages(None)]
    write(context, questions, query, Way(ReportForm.TABLE))
    host = f"[{stage.host}]" if ":" in stage.host else stage.host
    address = f"{host}:{stage.port}"
    if history is not None:
        write_history(context, history, {"instance": address})
    today = now().date().isoformat()
    say(
        "",
        "These vendors are simulated, on this machine only. While this runs, look at:",
        f"  http://{address}/          the vendors now, and their last 90 days",
        f"  http://{address}/metrics   what Prometheus scrapes",
        "Or ask its database, in another terminal, in this folder:",
        f"  {without_variables(to_type('status', config=file))}",
        f"  {without_variables(to_type('report', 'larkspur-ai', config=file))}",
        f"  {without_variables(to_type('explain', 'larkspur-ai', today, config=file))}",
        "In Grafana, with 90 days: make demo-grafana, in a checkout",
        f"Ctrl-C ends it{_fate(stage)}. On real pages: {to_type('serve')}",
    )


def _fate(stage: _Stage) -> str:
    return f" and leaves {stage.folder}" if stage.keep else ", and removes its files (--keep)"


async def _serve_for(
    seconds: float | None,
    context: Context,
    listener: socket.socket,
    fetcher: Fetches,
) -> None:
    """Serve until a signal comes, or for so many seconds."""
    serving = asyncio.create_task(serve_until_stopped(context, listener, fetcher=fetcher))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(serving), seconds)
    if not serving.done():
        os.kill(os.getpid(), signal.SIGINT)
    await serving
