"""Cachet status pages, which people run themselves: components, incidents and schedules, each a
list in pages. Pure.

Version 2 answers at `/api/v1/...` with plain rows, version 3 at `/api/...` with JSON:API: the same
fields under `attributes`, times and states as `{"human", "string" or "value"}`, components and
updates under `included`. Both are read here; which one a page has is asked once and remembered.
What is easily misread:

- Times have no zone: they are the server's. They are taken in the page's configured zone, else as
  UTC.
- An incident's `status` in version 2 is its first state; `latest_status` is the present one.
- Incidents have no severity; what names a component is inferred to be minor. Only version 3
  declares a state for each component of an incident, in a `pivot`; a component is included once, so
  of several incidents it is one's, nobody knows whose. In version 3 a component's own `status`
  stays as it is while an incident declares another.
- Version 2 lists its oldest incidents first, and writes the present time as `completed_at` of what
  is not complete. A schedule's state does not move by itself: its time does.
- In a schedule of version 2, `components[].id` is the row's; the component's is `component_id`.

The shapes are those of captured pages of version 2 and of the programs' source
(github.com/cachethq).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from monitor.intervals import zone_named
from monitor.kit.events import (
    ComponentState,
    Event,
    ImpactSpan,
    is_any_unattributed,
    recent_or_open,
    unlisted,
)
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.protocol import About, PageContext, Steps, StepsTo
from monitor.kit.responses import locate_errors
from monitor.kit.states import components_of
from monitor.model import Component, PageInfo, Phase, by_id
from monitor.platforms.cachet.components import VOCABULARY, has_groups, read_groups, read_states
from monitor.platforms.cachet.detection import detect
from monitor.platforms.cachet.entries import entries_of
from monitor.platforms.cachet.events import read_incident, read_schedule
from monitor.platforms.cachet.lists import (
    ABSENT,
    V2,
    V3,
    all_pages,
    get_components,
    get_events,
    has_more_pages,
    newest_pages,
)

__all__ = ["ABOUT", "COMMON_PATHS", "V2", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="Cachet",
    verified=date(2026, 9, 12),
    live="/api/v1/components, incidents and schedules (/api/... in version 3), 3 to 5 requests",
    reach_days=None,
    reach="All incidents and schedules the page has, as far back as its oldest component.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Incidents say no severity and often no component, and a component's state may change"
        " without one; times have no zone, so set `zone` to the server's. Version 3 was not seen"
        " yet."
    ),
)

SOURCE = "cachet.lists"

COMMON_PATHS = (V2.components, V3.components)
NO_COMPONENT = "an incident is going on that names no component"


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a page's lists hold. `is_complete`: they are whole, so an event that is not among them
    was deleted.
    """

    states: Sequence[ComponentState]
    events: Sequence[Event]
    version: str
    is_complete: bool

    def withdrawn(self, page: PageContext) -> frozenset[str]:
        """Return the ids of what we hold as open and was deleted."""
        return unlisted(page, self.events) if self.is_complete else frozenset()


def poll(page: PageContext) -> Steps:
    """Yield the components' state and what goes on."""
    contents = yield from _read(page, whole=False)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(remark=NO_COMPONENT if is_any_unattributed(contents.events) else None),
        parts=[*contents.states, *_states_by_events(contents, page.now)],
        events=recent_or_open(contents.events, page),
        withdrawn=contents.withdrawn(page),
        cursor=contents.version,
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents and schedules: they cover the time since the oldest component was
    made.
    """
    contents = yield from _read(page, whole=True)
    components = components_of(contents.states)
    first_days = list(_start_dates(components))
    first = page.now
    if first_days:
        first = datetime.combine(min(first_days), datetime.min.time(), _zone(page))
    start = max(since, first)
    yield evidence(
        SOURCE,
        page,
        components=components,
        events=[event for event in contents.events if event.end is None or event.end > start],
        since=start,
        withdrawn=contents.withdrawn(page),
        cursor=contents.version,
    )
    yield from gap_before(SOURCE, page, since, first, "the page's oldest component was made then")


def _start_dates(components: Iterable[Component]) -> Iterator[date]:
    for component in components:
        if component.start_date is not None:
            yield component.start_date


def _zone(page: PageContext) -> tzinfo:
    """Return the zone that times are taken in: the server's, as far as it is known."""
    return zone_named(page.zone or "UTC")


def _read(page: PageContext, *, whole: bool) -> StepsTo[_Contents]:
    """Return what the page says: of its past all there is, or what is on the newest pages of its
    lists.
    """
    zone = _zone(page)
    api, response = yield from get_components(page)
    component_pages = yield from all_pages(response, api.components)
    incidents, schedules, groups = yield from get_events(
        api, with_groups=has_groups(component_pages)
    )
    with locate_errors(response.url):
        states = read_states(entries_of(component_pages, "component", zone), read_groups(groups))
    pages_of = all_pages if whole else newest_pages
    incident_pages = yield from pages_of(incidents, api.incidents)
    schedule_pages = []
    if schedules.status != ABSENT:
        schedule_pages = yield from pages_of(schedules, api.schedules)
    with locate_errors(incidents.url):
        entries = entries_of(incident_pages, "incident", zone)
        events = [read_incident(entry, page.now) for entry in entries]
    with locate_errors(schedules.url):
        entries = entries_of(schedule_pages, "schedule", zone)
        events += [read_schedule(entry, page.now) for entry in entries]
    is_complete = whole or not (has_more_pages(incident_pages) or has_more_pages(schedule_pages))
    return _Contents(states, events, api.version, is_complete)


def _states_by_events(contents: _Contents, now: datetime) -> Iterator[ComponentState]:
    """Yield the state that what goes on gives to components; the worst of it and their own counts.

    In version 2 incidents set the state of their component themselves.
    """
    components = by_id(components_of(contents.states))
    for span in _speaking_spans(contents, now):
        component = components.get(span.component_id)
        if component is not None and (span.level is not None or span.word):
            yield ComponentState(component=component, level=span.level, word=span.word)


def _speaking_spans(contents: _Contents, now: datetime) -> Iterator[ImpactSpan]:
    """Yield the impacts of what goes on and says a state of its own."""
    for event in contents.events:
        says_states = event.maintenance or contents.version == V3.version
        has_begun = event.phase is Phase.OPEN and event.start <= now
        if says_states and has_begun:
            yield from event.spans
