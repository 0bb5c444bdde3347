"""Uptime.com status pages: the present in one answer, the incidents of a span of days in another.
Pure.

Both stand beside the page, `ajax` and `history` at `/statuspage/<slug>/`; on a vendor's own host
the page's HTML tells where. What is easily misread:

- Components tell their own state; a group's is made of those of its parts.
- Incidents and maintenances are one list (`incident_type`). It also holds what is only announced,
  and `ends_at` of a maintenance is planned.
- An affected component keeps the state the incident gave it after the end. It holds for the whole
  incident.
- The state of an incident is in `latest_update_incident_state` or, in the history, in its newest
  update.
- The history tells the span it is about (`period_start`), which may be shorter than what was asked
  for.

How an ended incident looks is known from programs that read it. Nothing is documented.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.intervals import ONE_DAY, Interval
from monitor.kit.events import ComponentState, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import Row, maybe_text, optional_rows, rows
from monitor.kit.protocol import About, PageContext, Steps
from monitor.kit.responses import locate_errors
from monitor.kit.states import components_of, in_trouble
from monitor.kit.times import epoch
from monitor.lookups import by_key
from monitor.model import Coverage, PageInfo, id_set, pick
from monitor.platforms.uptimecom.answers import ask_current, ask_history, data_of
from monitor.platforms.uptimecom.components import VOCABULARY, component_states
from monitor.platforms.uptimecom.detection import HOSTS, detect, probe
from monitor.platforms.uptimecom.incidents import events_of, incident_id, unknown_types
from monitor.platforms.uptimecom.reports import reported_uptime

__all__ = ["ABOUT", "HOSTS", "VOCABULARY", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="Uptime.com",
    verified=date(2026, 9, 10),
    live="/statuspage/<slug>/ajax, 1 request; the page itself once, for the slug",
    reach_days=90,
    reach="The incidents of the span that the page is willing to tell of.",
    granularity="component",
    precision="as typed",
    caveat="An affected component has one state for the whole length of an incident.",
)

SOURCE = "uptimecom.incidents"

LONGEST = timedelta(days=90)
"""What the page itself shows at most."""

DISAGREES = "the page calls itself not operational, and all of its components operational"


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request, and in a second the end of incidents that left
    the list.
    """
    path, response = yield from ask_current(page, conditional=True)
    if response.unchanged:
        return
    data = data_of(response)
    with locate_errors(response.url):
        records = [
            *rows(data.get("active_incidents"), "active_incidents"),
            *optional_rows(data.get("upcoming_maintenance"), "upcoming_maintenance"),
        ]
        events = events_of(records, page.now)
        states = component_states(data)
        info = PageInfo(
            external_id=maybe_text(data.get("slug")),
            name=maybe_text(data.get("name")),
            remark=_remark(data, states),
        )
        yield evidence(
            SOURCE,
            page,
            info=info,
            parts=states,
            events=events,
            unknown_words=unknown_types(records),
            cursor=path,
        )
    missing = unlisted(page, events)
    if missing:
        yield from _follow(path, missing, page)


def _remark(data: Row, states: Iterable[ComponentState]) -> str | None:
    is_said_to_be_well = data.get("global_is_operational") is not False
    return None if is_said_to_be_well or in_trouble(states) else DISAGREES


def _follow(path: str, missing: frozenset[str], page: PageContext) -> Steps:
    """Yield the end of incidents that do not go on any more; what the history does not have was
    removed.
    """
    response = yield from ask_history(path, page.now - LONGEST, page.now)
    with locate_errors(response.url):
        records = by_key(_incidents(data_of(response)), incident_id)
        missing_records = list(pick(records, missing).values())
        yield evidence(
            SOURCE,
            page,
            events=events_of(missing_records, page.now),
            withdrawn=missing - records.keys(),
            unknown_words=unknown_types(missing_records),
        )


def _incidents(history: Row) -> list[Row]:
    return [
        *rows(history.get("past_incidents"), "past_incidents"),
        *optional_rows(history.get("active_incidents"), "active_incidents"),
    ]


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the incidents of up to 90 days; they cover the span that the answer says it is
    about.
    """
    path, response = yield from ask_current(page)
    first_wanted = max(since, page.now - LONGEST)
    history = yield from ask_history(path, first_wanted, page.now)
    with locate_errors(response.url):
        components = components_of(component_states(data_of(response)))
    with locate_errors(history.url):
        data = data_of(history)
        records = _incidents(data)
        start = epoch(data.get("period_start"), "period_start")
        end = epoch(data.get("period_end"), "period_end")
        first = min(page.now, max(first_wanted, start))
        piece = evidence(
            SOURCE,
            page,
            components=components,
            events=events_of(records, page.now),
            since=first,
            unknown_words=unknown_types(records),
            cursor=path,
        )
        days = round((end - start) / ONE_DAY)
        figures = tuple(reported_uptime(data, id_set(components), days))
        yield replace(piece, coverage=tuple(_until(end, piece.coverage)), reported=figures)
    yield from gap_before(SOURCE, page, since, first, "the page tells of no older days")


def _until(end: datetime, coverage: Iterable[Coverage]) -> Iterator[Coverage]:
    """Yield what is covered no later than the answer's own end."""
    for cover in coverage:
        span = Interval.between(cover.span.start, min(cover.span.end, end))
        if span is not None:
            yield replace(cover, span=span)
