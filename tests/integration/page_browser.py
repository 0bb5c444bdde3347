"""The pages served as they are, and Debian's Chromium that looks at them."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from page_worlds import NOW, PageWorld
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    sync_playwright,
)
from scrape_world import golden_polls, golden_state
from servers import program, served_by_thread

from exporters.badge_routes import badge_routes
from exporters.feeds import feed_routes
from exporters.pages import Site, page_routes
from exporters.pages.routes import PAGES
from exporters.web import application

PACKAGES = Path(__file__).parent / "pages"
PATHS = tuple(kind.path for kind in PAGES)
"""The path of every kind of page there is."""
OVERHANG = """async () => {
    const rows = [...document.querySelectorAll('.rows tbody tr')].slice(0, 9);
    rows[0]?.scrollIntoView();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const parts = [document.documentElement, ...rows];
    const right = each => Math.round(each.getBoundingClientRect().right);
    const over = row => [...row.querySelectorAll('*')].map(each => right(each) - right(row));
    return Math.max(
        ...parts.map(each => each.scrollWidth - each.clientWidth), ...rows.flatMap(over));
}"""
"""Rows of a long table are laid out only where they are seen, and hold no overflow of their own."""


@dataclass(frozen=True, slots=True)
class Served:
    """The pages of a world at an address."""

    world: PageWorld
    base: str

    def address(self, path: str) -> str:
        """Return the address of a page of a kind. Raises KeyError, naming the part of the path that
        nothing in the world stands for.
        """
        place = re.sub(r"{(.+?)}", lambda part: self.world.names[part[1]], path)
        question = self.world.questions.get(path)
        return f"{self.base}{place}" + (f"?{question}" if question else "")


@contextmanager
def served(world: PageWorld) -> Iterator[Served]:
    """Serve the pages of a world from a thread, at the world's instant."""
    watched = world.watched()
    routes = [
        *page_routes(Site(watched=watched, version="1.2.3")),
        *badge_routes(watched),
        *feed_routes(watched),
    ]
    app = application(
        golden_state(), golden_polls(), readiness=list, clock=lambda: NOW, routes=routes
    )
    with served_by_thread(app) as target:
        yield Served(world, f"http://{target}")


def install_judges(folder: Path) -> None:
    """Install the npm packages into an empty folder, as they are locked; skip the test where npm
    cannot.
    """
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, folder)
    command = [program("npm"), "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install what judges pages: {done.stdout}{done.stderr[-500:]}")


def markup_errors(folder: Path, vnu: Path) -> list[str]:
    """Return what the Nu validator finds wrong in the files of a folder; skip the test without
    Java.
    """
    # Its own stack is too small for the schema of HTML on some machines.
    java = [program("java"), "-Xss8m", "-XX:TieredStopAtLevel=1", "-jar", str(vnu)]
    options = ["--also-check-css", "--errors-only", "--format", "json", "--stdout"]
    command = [*java, *options, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("{"), done.stderr
    return [_place(message) for message in json.loads(done.stdout)["messages"]]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium. No asyncio loop may run in this thread meanwhile."""
    path = program("chromium")
    with sync_playwright() as driver:
        # Without a sandbox, because root has none; the pages are ours and ask nobody.
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@dataclass
class Tab:
    """A tab of a browser that may only ask one server, and writes down what goes wrong."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for event, hear in self._hearing():
            self.page.on(event, hear)

    def close(self) -> None:
        """Leave the page to the next who looks."""
        for event, hear in self._hearing():
            self.page.remove_listener(event, hear)

    def _hearing(self) -> tuple[tuple[Any, Any], ...]:
        return (
            ("console", self._note),
            ("pageerror", self._fail),
            ("dialog", self._dismiss),
            ("request", self._ask),
        )

    def open(self, address: str, status: int = 200) -> None:
        """Go to a page, which must answer with this status."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == status, address

    @property
    def overhang(self) -> int:
        """Return by how many pixels the page is wider than the window, or one of its first rows is
        wider than itself: what hangs out of a row of a long table is cut off.
        """
        return self.page.evaluate(OVERHANG)

    def violations(self, axe: str, rules: tuple[str, ...] = ()) -> list[str]:
        """Return what axe finds, by all of its rules or by these."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe)
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": rules}
        answer = self.page.evaluate("options => axe.run(document, options)", options)
        return [_words(violation) for violation in answer["violations"]]

    def roles(self) -> Counter[str]:
        """Return how many elements of each role a screen reader is told of."""
        session = self.page.context.new_cdp_session(self.page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        return Counter(node["role"]["value"] for node in nodes if not node["ignored"])

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _fail(self, error: Error) -> None:
        self.faults.append(f"error: {error}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _ask(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base}/", "data:")):
            self.faults.append(f"request: {request.url}")


@contextmanager
def tab(browser: Browser, site: Served, **options: Any) -> Iterator[Tab]:
    """Look at a site from a tab."""
    context = _context(browser, options)
    page = context.pages[0] if context.pages else context.new_page()
    page.set_viewport_size(options.get("viewport", {"width": 1280, "height": 800}))
    page.emulate_media(color_scheme=options.get("color_scheme", "light"))
    looking = Tab(page, site.base)
    yield looking
    looking.close()


def _context(browser: Browser, options: dict[str, Any]) -> BrowserContext:
    """Return the context of those with scripts, or of those without: to make one takes as long as
    to look at a page.
    """
    scripts = options.get("java_script_enabled", True)
    while len(browser.contexts) < 2:
        browser.new_context(java_script_enabled=not browser.contexts)
    return browser.contexts[0 if scripts else 1]


def _place(message: dict[str, Any]) -> str:
    file = message["url"].rpartition("/")[2]
    return f"{file}:{message.get('lastLine')}: {message['message']} {message.get('extract', '')}"


def _words(violation: dict[str, Any]) -> str:
    places = [node["html"][:120] for node in violation["nodes"][:3]]
    return f"{violation['id']} ({len(violation['nodes'])}): {violation['help']}: {places}"
