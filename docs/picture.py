"""Draw docs/report.svg, the README's picture: the report of two simulated vendors, as a terminal shows it.

Nothing leaves the machine. `make picture`
"""

import asyncio
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from exporters.report import terminal_parts
from monitor import answers
from monitor.applied_settings import spec
from monitor.cli.reading import first_instant
from monitor.collect import Collector
from monitor.config import VendorConfig
from monitor.demo import demo_truths
from monitor.demo.server import Simulator
from monitor.fetch import Fetcher
from monitor.store import Store

WIDTH = 108
SHOWN = ("halcyon-pay", "larkspur-ai")
_COLOURS = [
    (139, 148, 158), (255, 90, 95), (63, 185, 80), (240, 200, 60), (88, 166, 255), (188, 140, 255), (57, 197, 207),
    (230, 237, 243),
]  # fmt: skip
THEME = TerminalTheme((13, 17, 23), (230, 237, 243), _COLOURS, _COLOURS)
# Rich's own frame would fetch a font from the network; any monospaced font on the reader's machine does.
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="monitor report of two simulated vendors">
<style>
text {{ font: 20px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre }}
{styles}
</style>
<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>
<g transform="translate(16 24)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


async def records(store: Store) -> list[answers.Record]:
    """Serve the demo's vendors on loopback, read them, and return the records of those shown."""
    simulator = Simulator([truth for truth in demo_truths(now()) if truth.slug in SHOWN], now)
    await simulator.start()
    try:
        vendors = {
            each.slug: VendorConfig(
                slug=each.slug, name=each.name, url=each.url, allow_private=True
            )
            for each in simulator.vendors
        }
        store.sync_pages([spec(vendor) for vendor in vendors.values()], now=now())
        async with Fetcher(user_agent="vendorstatus", spacing_seconds=0.0) as fetcher:
            collector = Collector(store, fetcher, vendors, clock=now)
            for page in store.pages():
                await collector.poll(page)
            await collector.flush()
            for page in store.pages():
                await collector.backfill(page, first_instant(page, None, 90, now()))
            await collector.close()
    finally:
        await simulator.stop()
    query = answers.ReportQuery(now=now())
    return [answers.record(store, page, vendors[page.slug], query) for page in store.pages()]


def main() -> None:
    """Draw the picture beside this file."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{folder}/picture.db") as store,
    ):
        shown = asyncio.run(records(store))
    console = Console(
        record=True, width=WIDTH, force_terminal=True, color_system="truecolor", file=io.StringIO()
    )
    for part in terminal_parts(shown, width=WIDTH):
        console.print(part, highlight=False)
    svg = console.export_svg(title="monitor report", theme=THEME, code_format=FRAME)
    (Path(__file__).parent / "report.svg").write_text(svg)


if __name__ == "__main__":
    main()
