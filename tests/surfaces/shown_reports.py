"""What reports for people, on a terminal and as a page, say of now and of days."""

import io
import re
from collections.abc import Mapping
from datetime import datetime

from rich.console import Console

from exporters.report import terminal_parts
from exporters.report.html_form import html_lines
from surfaces.days import Days
from surfaces.now import Now
from surfaces.pages import plain
from surfaces.world import VENDOR, World, word_of

_STRIP = re.compile(r'<div class="strip[^"]*".*?</div>', re.DOTALL)
_LINKED = re.compile(r'(<a class="strip[^"]*" href="([^"#]*)#days".*?</a>)', re.DOTALL)
_CELL = re.compile(r'title="([^:"]*): ([a-z ]*[a-z])')
_NAMES = re.compile(r'<tr class="names"><th scope="row">.*?<small[^>]*>(.*?)</small>', re.DOTALL)
_LEGEND = re.compile(r"(\S) ([a-z ]*[a-z])")
_COMPONENT = re.compile(r": now \S ([a-z ]+); .*\n  (\S+)")


def html_now(world: World) -> Now:
    levels = [word_of(plain(text)) for text in _NAMES.findall(_html(world))]
    return dict(zip(_slugs(world), levels, strict=True))


def html_days(world: World) -> Days:
    strips = _STRIP.findall(_html(world))
    return _days_of(dict(zip((VENDOR, *_slugs(world)), strips, strict=True)))


def _html(world: World) -> str:
    return "\n".join(html_lines([world.record()], world.query()))


def _slugs(world: World) -> list[str]:
    """Return the components in the report's order."""
    return [each.slug for each in world.record().components]


def page_days(world: World) -> Days:
    """Read the strips of the vendor's page, those of components by their addresses; a page that
    was never read has none."""
    (answer,) = world.fetch(f"/v/{world.slug}")
    linked = _LINKED.findall(answer.text)
    every = {address.rpartition("/")[2]: strip for strip, address in linked}
    whole = dict(zip([VENDOR], _STRIP.findall(answer.text), strict=False))
    shown = {f"{each.day}" for each in world.record().days}
    return {key: word for key, word in _days_of(whole | every).items() if key[1] in shown}


def _days_of(strips: Mapping[str, str]) -> Days:
    """Return the levels that strips say by the titles of their cells."""
    found = {}
    for subject, strip in strips.items():
        for title, level in _CELL.findall(strip):
            day = datetime.strptime(title, "%a %d %b %Y").date()
            found[subject, f"{day}"] = word_of(level)
    return found


def terminal_now(world: World) -> Now:
    levels = [word_of(level) for level, _ in _terminal(world)]
    return dict(zip(_slugs(world), levels, strict=True))


def terminal_days(world: World) -> Days:
    """Read the row of glyphs below each component, by the legend."""
    found, days = {}, [f"{each.day}" for each in world.record().days]
    glyphs = dict(_LEGEND.findall(_terminal_text(world).rstrip().rpartition("\n\n")[2]))
    for slug, (_, row) in zip(_slugs(world), _terminal(world), strict=True):
        for day, glyph in zip(days, row, strict=True):
            found[slug, day] = word_of(glyphs[glyph])
    return found


def _terminal(world: World) -> list[tuple[str, str]]:
    """Return each component's level now and its row of days."""
    return _COMPONENT.findall(_terminal_text(world))


def _terminal_text(world: World) -> str:
    console = Console(file=io.StringIO(), width=200)
    for part in terminal_parts([world.record()], width=200):
        console.print(part)
    return console.file.getvalue()
