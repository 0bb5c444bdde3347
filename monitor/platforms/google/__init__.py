"""Google Cloud, Google Workspace and Firebase: an array of incidents, and beside it a list of
products. Pure.

The format: https://status.cloud.google.com/incidents.schema.json; the rest was measured on five
years of captured answers. What is easily misread:

- An incident is over when it has an `end`, and by no other sign: `AVAILABLE` is posted before that
  and ends nothing.
- Locations come and go from update to update. A location that only the incident itself lists was
  affected throughout. Products are only listed for the whole incident.
- What is listed has begun, what is posted was posted, and what has an end is over, though it is
  dated ahead of us: then the vendor's clock, or its date, is off.
- An incident stays in the answer for 365 days after its end, and is edited for weeks: the answer is
  always read whole.
- A product whose name changed has a `current_title`. An `uri` has no leading slash.

A component is a product; where incidents name locations, also a product in a location
(`<product>/<location>`). The product itself stands for all of it: it is as bad as the worst of its
locations. What no open incident names is operational: that is how the dashboard itself reads, and
why an answer that lists incidents in another form is an error.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

from monitor.errors import UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.events import Event, phase_by_end, unlisted
from monitor.kit.evidence import evidence
from monitor.kit.protocol import About, PageContext, Response, Steps, get
from monitor.kit.responses import locate_errors, read_json
from monitor.kit.states import current_states
from monitor.model import Aspect, Component, Coverage, Evidence, Incident, PageInfo, id_set
from monitor.platforms.google.detection import HOSTS, INCIDENTS, detect, probe
from monitor.platforms.google.incidents import MOST_IMPACTS, IncidentRecord, read_incidents
from monitor.platforms.google.levels import level_stretches, spans_of, unknown_words
from monitor.platforms.google.products import Catalogue, components, read_catalogue

__all__ = ["ABOUT", "HOSTS", "MAX_BODY_MIB", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="Google Cloud, Workspace, Firebase",
    verified=date(2026, 9, 19),
    live="/incidents.json, 1 request",
    reach_days=365,
    reach="365 days after an incident's end, by product and (Google Cloud) location.",
    granularity="component",
    precision="seconds",
    caveat=(
        "The public feed has been thinned: Google Cloud published 20 to 40 incidents a month in"
        " 2022 and 2023, 9 to 21 in 2024 and 0 to 2 since March 2025. A better figure since then is"
        " less disclosure before it is better service. No answer of Firebase's dashboard was seen;"
        " it is read as the two others are."
    ),
)

SOURCE = "google.incidents"
MAX_BODY_MIB = 16

LISTED_FOR = timedelta(days=365)
"""How long after its end an incident stays in the answer: 662 of 672 left it exactly then."""


def poll(page: PageContext) -> Steps:
    """Read the incidents, conditional; only where they changed, the products too.

    Raises the error of `incidents.json` when it cannot be read. Without the products what is known
    of them stays.
    """
    response = yield from get(INCIDENTS, conditional=True)
    if not response.unchanged:
        yield from _read(response, page)


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Read a year, as every answer holds it, however little of it was asked for: it is edited for
    weeks.
    """
    response = yield from get(INCIDENTS)
    yield from _read(response, page)


def _read(response: Response, page: PageContext) -> Steps:
    with locate_errors(response.url):
        incidents = read_incidents(read_json(response), page.now)
    catalogue = yield from read_catalogue()
    with locate_errors(response.url):
        yield _evidence(incidents, catalogue, page)


def _evidence(
    incidents: Sequence[IncidentRecord], catalogue: Catalogue, page: PageContext
) -> Evidence:
    listing = _components(incidents, catalogue, page)
    events = list(_events(incidents, page))
    # Without its catalogue the page has the products it had: the incidents' alone would remove the
    # rest.
    is_partial = catalogue.gap is not None and bool(page.components)
    everything = list(listing)
    if is_partial:
        everything += _components_of_ids(page.components - id_set(listing))
    answer = evidence(
        SOURCE,
        page,
        info=PageInfo(),
        parts=current_states(everything, events, page.now),
        events=events,
        withdrawn=unlisted(page, events),
    )
    year = Interval(page.now - LISTED_FOR, page.now)
    words: set[str] = set()
    for event in events:
        words.update(event.unknown_words)
    return replace(
        answer,
        components=None if is_partial else listing,
        incidents=tuple(map(_with_products_only, answer.incidents, events)),
        coverage=(Coverage(span=year, aspect=Aspect.IMPACTS, complete=True),),
        lists=year,
        gaps=() if catalogue.gap is None else (catalogue.gap,),
        unknown_words=tuple(sorted(words)),
    )


def _components_of_ids(ids: Iterable[str]) -> Iterator[Component]:
    for key in sorted(ids):
        yield Component(id=key, name=key)


def _components(
    incidents: Iterable[IncidentRecord], catalogue: Catalogue, page: PageContext
) -> tuple[Component, ...]:
    """Return what the incidents and the catalogue name, and the products in locations known from
    earlier whose product has a name.
    """
    names: dict[str, str] = {}
    pairs: set[str] = set()
    for incident in incidents:
        names = {**incident.products, **names}  # the newest incident comes first
        pairs.update(incident.pairs)
    names |= catalogue.names or {}
    for key in page.components:
        product, slash, _ = key.partition("/")
        if slash and product in names:
            pairs.add(key)
    return components(names, pairs)


def _events(incidents: Iterable[IncidentRecord], page: PageContext) -> Iterator[Event]:
    """Yield the incidents as events. Raises UnexpectedShape where they have more impacts than is
    believed, before more of them take room.
    """
    impacts = 0
    for incident in incidents:
        event = _event(incident, page)
        impacts += len(event.spans)
        if impacts > MOST_IMPACTS:
            raise UnexpectedShape(f"the incidents have more than {MOST_IMPACTS} impacts")
        yield event


def _event(incident: IncidentRecord, page: PageContext) -> Event:
    stretches = level_stretches(incident)
    status = incident.updates[-1].status if incident.updates else None
    return Event(
        id=incident.id,
        title=incident.title,
        phase=phase_by_end(incident.end, page.now),
        start=incident.begin,
        end=incident.end,
        status=status or "unknown",
        impact=incident.impact or incident.severity or "unknown",
        url=page.absolute(incident.uri) if incident.uri else None,
        component_ids=tuple(incident.products),
        spans=tuple(islice(spans_of(incident, stretches), MOST_IMPACTS + 1)),
        unknown_words=tuple(unknown_words(incident, stretches)),
        updates=incident.messages,
    )


def _with_products_only(incident: Incident, event: Event) -> Incident:
    """Return an incident without its locations: they would be thousands of ids, and each has its
    impact.
    """
    return replace(incident, component_ids=event.component_ids)
