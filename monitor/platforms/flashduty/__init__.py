"""Flashduty (flashcat) status pages: components and what goes on in one answer, past changes in two
more. Pure.

`/api/status-page/<page id>/` holds `summary/active`, `change/list` and `summary/structure`. A
page's numeric id is in the last poll's cursor, in `WELL_KNOWN_IDS`, or else in the page's HTML.
What is easily misread:

- Components have no state: it is what the changes that go on say. A change's `affected_components`
  show how they are now, which after its end is "operational"; what they were is in its `updates`,
  each from `at_seconds` on.
- `summary/structure` makes ready intervals of that for the components there are today, and also for
  those that were divided since; what it lists counts. An `end_at_seconds` of 0 goes on.
- `close_at_seconds` is 0 while a change is open, and may lie ahead for a planned maintenance.
- A component counts from `available_since_seconds` on.

The words of statuses are documented at https://docs.flashcat.cloud; the answers themselves are not.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from monitor.kit.events import Event, is_any_unattributed, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, maybe_text, row, rows
from monitor.kit.protocol import About, PageContext, Response, Steps
from monitor.kit.responses import locate_errors
from monitor.kit.states import current_states
from monitor.lookups import by_key
from monitor.model import PageInfo, pick
from monitor.platforms.flashduty.answers import ask_active, ask_changes, ask_past, data_of
from monitor.platforms.flashduty.changes import (
    VOCABULARY,
    change_id,
    event_of,
    event_of_spans,
    events_of,
    spans_by_change,
    titles_by_change,
    unknown_statuses,
)
from monitor.platforms.flashduty.components import components_of
from monitor.platforms.flashduty.detection import detect, probe

__all__ = ["ABOUT", "VOCABULARY", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="Flashduty",
    verified=date(2026, 8, 21),
    live="/api/status-page/<page id>/summary/active, 1 request",
    reach_days=90,
    reach="90 days of changes, with each component's states and their times.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Some hosts (status.deepseek.com) refuse programs before they can ask anything; such a page"
        " cannot be read."
    ),
)

SOURCE = "flashduty.changes"

LONGEST = timedelta(days=90)
"""What the page itself asks for, and shows."""

NO_COMPONENT = "a change is going on that names no component"


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request, and in a second the end of changes that have
    left the list.

    While something goes on the answer is read even if it is the same: what it means changes by
    itself.
    """
    key, response = yield from ask_active(page, conditional=not page.open_incidents)
    if response.unchanged:
        return
    data = data_of(response)
    with locate_errors(response.url):
        records = rows(data.get("active_changes"), "active_changes")
        events = events_of(records, page.now)
        name = maybe_text(row(data.get("page"), "page").get("name"))
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(external_id=key, name=name, remark=_remark(events)),
            parts=current_states(components_of(data), events, page.now),
            events=events,
            unknown_words=unknown_statuses(records),
            cursor=key,
        )
    missing = unlisted(page, events)
    if missing:
        yield from _follow(key, missing, page)


def _remark(events: Iterable[Event]) -> str | None:
    if is_any_unattributed(events):
        return NO_COMPONENT
    return None


def _follow(key: str, missing: frozenset[str], page: PageContext) -> Steps:
    """Yield the end of changes that do not go on any more; what the list does not have either was
    deleted.
    """
    response = yield from ask_changes(key, page.now - LONGEST, page.now)
    with locate_errors(response.url):
        records = by_key(_changes(response), change_id)
        events = events_of(pick(records, missing).values(), page.now)
        yield evidence(SOURCE, page, events=events, withdrawn=missing - records.keys())


def _changes(response: Response) -> list[Row]:
    return rows(data_of(response).get("items"), "items")


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the changes of up to 90 days, with the intervals that the page makes of them."""
    key, response = yield from ask_active(page)
    first = max(since, page.now - LONGEST)
    changes, structure = yield from ask_past(key, first, page.now)
    with locate_errors(structure.url):
        data = data_of(structure)
        spans, titles = spans_by_change(data), titles_by_change(data)
    with locate_errors(changes.url):
        records = _changes(changes)
        events = []
        for record in records:
            own_spans = spans.pop(change_id(record), None)
            events.append(event_of(record, page.now, own_spans))
        for other, other_spans in spans.items():
            events.append(event_of_spans(other, titles.get(other), other_spans, page.now))
    with locate_errors(response.url):
        components = components_of(data_of(response))
    yield evidence(
        SOURCE,
        page,
        components=components,
        events=events,
        since=first,
        unknown_words=unknown_statuses(records),
        cursor=key,
    )
    yield from gap_before(SOURCE, page, since, first, "the page shows no older changes")
