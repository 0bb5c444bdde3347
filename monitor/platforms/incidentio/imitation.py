"""The addresses under `/api/v2` with which incident.io imitates Statuspage. Pure.

The lists have neither groups nor start dates, and never say what components an incident is about.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitor.errors import FetchError, PageError, Truncated, UnexpectedShape
from monitor.kit.events import ComponentState, Event, words_not_in
from monitor.kit.evidence import evidence
from monitor.kit.fallback import FALL_BACK, most_telling
from monitor.kit.fields import Row, optional_rows, optional_verbatim, row, rows, verbatim
from monitor.kit.protocol import PageContext, Response, Steps, get_all
from monitor.kit.responses import locate_errors, unwrap
from monitor.kit.states import components_of, levels_of, worst_of_each
from monitor.model import Component, Evidence, Level, PageInfo, Phase, id_set, worst_level
from monitor.platforms.incidentio.reading import read_call
from monitor.platforms.incidentio.times import instant, maybe_instant
from monitor.platforms.incidentio.words import LEVELS, PHASES

SUMMARY = "/api/v2/summary.json"
COMPONENTS = "/api/v2/components.json"

SHORT_LIST = 25
"""The imitated Statuspage summary never lists more components than this, a different choice at
every reading."""

STATUSPAGE_ID = re.compile("[0-9a-z]{12}")
"""The ids of the platform that is imitated: a page with one has moved there."""


def ask_imitation(page: PageContext, first: PageError) -> Steps:
    """Yield the state from the Statuspage imitation, provided that its list of components is
    complete. Raises the more telling of both errors when it is not or cannot be read.
    """
    answers = yield from get_all([SUMMARY, COMPONENTS])
    try:
        summary = _read(answers[0])
        try:
            complete = _read(answers[1])
        except FALL_BACK:
            complete = {}
        with locate_errors(page.absolute(SUMMARY)):
            piece = _present(summary, _complete_list(summary, complete), page)
    except FALL_BACK as error:
        raise most_telling(first, error) from error
    yield piece


def _read(answer: Response | FetchError) -> Row:
    response = unwrap(answer)
    with locate_errors(response.url):
        listing = read_call(response)
        if STATUSPAGE_ID.fullmatch(str(row(listing.get("page"), "page").get("id"))):
            raise UnexpectedShape(
                "this is a Statuspage, whose answers incident.io imitates",
                remedy="run `monitor detect URL`",
            )
        if not rows(listing.get("components"), "the answer.components"):
            raise UnexpectedShape(
                "components is empty: a page without components says nothing of their state"
            )
        return listing


def _complete_list(summary: Row, complete: Row) -> list[Row]:
    """Return the complete list of components. Raises Truncated when all we have is the summary's
    short list.
    """
    short = rows(summary.get("components"), "the answer.components")
    entries = optional_rows(complete.get("components"), "the answer.components")
    if _ids(short) <= _ids(entries):
        return entries
    if len(short) >= SHORT_LIST:
        raise Truncated(
            f"only {len(short)} components are listed, where the platform cuts the list; the"
            " others' state is unknown"
        )
    return short


def _present(summary: Row, entries: Sequence[Row], page: PageContext) -> Evidence:
    """Return the state. The list of components is not given where we know them, as it has neither
    groups nor start dates.
    """
    states = _states(entries)
    incidents = optional_rows(summary.get("incidents"), "the answer.incidents")
    incidents += optional_rows(
        summary.get("scheduled_maintenances"), "the answer.scheduled_maintenances"
    )
    piece = evidence(
        "incidentio.compat",
        page,
        info=_info(summary, states),
        parts=states,
        events=[_event(entry, page) for entry in incidents],
    )
    is_known = page.components == id_set(components_of(states))
    return replace(piece, components=None if is_known else piece.components, outline=True)


def _states(entries: Sequence[Row]) -> list[ComponentState]:
    """Return each component once, by name."""
    by_name = worst_of_each(_state(entry) for entry in entries)
    by_name.sort(key=lambda state: state.component.name)
    states = []
    for position, state in enumerate(by_name):
        component = replace(state.component, position=position)
        states.append(replace(state, component=component))
    return states


def _state(entry: Row) -> ComponentState:
    word = verbatim(entry.get("status"), "components.status")
    component = Component(id=_id(entry), name=verbatim(entry.get("name"), "components.name"))
    return ComponentState(component=component, level=LEVELS.get(word), word=word)


def _id(entry: Row) -> str:
    return verbatim(entry.get("id"), "components.id")


def _ids(entries: Iterable[Row]) -> set[str]:
    return {_id(entry) for entry in entries}


def _info(summary: Row, states: Sequence[ComponentState]) -> PageInfo:
    owner = row(summary.get("page"), "page")
    status = row(summary.get("status", {}), "status")
    indicator = optional_verbatim(status.get("indicator"), "status.indicator")
    return PageInfo(
        external_id=optional_verbatim(owner.get("id"), "page.id"),
        name=optional_verbatim(owner.get("name"), "page.name"),
        indicator=indicator,
        remark=_contradiction(indicator, states),
    )


def _contradiction(indicator: str | None, states: Sequence[ComponentState]) -> str | None:
    """Return the disagreement between the page's indicator and its components, None when none is
    known.
    """
    worst = worst_level(levels_of(states)) or Level.OPERATIONAL
    if indicator is None or (indicator == "none") is (worst is Level.OPERATIONAL):
        return None
    return f"the page's indicator is {indicator} and its worst component {worst.title}"


def _event(entry: Row, page: PageContext) -> Event:
    key = verbatim(entry.get("id"), "incidents.id")
    status = verbatim(entry.get("status"), "incidents.status")
    phase = PHASES.get(status, Phase.OPEN)  # what it is stays open until we know the word
    scheduled_for = maybe_instant(entry.get("scheduled_for"), "incidents.scheduled_for")
    impact = str(entry.get("impact", "none"))
    return Event(
        id=key,
        title=verbatim(entry.get("name"), "incidents.name"),
        phase=phase,
        status=status,
        impact=impact,
        start=scheduled_for or instant(entry.get("created_at"), "incidents.created_at"),
        end=maybe_instant(entry.get("resolved_at"), "incidents.resolved_at"),
        url=page.absolute(f"incidents/{key}"),
        maintenance=scheduled_for is not None or impact == "maintenance",
        planned=phase is Phase.SCHEDULED,
        unknown_words=words_not_in(PHASES, status),
    )
