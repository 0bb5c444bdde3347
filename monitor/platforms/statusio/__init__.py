"""Status.io pages: one JSON document about the present. Pure.

A page's own host serves only HTML; its state is at `api.status.io/1.0/status/<page id>`. The id is
in the page's address, in `PAGES`, in what the last poll remembered, or else in the page's HTML. A
component is a part of the page at one location (Status.io's "container"): the same location stands
under several parts, each time with a code of its own, so the two ids together name it.

The document lists what is open and nothing that is over. An incident that leaves it has ended, and
a poll that saw it remembers what it was. Each location says when its state was last set, which
every message of an incident does anew: that far back its own state speaks for the past. Before that
the messages of what is open do, each with the state from its time on; the first holds since the
incident was opened.

The format is described at https://kb.status.io/developers/public-status-api/ and otherwise as
observed.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event, unlisted
from monitor.kit.evidence import evidence
from monitor.kit.protocol import About, PageContext, Step, Steps, get
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
from monitor.platforms.statusio.document import LEVELS, Document, read_document
from monitor.platforms.statusio.mark import Mark, read_mark
from monitor.platforms.statusio.past import (
    SOURCE,
    coverage_of_messages,
    coverage_of_states,
    impacts_of_messages,
    impacts_of_states,
)

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
    told = yield from _read(page, read_mark(page.cursor))
    if told is not None:
        yield told


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield since when each component has its state, and what messages say of the time before.

    The messages are those of what is open; the page publishes no other history.
    What the last poll read is enough: the host wants to be asked for a page once a minute at most.
    Without one the state is read first.
    """
    read = read_mark(page.cursor)
    if read is None:
        told = yield from _read(page, None)
        if told is None:
            return
        yield told
        read = read_mark(told.cursor)
    if read is not None:
        yield _past(read, page, since)


def _read(page: PageContext, before: Mark | None) -> Generator[Step, Any, Evidence | None]:
    """Return what the page says now; None when it is what the last poll read."""
    page_id = yield from _page_id(page, before)
    response = yield from get(API + page_id, conditional=before is not None)
    if response.unchanged:
        return None
    with locate_errors(response.url):
        return _present(read_document(read_json(response)), page, page_id, before)


def _page_id(page: PageContext, before: Mark | None) -> Generator[Step, Any, str]:
    """Return the page's id: from its address, from the last poll, else from its HTML."""
    known = id_in_address(page.url) or (before and before.page_id)
    if known:
        return known
    response = require_ok((yield from get("", accept="text/html")))
    found = ids_in_html(response.text)
    if not found:
        raise UnexpectedShape("the page's HTML names no page id", url=response.url)
    return found[0]


def _present(told: Document, page: PageContext, page_id: str, before: Mark | None) -> Evidence:
    """Return what the document tells, and how that ended which the last poll saw and which is gone.

    The trouble a component is in is told once, when it is new: polls tell how it goes on.
    """
    states = {place.component.id: (place.code, place.since) for place in told.places}
    known = before.states if before else {}
    changed = {key: state for key, state in states.items() if known.get(key) != state}
    over, withdrawn = _left(page, told, before)
    said_before = before.said if before else {}
    said = {**told.said, **{event.id: said_before.get(event.id, ()) for event in over}}
    unfinished = {each.id: each for each in told.events if each.phase is not Phase.CLOSED}
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(external_id=page_id, remark=told.remark),
        parts=[place.part for place in told.places],
        events=(*told.events, *over),
        withdrawn=withdrawn,
        unknown_words=told.words,
        cursor=Mark(page_id, page.now, states, unfinished, told.said).written(),
    )
    own = impacts_of_states(changed, page.now)
    return replace(piece, impacts=(*own, *impacts_of_messages(said, page.now)))


def _left(
    page: PageContext, told: Document, before: Mark | None
) -> tuple[Sequence[Event], frozenset[str]]:
    """Return what has left the list, as ended now, and the ids of what never took place."""
    held = before.open if before else {}
    gone = [held[key] for key in sorted(unlisted(page, told.events)) if key in held]
    over = [_closed(event, page.now) for event in gone if event.start <= page.now]
    return over, unlisted(page, [*told.events, *over])


def _closed(event: Event, now: datetime) -> Event:
    status = "completed" if event.maintenance else "resolved"
    return replace(event, phase=Phase.CLOSED, status=status, end=now)


def _past(read: Mark, page: PageContext, since: datetime) -> Evidence:
    at = min(read.at, page.now)
    return Evidence(
        source=SOURCE,
        read_at=page.now,
        impacts=(*impacts_of_states(read.states, at), *impacts_of_messages(read.said, at)),
        coverage=(
            *coverage_of_states(read.states, since, at),
            *coverage_of_messages(read.said, since, at),
        ),
    )
