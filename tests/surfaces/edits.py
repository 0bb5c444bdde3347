"""What each surface says of days that a vendor changed after they were over: of which level they
were before, and are now; and how many it counts."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from xml.etree import ElementTree as ET

from exporters.explain import document
from monitor.answers import DayQuery, explanation
from surfaces.days import report_json
from surfaces.pages import plain
from surfaces.world import DAYS_SHOWN, UNKNOWN, VENDOR, Word, World, word_of

Key = tuple[str, str]
"""A subject, and a day of it."""
Edits = dict[Key, tuple[Word, Word]]

_COUNT = re.compile(
    r'^vendorstatus_vendor_revised_dates\{vendor="([^"]*)",window="90d"\} (\S+)$', re.MULTILINE
)
_ENTRY = re.compile(r"([\d-]{10}) \(\S+\) was ([a-z ]+),.*It is now ([a-z ]+),", re.DOTALL)
_KNOWN = re.compile(r"<small>([a-z ]+)[^<]*; revision \d+</small>")
_MARK = re.compile(
    r'<h3><a href="[^"]*/day/([\d-]+)[^"]*">[^<]*</a>: revised</h3>\s*'
    r"<p>Was ([a-z ]*[a-z]).*?; since then it is ([a-z ]*[a-z])"
)
_ROW = re.compile(r'<tr><th scope="row"><a href="[^"]*/day/([^"]*)">.*?</tr>', re.DOTALL)


def _subjects(world: World) -> list[str]:
    return [VENDOR, *world.slugs]


def _every(world: World) -> list[Key]:
    """Return every subject with every day shown."""
    days = [f"{each.day}" for each in world.record().days]
    return list(product(_subjects(world), days))


# programs


def api_changes(world: World) -> Edits:
    (found,) = world.get(f"/vendors/{world.slug}/changes?days={DAYS_SHOWN}")
    return {
        (each["component"] or VENDOR, each["date"]): (
            each["before"]["level"],
            each["after"]["level"],
        )
        for each in found["changes"]
    }


def api_evidence(world: World) -> Edits:
    return {key: (was["level"], now["level"]) for key, was, now in _evidence(world)}


def _evidence(world: World) -> Iterator[tuple[Key, dict, dict]]:
    """Yield each day that was changed, its last value before, and its value now."""
    for subject, day in _every(world):
        component = f"?component={subject}" if subject else ""
        (found,) = world.get(f"/vendors/{world.slug}/days/{day}{component}")
        revisions = found["day"]["revisions"]
        if revisions:
            yield (subject, day), revisions[-1], found["day"]


def _just_before(value) -> datetime:
    """Return the last second at which an earlier value was what was known."""
    return datetime.fromisoformat(value["superseded_at"]) - timedelta(seconds=1)


def api_known_at(world: World) -> Edits:
    """Ask for days as they were known just before they were changed."""
    found = {}
    for (subject, day), was, now in _evidence(world):
        query = f"since={day}&until={day}&known_at={_just_before(was):%Y-%m-%dT%H:%M:%SZ}"
        component = f"&component={subject}" if subject else ""
        (then,) = world.get(f"/vendors/{world.slug}/days?{query}{component}")
        found[subject, day] = (then["days"][0]["level"], now["level"])
    return found


def python_known_at(world: World) -> Edits:
    found, api_of = {}, world.python()
    for (subject, day), was, _ in _evidence(world):
        question = (world.slug, subject or None)
        (then,) = api_of.days(*question, since=day, until=day, known_at=_just_before(was))
        (now,) = api_of.days(*question, since=day, until=day)
        found[subject, day] = (then.level, now.level)
    return found


def report_known_at(world: World) -> Edits:
    """Read `monitor report --known-at` just before a day was changed, and the report of now."""
    now = report_json(world)
    return {
        key: (report_json(world, _just_before(was))[key], now[key])
        for key, was, _ in _evidence(world)
    }


def agents(world: World) -> Edits:
    """Read what `explain_day` tells an assistant; its sentence says the value before too."""
    every = _every(world)
    questions = [
        {"vendor": world.slug, "day": day, "component": subject or None} for subject, day in every
    ]
    found = {}
    for key, told in zip(every, world.call("explain_day", *questions), strict=True):
        assert len(told["earlier"]) == told["revisions"]
        if told["earlier"]:
            before = told["earlier"][-1]["level"]
            assert f"before that it was {before.replace('_', ' ')};" in told["sentence"]
            found[key] = tuple(_known(level) for level in (before, told["level"]))
    return found


def _known(word: str) -> Word:
    return UNKNOWN if word == "unknown" else word


# people


def explain_text(world: World) -> Edits:
    """Read `monitor explain` of one day after another."""
    found = {}
    for subject, day in _every(world):
        asked = DayQuery(
            day=date.fromisoformat(day), now=world.now, component=subject or None, known_at=None
        )
        told = document(explanation(world.store, world.page, world.vendor, asked))
        (section,) = (each for each in told.sections if "before the vendor changed" in each.title)
        if section.entries:
            before = section.entries[-1].text.rpartition(": ")[2].partition(",")[0]
            now = told.headline.rpartition(": ")[2]
            found[subject, day] = (word_of(before), word_of(now))
    return found


def day_page(world: World) -> Edits:
    found = {}
    for subject, day in _every(world):
        component = f"?component={subject}" if subject else ""
        (answer,) = world.fetch(f"/v/{world.slug}/day/{day}{component}")
        values = list(map(word_of, _KNOWN.findall(answer.text)))
        if values:
            found[subject, day] = tuple(values[-2:])
    return found


def vendor_page(world: World) -> Edits:
    found = {}
    for subject in _subjects(world):
        (answer,) = world.fetch("/".join(filter(None, ("/v", world.slug, subject))))
        for day, before, after in _MARK.findall(answer.text):
            found[subject, day] = (word_of(before), word_of(after))
    return found


def changes_page(world: World) -> Edits:
    """Read the page of all changes, which lists the days of components."""
    slugs = {each.component.full_name: each.slug for each in world.components}
    since = world.record().window.first
    (answer,) = world.fetch(f"/changes?vendor={world.slug}&since={since}")
    found = {}
    for row in _ROW.finditer(answer.text):
        cells = re.findall(r"<td.*?</td>", row[0], re.DOTALL)
        name = plain(cells[0].rpartition("<br>")[2])
        levels = (word_of(plain(cell.partition("<br>")[0])) for cell in cells[1:3])
        found[slugs[name], row[1].partition("?")[0]] = tuple(levels)
    return found


def atom(world: World) -> Edits:
    return _feed(world, "atom", _atom_texts)


def json_feed(world: World) -> Edits:
    return _feed(world, "json", _json_texts)


def _feed(world: World, form: str, texts) -> Edits:
    found = {}
    for subject in _subjects(world):
        path = "/".join(filter(None, ("/feeds/vendor", world.slug, subject)))
        (answer,) = world.fetch(f"{path}.{form}")
        for text in texts(answer):
            day, before, now = _ENTRY.search(text).groups()
            found[subject, day] = (word_of(before), word_of(now))
    return found


def _atom_texts(answer) -> Iterator[str]:
    for entry in ET.fromstring(answer.content).findall("{*}entry"):
        if "edit" in {each.get("term") for each in entry.findall("{*}category")}:
            yield entry.findtext("{*}content")


def _json_texts(answer) -> Iterator[str]:
    for item in answer.json()["items"]:
        if item["tags"][1] == "edit":
            yield item["content_text"]


# how many


def counted_days(world: World) -> dict[str, int]:
    """Return how many days were changed, of the vendor or of a component, by each that counts; of
    a page of which nothing is known, none."""
    (answer,) = world.fetch("/metrics")
    metric = dict(_COUNT.findall(answer.text)).get(world.slug, 0)
    return {
        "/metrics": int(float(metric)),
        "GET /vendors/{vendor}/changes": len({day for _, day in api_changes(world)}),
    }
