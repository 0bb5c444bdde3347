"""Simulated vendors under the names that our documents use, watched by settings in a folder."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from document_blocks import Block

from monitor.demo import random_truth
from tests.pages_at_hand import Command
from tests.processes import now, served

DATABASE = "status.db"
SETTINGS = "monitor.yaml"
SHOWN_DAY = date(2026, 5, 22)
"""The day that documents ask about; here it stands for the latest day with an outage."""
Parts = tuple[tuple[str | None, str], ...]
PARTS: dict[str, tuple[str, Parts]] = {
    "anthropic": ("Claude", ((None, "claude.ai"), (None, "API"))),
    "aws": ("AWS", (("EU", "VMs"), ("US", "VMs"))),
    "acme": ("Acme", ((None, "Shop"),)),
}


@dataclass(slots=True)
class World:
    """A folder with settings and a database, in which commands are typed."""

    folder: Path
    page: str
    bad_day: date | None = None
    lines: list[str] = field(default_factory=list)

    def words(self, words: list[str], line: str) -> list[str]:
        """Return what to type in this world for the words of a document's line. Its `DIR` is
        another folder than that of the line before."""
        if line not in self.lines:
            self.lines.append(line)
        return [self._word(word) for word in words]

    def _word(self, word: str) -> str:
        stand_ins = {
            "VENDOR": "acme",
            "URL": self.page,
            "DIR": f"folder-{len(self.lines)}",
            "FOLDER": f"folder-{len(self.lines)}",
            "status.example.com": self.page,
        }
        shifted = re.sub(r"\d{4}-\d\d-\d\d", self._shifted, word)
        return stand_ins.get(word, shifted.replace("/backup/", f"{self.folder}/backup-"))

    def _shifted(self, day: re.Match[str]) -> str:
        assert self.bad_day is not None
        return str(date.fromisoformat(day[0]) + (self.bad_day - SHOWN_DAY))


@contextmanager
def served_world(folder: Path) -> Iterator[World]:
    """Serve the vendors to a folder whose settings watch them; nothing of them is read yet."""
    truths = [
        random_truth(
            seed, now=now(), slug=slug, name=name, parts=parts, zone="Etc/UTC", incidents=12,
            live=False,
        )
        for seed, (slug, (name, parts)) in enumerate(PARTS.items(), 7)
    ]  # fmt: skip
    with served(*truths) as simulator:
        lines = [
            f"  - {{slug: {each.slug}, name: {each.name}, url: '{each.url}', allow_private: true}}"
            for each in simulator.vendors
        ]
        settings = "\n".join(["contact: ops@example.com", f"database: {DATABASE}", "vendors:"])
        (folder / SETTINGS).write_text("\n".join([settings, *lines, ""]))
        yield World(folder, simulator.vendors[0].url)


def read(world: World, monitor: Command) -> None:
    """Read the vendors once with their history, in the working directory."""
    for words in (["poll"], ["backfill", "--days", "90"]):
        code, out, err = monitor(*words)
        assert code == 0, out + err
    code, out, err = monitor("explain", "anthropic", "--format", "json")
    assert code == 0, err
    days = json.loads(out)["days"]
    bad_day = max(each["day"] for each in days if (each["level"] or "").endswith("_outage"))
    world.bad_day = date.fromisoformat(bad_day)


def copied(world: World, folder: Path) -> World:
    """Return the same world in another folder, which commands may change."""
    for name in (SETTINGS, DATABASE):
        shutil.copy(world.folder / name, folder / name)
    return World(folder, world.page, world.bad_day)


def shape(line: str) -> str:
    """Return a line with what differs from run to run taken away: numbers, days, spaces."""
    return re.sub(r"\s+", " ", re.sub(r"\d[\d.,:]*", "0", line)).strip()


def shown_and_said(block: Block, line: str, said: str) -> tuple[list[str], list[str]]:
    """Return the shapes of the lines that a `console` block shows after a typed line, and of those
    among the lines said that are the same; equal lists say that all were said, in this order."""
    if block.language != "console":
        return [], []
    after = block.text.replace("\\\n", " ").partition(f"$ {line}\n")[2].partition("\n$ ")[0]
    shown = [shape(each) for each in after.splitlines() if each not in {"", "..."}]
    rest, found = iter(said.splitlines()), []
    for wanted in shown:
        found += [each for each in _until(wanted, rest) if each == wanted]
    return shown, found


def _until(wanted: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield shape(line)
        if shape(line) == wanted:
            return
