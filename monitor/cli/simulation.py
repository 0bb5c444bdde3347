"""`monitor demo`: simulated vendors on loopback, with 90 days of history."""

import asyncio
import contextlib
import os
import signal
import socket
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor import answers
from monitor.cli.export_openmetrics import write_history
from monitor.cli.options import Format
from monitor.cli.reading import first_instant
from monitor.cli.reporting import Question, write
from monitor.cli.serving import listen, serve_until_stopped
from monitor.config import VendorConfig
from monitor.fetch import Fetcher, Fetches, user_agent
from monitor.running import run
from monitor.runtime import Context, collecting, ephemeral, now, open_store
from monitor.terminal import say

commands = typer.Typer()


@commands.command(short_help="Watch simulated vendors, offline.")
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
    with listen("127.0.0.1", port) as listener:
        run(_simulate(listener, port, seconds, history))


async def _simulate(
    listener: socket.socket, port: int, seconds: float | None, history: Path | None
) -> None:
    from monitor.demo import demo_truths
    from monitor.demo.server import Simulator

    simulator = Simulator(demo_truths(now()), clock=now)
    await simulator.start()
    folder = tempfile.mkdtemp(prefix="vendorstatus-demo-")
    try:
        vendors = [
            VendorConfig(
                slug=vendor.slug,
                name=vendor.name,
                url=vendor.url,
                allow_private=True,
                interval_seconds=60,
            )
            for vendor in simulator.vendors
        ]
        database = f"sqlite:///{folder}/demo.db"
        settings = replace(ephemeral(*vendors, database=database), port=port)
        async with Fetcher(
            user_agent=user_agent(None), spacing_seconds=0.0, per_host=8, per_provider=16
        ) as fetcher:
            with open_store(settings) as context:
                await _read_history(context, fetcher)
                _show(context, folder, history)
                await _serve_for(seconds, context, listener, fetcher)
    finally:
        await simulator.stop()


async def _read_history(context: Context, fetcher: Fetches) -> None:
    async with collecting(context, fetcher) as collector:
        for page in context.pages(None):
            await collector.poll(page)
        for page in context.pages(None):
            await collector.backfill(page, first_instant(page, None, 90, now()))


def _show(context: Context, folder: str, history: Path | None) -> None:
    """Print the report, write the history into a file where one is named, and say what to look
    at.
    """
    query = answers.ReportQuery(now=now())
    write(context, [Question(page, query) for page in context.pages(None)], query, Format.TABLE)
    address = f"{context.settings.host}:{context.settings.port}"
    if history is not None:
        write_history(context, history, {"instance": address})
    say(
        "",
        "These vendors are simulated, on this machine only. While this runs, look at:",
        f"  http://{address}/          the vendors now",
        f"  http://{address}/metrics   what Prometheus scrapes",
        f"  the database                     {folder}/demo.db",
        "In Grafana, with 90 days: make demo-grafana, in a checkout",
        "Ctrl-C ends it. On real pages: make run",
    )


async def _serve_for(
    seconds: float | None, context: Context, listener: socket.socket, fetcher: Fetches
) -> None:
    """Serve until a signal comes, or for so many seconds."""
    serving = asyncio.create_task(serve_until_stopped(context, listener, fetcher=fetcher))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(serving), seconds)
    if not serving.done():
        os.kill(os.getpid(), signal.SIGINT)
    await serving
