"""What each surface says of which level the days of a vendor and of its components are."""

from datetime import datetime
from itertools import product

from exporters.explain import account_json, document, explained_json, overview_json
from monitor.answers import DayQuery, SpanQuery, explanation, overview
from monitor.api import ALL
from surfaces.now import report_of
from surfaces.world import DAYS_SHOWN, UNKNOWN, VENDOR, Word, World, word_of

Days = dict[tuple[str, str], Word]


def report_json(world: World, known_at: datetime | None = None) -> Days:
    found = report_of(world, known_at)
    told = {VENDOR: found["days"]} | {each["slug"]: each["days"] for each in found["components"]}
    return {(slug, day["date"]): day["level"] for slug, days in told.items() for day in days}


def api_days(world: World) -> Days:
    slugs = [entry.slug for entry in world.store.known_components(world.page.id)]
    path = f"/vendors/{world.slug}/days?days={DAYS_SHOWN}"
    told = world.get(path, *(f"{path}&component={slug}" for slug in slugs))
    return {
        (each["component"] or VENDOR, day["date"]): day["level"]
        for each in told
        for day in each["days"]
    }


def api_evidence(world: World) -> Days:
    days = [f"{day.day}" for day in world.record().days]
    told = world.get(*(f"/vendors/{world.slug}/days/{day}" for day in days))
    return {(VENDOR, each["day"]["day"]): each["day"]["level"] for each in told}


def python_days(world: World) -> Days:
    api_of = world.python()
    every = [
        *api_of.days(world.slug, days=DAYS_SHOWN),
        *api_of.days(world.slug, ALL, days=DAYS_SHOWN),
    ]
    return {(each.component or VENDOR, each.day.isoformat()): each.level for each in every}


def explain_span(world: World) -> Days:
    """Read `monitor explain` of all days shown, as JSON."""
    found = {}
    for subject in (VENDOR, *_subjects(world)):
        query = SpanQuery(window=world.record().window, now=world.now, component=subject or None)
        seen = overview(world.store, world.page, world.vendor, query)
        told = overview_json(seen, [account_json(each, seen) for each in seen.days])
        found |= {(subject, day["day"]): day["level"] for day in told["days"]}
    return found


def explain_day(world: World) -> Days:
    """Read `monitor explain` of one day after another, as JSON and as people read it."""
    found = {}
    days = world.record().days
    for subject, day in product((VENDOR, *_subjects(world)), days):
        query = DayQuery(day=day.day, now=world.now, component=subject or None, known_at=None)
        seen = explanation(world.store, world.page, world.vendor, query)
        level = explained_json(seen)["level"]
        assert word_of(document(seen).headline.rpartition(": ")[2]) == level
        found[subject, f"{day.day}"] = level
    return found


def agents(world: World) -> Days:
    """Read what `explain_day` tells an assistant: of the vendor's days, and of all parts today."""
    days = [f"{day.day}" for day in world.record().days]
    pairs = [(VENDOR, day) for day in days]
    pairs += ((slug, days[-1]) for slug in _subjects(world))
    questions = [
        {"vendor": world.slug, "day": day, "component": subject or None} for subject, day in pairs
    ]
    told = world.call("explain_day", *questions)
    levels = [UNKNOWN if each["level"] == "unknown" else each["level"] for each in told]
    return dict(zip(pairs, levels, strict=True))


def _subjects(world: World) -> list[str]:
    """Return the components that the report tells of."""
    return [each.slug for each in world.record().components]
