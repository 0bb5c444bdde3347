"""Salesforce Trust: instances in a state, and incidents whose impacts are intervals. Pure.

A component is an instance (a pod such as NA137). The page's address says which are read: that of
one instance, that of one product, or all of them; `regions` (locations or keys of instances) narrow
the last two. What is easily misread:

- A minor or major incident marks the instance, also where just one of its services is concerned
  (`NONCORE`).
- `INFORMATIONAL` is a note and no trouble.

More of that is in `instances` and `incidents`. Addresses and words are as programs read them that
use https://api.status.salesforce.com/v1/docs.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from monitor.errors import PageError, Truncated
from monitor.kit.events import Event
from monitor.kit.evidence import evidence
from monitor.kit.fields import rows
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Steps, StepsTo, get
from monitor.kit.responses import locate_errors, read_json
from monitor.kit.states import components_of
from monitor.model import Evidence, Gap, Incident, by_id, id_set
from monitor.platforms.salesforce.addresses import API, HOSTS, place_of, probe, state_address
from monitor.platforms.salesforce.incidents import INCIDENTS, MAINTENANCES, limit_to, read_events
from monitor.platforms.salesforce.instances import PageState, read_state
from monitor.platforms.salesforce.words import VOCABULARY, detect

__all__ = ["ABOUT", "API", "HOSTS", "VOCABULARY", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="Salesforce Trust",
    verified=date(2026, 7, 31),
    live="/v1/instances/status/preview, /v1/products/P or /v1/instances/I/status, 1 request",
    reach_days=365,
    reach="About a year of incidents and maintenances, by instance, in pages.",
    granularity="component",
    precision="minutes",
    regions="optional",
    caveat=(
        "Salesforce posts most trouble hours after it began, some of it only as a general message"
        " without a state, and an incident of one service marks the whole instance."
    ),
)

SOURCE = "salesforce.incidents"

LONGEST_RECORD = timedelta(days=365)
"""How far back the list is believed to be whole."""

BEFORE = timedelta(days=30)
"""What goes on longer than this may be missing from a list that is asked for by its start."""

PAGE_ROWS = 200
MOST_PAGES = 200


def poll(page: PageContext) -> Steps:
    """Yield the states of the page's instances and what goes on, in one request.

    What is no longer listed has ended. The answer is asked for in full when other `regions` are
    chosen than last time.
    """
    regions = " ".join(page.regions)
    last_regions, _, open_events = (page.cursor or "").rpartition("\n")
    is_current = page.cursor is not None and last_regions == regions
    response = yield from get(state_address(page.url), conditional=is_current)
    if response.unchanged:
        return
    with locate_errors(response.url):
        state = read_state(read_json(response), page)
        closed_events, withdrawn = closed_since(replace(page, cursor=open_events), state.events)
        piece = evidence(
            SOURCE,
            page,
            info=state.info,
            parts=state.states,
            events=(*state.events, *closed_events),
            withdrawn=withdrawn,
            cursor=f"{regions}\n{dump_open(state.events)}",
        )
        yield _of_components(piece, state)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the state, then all incidents and maintenances since then.

    Raises the errors of the state and of the incidents; where only the maintenances cannot be read
    there is a gap.
    """
    response = yield from get(state_address(page.url))
    with locate_errors(response.url):
        state = read_state(read_json(response), page)
        piece = evidence(SOURCE, page, info=state.info, parts=state.states, events=state.events)
        yield _of_components(piece, state)
    first, gaps = max(since, page.now - LONGEST_RECORD), []
    if first > since:
        what = f"incidents {since.date()}..{first.date()}"
        why = "Salesforce keeps about a year"
        gaps.append(Gap(what=what, reason=Truncated.reason, message=why))
    events = yield from _get_all(INCIDENTS, page, first)
    try:
        events += yield from _get_all(MAINTENANCES, page, first)
    except PageError as error:
        gaps.append(Gap(what="maintenances", reason=error.reason, message=error.message))
    events = limit_to((*state.events, *events), state.keys)
    piece = evidence(SOURCE, page, events=events, since=first)
    yield replace(_of_components(piece, state), gaps=tuple(gaps))


def _of_components(piece: Evidence, state: PageState) -> Evidence:
    """Return the evidence without the incidents that concern none of the components; what they
    meant stays.
    """
    keys = id_set(components_of(state.states))
    incidents: list[Incident] = []
    for incident in piece.incidents:
        own_keys = tuple(key for key in incident.component_ids if key in keys)
        if own_keys or not incident.component_ids:
            incidents.append(replace(incident, component_ids=own_keys))
    return replace(piece, incidents=tuple(incidents))


def _get_all(name: str, page: PageContext, first: datetime) -> StepsTo[list[Event]]:
    """Return all of a list, page by page. It is over when a page brings nothing new: how long pages
    are is not told.
    """
    place = place_of(page.url)
    query = {"startTime": f"{first - BEFORE:%Y-%m-%d}T00:00:00.000Z", "limit": str(PAGE_ROWS)}
    keys = (place.key,) if place.is_one_instance else ()
    if keys:
        query["instance"] = place.key
    kind = name.lower()
    events: dict[str, Event] = {}
    offset = 0
    for _ in range(MOST_PAGES):
        address = f"{API}/{kind}?{urlencode({**query, 'offset': offset})}"
        response = yield from get(address)
        with locate_errors(response.url):
            items = rows(read_json(response), kind)
            new_events = by_id(read_events({name: items}, "the answer", keys, page.now))
        offset += len(items)
        if new_events.keys() <= events.keys():
            return list(events.values())
        events |= new_events
    raise Truncated(f"the list of {kind} has more than {offset} rows", url=page.url)
