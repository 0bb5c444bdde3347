"""What each surface says of how a vendor and its components are now, for programs and for people."""

import csv
import json
import re
from datetime import datetime
from html.parser import HTMLParser

from exporters.report import csv_lines, json_lines, markdown_lines
from exporters.status import as_json, nagios_lines, text_lines
from monitor.answers import Status, Target, Thresholds, status
from monitor.component_patterns import named_ids
from monitor.model import Level
from surfaces.world import STACK, UNKNOWN, VENDOR, Word, World, word_of

Now = dict[str, Word]

_METRIC = re.compile(
    r'^vendorstatus_(?:vendor|component)_level\{vendor="([^"]*)"(?:,component="([^"]*)")?\} (\S+)$',
    re.MULTILINE,
)
_RELIABLE = re.compile(
    r'^vendorstatus_(up|last_success_timestamp_seconds)\{vendor="([^"]*)"\} (\S+)$',
    re.MULTILINE,
)


# the API


def api_standing(world: World) -> Now:
    (found,) = world.get(f"/vendors/{world.slug}/standing")
    return {VENDOR: found["current_level"], **found["levels"]}


def api_check(world: World) -> Now:
    found, every = world.get(f"/vendors/{world.slug}/standing", "/vendors")
    check, listed = found["check"], _own(every["vendors"], world)["check"]
    assert check == listed
    assert (check["level"] is None) is (check["outcome"] == "unknown")
    return {VENDOR: check["level"]}


def api_list(world: World) -> Now:
    (found,) = world.get("/vendors")
    return {VENDOR: _own(found["vendors"], world)["current_level"]}


def _own(vendors, world: World):
    return next(each for each in vendors if each["vendor"] == world.slug)


def api_record(world: World) -> Now:
    address = f"/vendors/{world.slug}"
    record, parts, compared = world.get(
        f"{address}?days=4", f"{address}/components?days=4", f"/compare?vendor={world.slug}"
    )
    assert compared["vendors"][0]["current_level"] == record["current_level"]
    return {VENDOR: record["current_level"], **_levels(parts["components"])}


def _levels(components) -> Now:
    return {each["slug"]: each["current_level"] for each in components}


def python_standing(world: World) -> Now:
    found = world.python().standing(world.slug)
    return {VENDOR: found.level, **found.levels}


# the report


def report_json(world: World) -> Now:
    found = report_of(world)
    return {VENDOR: found["current_level"], **_levels(found["components"])}


def report_of(world: World, known_at: datetime | None = None):
    """Return the vendor's part of `monitor report --format json`, with `--known-at` where it is
    given."""
    record, query = world.record(known_at), world.query(known_at)
    text = "\n".join(json_lines([record], query, [record.window.last]))
    return json.loads(text)["vendors"][0]


def report_csv(world: World) -> Now:
    rows = csv.DictReader(csv_lines([world.record()]))
    return {row["component"]: row["current_level"] or UNKNOWN for row in rows}


def report_markdown(world: World) -> Now:
    """Return the second column of the table, whose rows begin with a component's name."""
    record, found = world.record(), {}
    slugs = {each.component.full_name: each.slug for each in record.components}
    for line in markdown_lines([record]):
        cells = [cell.strip() for cell in line.split("|")]
        name = cells[1].partition(" (")[0] if len(cells) > 2 else ""
        if name in slugs:
            found[slugs[name]] = word_of(cells[2])
    return found


# monitor status


def status_json(world: World) -> Now:
    return _of_statuses(world, lambda each: as_json([each], Thresholds(), world.now), _json_level)


def _json_level(told) -> Word:
    (target,) = told["targets"]
    is_known = target["level"] is not None
    assert (target["status"] == told["status"] == "unknown") is not is_known
    return target["level"]


def status_table(world: World) -> Now:
    return _of_statuses(world, lambda each: list(text_lines([each], Thresholds())), _table_level)


def _table_level(lines: list[str]) -> Word:
    """Read `OK        acme/api  operational; read 3 min ago`, and the summary below it."""
    line, summary = lines
    outcome, _, sentence = re.split(r"  +", line, maxsplit=2)
    word = word_of(re.split(r"[;,]", sentence)[0])
    assert summary.startswith(f"{outcome}: ")
    assert (outcome == "OK") is (word == "operational")
    return word


