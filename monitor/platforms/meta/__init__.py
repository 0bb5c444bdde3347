"""Meta's status page: one JSON document with its business products, and a feed a product with what
goes on. Pure.

`/data/orgs.json` lists organisations, which are products for businesses and developers, each with
its services and their state; Facebook, Instagram and WhatsApp as people use them are not among
them. An address such as https://metastatus.com/whatsapp-business-api/ is about that organisation
only. What is easily misread:

- A state is prose. Real answers have shown "No known issues" so far; programs that read the page
  look for disruptions that are high (or major) or medium. Whatever else it says is unknown.
- Services are numbered within their organisation, and several are called "Platform Status".
- A feed holds what goes on and nothing else: it is empty when all is well, and what has left it has
  ended. Its entries say neither how bad it is nor which service is hit: that is taken from the
  services' states, so it is inferred.

Any other path answers 200 with a web page. The format is not documented.
"""

from collections.abc import Sequence
from datetime import date, datetime

from monitor.kit.events import ComponentState, Event, ImpactSpan, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Entry, read_feed
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Steps, get
from monitor.kit.responses import locate_errors, shape_error
from monitor.kit.states import words_of
from monitor.model import PageInfo, Phase
from monitor.platforms.meta.organisations import (
    HOSTS,
    ORGANISATIONS,
    PROBE,
    VOCABULARY,
    Organisation,
    detect,
    read_organisations,
)

__all__ = [
    "ABOUT",
    "HOSTS",
    "MAX_BODY_MIB",
    "ORGANISATIONS",
    "PROBE",
    "VOCABULARY",
    "backfill",
    "detect",
    "poll",
]

ABOUT = About(
    title="Meta",
    verified=date(2026, 7, 31),
    live="/data/orgs.json, 1 request, and 1 for each organisation with trouble",
    reach_days=0,
    reach="None before the first poll: feeds hold only what goes on.",
    granularity="component",
    precision="seconds",
    caveat=(
        "Only products for businesses and developers are covered, and of the words for trouble none"
        " has been seen in a real answer yet: one we do not know reads as unknown."
    ),
)

MAX_BODY_MIB = 4
"""A real answer has some 20 kB, a feed a few."""

SOURCE = "meta.states"
EVENTS = "meta.events"


def poll(page: PageContext) -> Steps:
    """Yield every service's state, then what goes on where something is wrong."""
    response = yield from get(ORGANISATIONS, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        organisations = read_organisations(response, page)
        states: list[ComponentState] = []
        for organisation in organisations:
            states += organisation.states
        yield evidence(SOURCE, page, info=PageInfo(name="Meta"), parts=states)
    yield from _follow(organisations, page)


def _follow(organisations: Sequence[Organisation], page: PageContext) -> Steps:
    """Yield the entries of the feeds of organisations where something is wrong; an event that is
    listed no longer has ended.
    """
    events: list[Event] = []
    for organisation in organisations:
        for address in organisation.feeds if organisation.trouble else ():
            response = yield from get(address, accept=ACCEPT)
            with locate_errors(response.url):
                entries = read_feed(response).entries
                events += [_event(entry, organisation) for entry in entries]
    ended_events, withdrawn = closed_since(page, events)
    if events or ended_events or withdrawn:
        yield evidence(
            EVENTS,
            page,
            events=[*events, *ended_events],
            withdrawn=withdrawn,
            cursor=dump_open(events),
        )


def _event(entry: Entry, organisation: Organisation) -> Event:
    """Return an entry of a feed as an event in all services of its organisation that are not known
    to be operational.
    """
    start = entry.published or entry.updated
    if start is None:
        shape_error(f"entry {entry.id[:40]}", "when it was published", None)
    spans: list[ImpactSpan] = []
    for state in organisation.trouble:
        spans += spans_for([state.component.id], state.level, start, word=state.word)
    return Event(
        id=f"{organisation.id}/{entry.id}",
        title=entry.title,
        phase=Phase.OPEN,
        start=start,
        status="listed",
        impact=", ".join(words_of(organisation.trouble)) or "not told",
        url=entry.link,
        spans=tuple(spans),
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the present state: these pages publish no history, so nothing is covered before the
    first poll.
    """
    yield from poll(page)
    yield from gap_before(SOURCE, page, since, page.now, "Meta's page tells only of what goes on")
