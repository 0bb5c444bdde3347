"""Status.io pages: one JSON document about the present. Pure.

A page's own host serves only HTML; its state is at `api.status.io/1.0/status/<page id>`. The id is
in the page's address, in `PAGES`, in the cursor of the last poll, or else in the page's HTML. A
component is a part of the page at one location (Status.io's "container"): the same location stands
under several parts, each time with a code of its own, so the two ids together name it.

The document lists what is open and nothing that is over. An incident that leaves it has ended, and
the cursor of the last poll has what it was. Each location says when its state was last set, which
every message of an incident does anew: that far back its own state speaks for the past. Before that
the messages of what is open do, each with the state from its time on; the first holds since the
incident was opened.

The format is described at https://kb.status.io/developers/public-status-api/ and otherwise as
observed.
"""

from dataclasses import replace
from datetime import date, datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event, unlisted
from monitor.kit.evidence import evidence
from monitor.kit.protocol import About, PageContext, Steps, StepsTo, get
from monitor.kit.responses import locate_errors, read_json, require_ok
from monitor.model import Evidence, PageInfo, Phase
from monitor.platforms.statusio.addresses import (
    API,
    HOSTS,
    detect,
    id_in_address,
    ids_in_html,
    probe,
)
from monitor.platforms.statusio.codes import LEVELS
from monitor.platforms.statusio.document import Document, read_document
from monitor.platforms.statusio.past import (
    SOURCE,
    coverage_of_messages,
    coverage_of_states,
    impacts_of_messages,
    impacts_of_states,
)
from monitor.platforms.statusio.snapshot import Snapshot, read_snapshot

__all__ = ["ABOUT", "HOSTS", "LEVELS", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="Status.io",
    verified=date(2026, 9, 19),
    live="api.status.io/1.0/status/<id>, 1 request",
    reach_days=0,
    reach=(
        "None before the first poll, except since each component was last set or its open incident"
        " began."
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "Status.io pages show only what is open: what came and went before the first poll, or "
        "between two, is not known."
    ),
)


def poll(page: PageContext) -> Steps:
    """Yield the present state in one request; two when the page's id must first be read from its
    HTML.

    Raises the errors of an answer that cannot be read.
    """
    piece = yield from _read(page, read_snapshot(page.cursor))
    if piece is not None:
        yield piece


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield since when each component has its state, and what messages say of the time before.

    The messages are those of what is open; the page publishes no other history.
    What the last poll read is enough: the host wants to be asked for a page once a minute at most.
    Without one the state is read first.
    """
    snapshot = read_snapshot(page.cursor)
    if snapshot is None:
        piece = yield from _read(page, None)
        if piece is None:
            return
        yield piece
        snapshot = read_snapshot(piece.cursor)
    if snapshot is not None:
        yield _past(snapshot, page, since)


def _read(page: PageContext, last: Snapshot | None) -> StepsTo[Evidence | None]:
    """Return what the page says now; None when it is what the last poll read."""
    page_id = yield from _page_id(page, last)
    response = yield from get(API + page_id, conditional=last is not None)
    if response.unchanged:
        return None
    with locate_errors(response.url):
        document = read_document(read_json(response))
        return _present(document, page, last or Snapshot(page_id, page.now, {}), page_id)


def _page_id(page: PageContext, last: Snapshot | None) -> StepsTo[str]:
    """Return the page's id: from its address, from the last poll, else from its HTML."""
    page_id = id_in_address(page.url) or (last and last.page_id)
    if page_id:
        return page_id
    response = require_ok((yield from get("", accept="text/html")))
    ids = ids_in_html(response.text)
    if not ids:
        raise UnexpectedShape("the page's HTML names no page id", url=response.url)
    return ids[0]


def _present(document: Document, page: PageContext, last: Snapshot, page_id: str) -> Evidence:
    """Return what the document says, and how that ended which was in the last poll and is gone.

    The trouble a component is in is given once, when it is new: polls tell how it goes on.
    """
    snapshot = _snapshot(document, page, page_id)
    changes = snapshot.states_since(last)
    ended_events = _ended_events(document, page, last)
    events = (*document.events, *ended_events)
    posted_spans = dict(document.posted_spans)
    for event in ended_events:
        posted_spans[event.id] = last.posted_spans.get(event.id, ())
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(external_id=page_id, remark=document.remark),
        parts=[place.state for place in document.places],
        events=events,
        withdrawn=unlisted(page, events),
        unknown_words=document.unknown_codes,
        cursor=snapshot.dump(),
    )
    own = impacts_of_states(changes, page.now)
    return replace(piece, impacts=(*own, *impacts_of_messages(posted_spans, page.now)))


def _snapshot(document: Document, page: PageContext, page_id: str) -> Snapshot:
    return Snapshot(
        page_id,
        page.now,
        states={place.component.id: (place.code, place.since) for place in document.places},
        open={event.id: event for event in document.events if event.phase is not Phase.CLOSED},
        posted_spans=document.posted_spans,
    )


def _ended_events(document: Document, page: PageContext, last: Snapshot) -> list[Event]:
    """Return what has left the list, as ended now; not what never took place."""
    ended_events = []
    for key in sorted(unlisted(page, document.events)):
        event = last.open.get(key)
        if event is not None and event.start <= page.now:
            status = "completed" if event.maintenance else "resolved"
            event = replace(event, phase=Phase.CLOSED, status=status, end=page.now)
            ended_events.append(event)
    return ended_events


def _past(snapshot: Snapshot, page: PageContext, since: datetime) -> Evidence:
    at = min(snapshot.at, page.now)
    states, posted_spans = snapshot.states, snapshot.posted_spans
    return Evidence(
        source=SOURCE,
        read_at=page.now,
        impacts=(*impacts_of_states(states, at), *impacts_of_messages(posted_spans, at)),
        coverage=(
            *coverage_of_states(states, since, at),
            *coverage_of_messages(posted_spans, since, at),
        ),
    )