def status_nagios(world: World) -> Now:
    return _of_statuses(world, lambda each: list(nagios_lines([each], Thresholds())), _nagios_level)


def _nagios_level(lines: list[str]) -> Word:
    """Read the performance data, which a plugin's user graphs, and see that the words agree."""
    first, second = lines
    value = re.search(r"\| '[^']*'=(\w+);", first)[1]
    word = UNKNOWN if value == "U" else Level(int(value)).word
    assert word_of(re.split(r"[;,]", second.partition(": ")[2])[0]) == word
    assert first.startswith("VENDORSTATUS OK") is (word == "operational")
    return word


def _of_statuses(world: World, write, level) -> Now:
    """Ask about the vendor, and about each component whose slug names no other one too."""
    found = {VENDOR: level(write(_status(world, Target(world.slug))))}
    for slug in world.slugs:
        if len(named_ids(world.components, [slug])) == 1:
            found[slug] = level(write(_status(world, Target(world.slug, slug))))
    return found


def _status(world: World, target: Target) -> Status:
    return status(world.store, world.page, world.vendor, target, world.now)


# over HTTP


def metrics(world: World) -> Now:
    """Return what /metrics says as it is to be read: levels are those of the last success, and say
    something of now while the page is up and that is at most three intervals ago."""
    (answer,) = world.fetch("/metrics")
    found: Now = {VENDOR: UNKNOWN, **dict.fromkeys(world.slugs, UNKNOWN)}
    reliable = {
        name: float(value)
        for name, slug, value in _RELIABLE.findall(answer.text)
        if slug == world.slug
    }
    age = world.now.timestamp() - reliable.get("last_success_timestamp_seconds", 0)
    if not reliable.get("up") or age > 3 * world.vendor.interval_seconds:
        return found
    for slug, component, value in _METRIC.findall(answer.text):
        if slug == world.slug:
            found[component or VENDOR] = Level(int(float(value))).word
    return found


class _Cells(HTMLParser):
    """The texts of a page's tables, cell by cell, without their heads."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag):
        if tag == "thead":
            self.rows.pop()


def landing_page(world: World) -> Now:
    """Return what the first page shows a person: the level in the row of the vendor's name, which
    is that of the list of trouble too."""
    (answer,) = world.fetch("/")
    cells = _Cells()
    cells.feed(answer.text)
    name, found = world.record().name, []
    for row in cells.rows:
        head, _, last_read = row[0].partition(", last read")
        if name in map(str.strip, row[1:]):
            found.append(row[0].strip())
        elif head.startswith(name):
            assert not last_read or head.endswith("unknown")
            found.append(head.removeprefix(name).strip())
    assert len(set(found)) == 1
    assert len(found) == (1 if found[0] == "operational" else 2)
    return {VENDOR: word_of(found[0])}


def badge_svg(world: World) -> Now:
    (answer,) = world.fetch(f"/badge/{world.slug}.svg")
    title = re.search(r"<title>(.*): (.*)</title>", answer.text)[2]
    is_green = "#1a7f37" in answer.text
    assert is_green is (title == "operational")
    return {VENDOR: word_of(title)}


def badge_json(world: World) -> Now:
    (answer,) = world.fetch(f"/badge/{world.slug}.json")
    found = answer.json()
    assert found["isError"] is (found["message"] == "unknown")
    return {VENDOR: word_of(found["message"])}


# for assistants


def agents(world: World) -> Now:
    questions = [{"vendor": world.slug, "component": slug} for slug in world.slugs]
    found = world.call("vendor_status", {"vendor": world.slug}, *questions, {})
    every = _own(found.pop()["vendors"], world)
    levels = {}
    for each in found:
        (own,) = each["vendors"]
        levels[own["component"] or VENDOR] = _known(own["level"])
        assert f": {own['level'].replace('_', ' ')}" in each["sentence"]
    assert _known(every["level"]) == levels[VENDOR]
    for part in every["components"] or ():
        levels.setdefault(part["component"], _known(part["level"]))
    return levels


def agents_stack(world: World) -> Now:
    """Return the stack that is the vendor alone."""
    (one,), (every,) = (each["stacks"] for each in world.call("stack_status", {"stack": STACK}, {}))
    (target,) = one["targets"]
    assert one["level"] == every["level"] == target["level"]
    return {VENDOR: _known(one["level"])}


def _known(word: str) -> Word:
    return UNKNOWN if word == "unknown" else word
