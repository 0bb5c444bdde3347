"""Better Stack (formerly Better Uptime) status pages: one answer, `/index.json`, holds the state
and 90 days. Pure.

The format:
https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api;
the rest was measured on captured pages. What is easily misread:

- One monitor may be shown as several resources, so `resource_id` is no key; the resource's own id
  is.
- `not_monitored` is no state: such a day, or such a resource, is unknown.
- The page's zone carries a Rails name.

What days and reports mean, and how they fit together: see `days`, `reports` and `sums`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from monitor.errors import UnexpectedShape
from monitor.intervals import ONE_DAY, day_of
from monitor.kit.events import ComponentState, unlisted
from monitor.kit.evidence import evidence, one_remark
from monitor.kit.fields import identifier, verbatim
from monitor.kit.protocol import About, PageContext, Response, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.kit.states import levels_of
from monitor.model import Component, Evidence, Gap, Level, PageInfo, ReportedUptime, worst_level
from monitor.platforms.betterstack.days import Days, days_since, first_monitored, read_days
from monitor.platforms.betterstack.detection import detect
from monitor.platforms.betterstack.document import Document, read_document, seconds
from monitor.platforms.betterstack.reports import read_report
from monitor.platforms.betterstack.sums import SOURCE, bars, coverage, impacts
from monitor.platforms.betterstack.words import (
    DAY_LEVELS,
    LEVELS,
    NOT_MONITORED,
    WORDS,
    unknown_words,
)

__all__ = ["ABOUT", "COMMON_PATHS", "HOSTS", "LEVELS", "backfill", "detect", "poll"]

ABOUT = About(
    title="Better Stack",
    verified=date(2026, 9, 19),
    live="/index.json, 1 request",
    reach_days=90,
    reach="90 days of each component, in seconds a day of the page's own zone.",
    granularity="component",
    precision="seconds",
    caveat=(
        "On a day marked down the page counts degraded seconds as downtime; older days are not"
        " explained by reports, which reach back about ten weeks."
    ),
)

INDEX = "/index.json"
COMMON_PATHS = (INDEX,)
HOSTS = (".betteruptime.com",)

RECENT_DAYS = 3
"""Days of history kept with a poll. Of 232 days read two months apart only the one in progress had
changed."""

UPTIME_DAYS = 90
"""Window of the availability the page prints."""


def poll(page: PageContext) -> Steps:
    """Read the current state, the reports and the last days' sums: all in one request, conditional.

    Raises NotJson when the page answers HTML in place of its data: some pages have it switched off.
    """
    response = yield from get(INDEX, conditional=True)
    if not response.unchanged:
        yield _read(response, page, None)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Read the days since `since`, at most the 90 the page keeps, with the same request as
    `poll`.
    """
    response = yield from get(INDEX)
    yield _read(response, page, since)


def _read(response: Response, page: PageContext, since: datetime | None) -> Evidence:
    answer = read_json(response)
    with locate_errors(response.url):
        return _evidence(read_document(answer), page, since)


def _evidence(document: Document, page: PageContext, since: datetime | None) -> Evidence:
    """Return all of the answer; days only since `since`, None = the last few, which alone still
    change.
    """
    zone = document.zone(page.zone)
    events = [read_report(key, document, page.now) for key in document.reports]
    days = read_days(document.resources, zone, page.now)
    first = day_of(since or page.now - (RECENT_DAYS - 1) * ONE_DAY, zone or UTC)
    recent = days_since(first, days)
    states = list(_states(document, days))
    piece = evidence(
        SOURCE,
        page,
        info=_page_info(document, states, recent),
        parts=states,
        events=events,
        withdrawn=unlisted(page, events),
        unknown_words=_unknown_words(document, days),
    )
    return replace(
        piece,
        impacts=tuple(dict.fromkeys(impacts(recent, days, piece.impacts, page.now))),
        bars=tuple(bars(recent)),
        coverage=tuple(coverage(recent)),
        reported=tuple(_reported_uptime(document)),
        gaps=() if since is None or zone else (_zone_gap(document),),
        unknown_words=tuple(sorted(set(piece.unknown_words) - {NOT_MONITORED})),
    )


def _states(document: Document, days: Days) -> Iterator[ComponentState]:
    for position, (key, resource) in enumerate(document.resources.items()):
        where = f"status_page_resource {key}"
        section = None
        if resource.get("status_page_section_id") is not None:
            section = document.sections.get(identifier(resource["status_page_section_id"], where))
        component = Component(
            id=key,
            name=verbatim(resource.get("public_name"), f"{where}.public_name"),
            group=verbatim(section.get("name"), "status_page_section.name") if section else None,
            position=position,
            start_date=first_monitored(days.get(key, ())),
            has_bars=bool(resource.get("status_history")),
        )
        word = verbatim(resource.get("status"), f"{where}.status")
        yield ComponentState(component=component, level=LEVELS.get(word), word=word)


def _reported_uptime(document: Document) -> Iterator[ReportedUptime]:
    for key, resource in document.resources.items():
        if resource.get("availability") is None:
            continue
        where = f"status_page_resource {key}.availability"
        ratio = seconds(resource["availability"], where)
        if ratio > 1:
            shape_error(where, "a share of 1", ratio)
        yield ReportedUptime(component_id=key, window_days=UPTIME_DAYS, ratio=ratio)


def _unknown_words(document: Document, days: Days) -> set[str]:
    """Return the words of the page and of its days that mean nothing to us."""
    words = unknown_words([document.attributes["aggregate_state"]])
    words |= unknown_words(_words_of_days(days), DAY_LEVELS)
    zone = document.attributes.get("timezone")
    if document.own_zone is None and isinstance(zone, str) and zone:
        words.add(zone)
    return words


def _words_of_days(days: Days) -> Iterator[str]:
    for own_days in days.values():
        for day in own_days:
            yield day.word


def _page_info(document: Document, states: Iterable[ComponentState], recent: Days) -> PageInfo:
    name = document.attributes.get("company_name")
    word = verbatim(document.attributes.get("aggregate_state"), "data.attributes.aggregate_state")
    return PageInfo(
        external_id=document.page_id,
        name=name if isinstance(name, str) and name else None,
        zone=document.own_zone,
        indicator=word,
        remark=one_remark((_disagreement(word, states), _contradictions(recent))),
    )


def _disagreement(word: str, states: Iterable[ComponentState]) -> str | None:
    """Say how the page's own state contradicts its resources: one of them is well and the other is
    not.
    """
    level = LEVELS.get(word)
    levels = levels_of(states)
    worst = worst_level(levels)
    if level is None or worst is None or None in levels:
        return None
    if (level is Level.OPERATIONAL) == (worst is Level.OPERATIONAL):
        return None
    return f"the page says {word}, its worst resource {WORDS[worst]}"


def _contradictions(recent: Days) -> str | None:
    """Say how many days have seconds that their marks deny."""
    count = 0
    for days in recent.values():
        count += sum(day.is_contradictory for day in days)
    return (
        f"days with seconds of downtime under a mark that denies them: {count}" if count else None
    )


def _zone_gap(document: Document) -> Gap:
    zone = document.attributes.get("timezone")
    why = "it names no time zone"
    if zone:
        why = f"the page cuts its days in {zone!r}, which is no time zone we know"
    message = f"{why}; set `zone:` of this vendor"
    return Gap(what="the days of the history", reason=UnexpectedShape.reason, message=message)
