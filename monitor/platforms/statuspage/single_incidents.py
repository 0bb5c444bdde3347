"""Incidents asked for one by one, some of them together. Pure."""

from collections.abc import Iterable, Sequence

from monitor.errors import FetchError
from monitor.kit.evidence import gap_evidence
from monitor.kit.fallback import NOT_FOUND, gap_of
from monitor.kit.protocol import Response, StepsTo, get_each
from monitor.kit.responses import unwrap
from monitor.kit.sequences import batches, not_among
from monitor.model import Evidence, Gap
from monitor.platforms.statuspage.answers import UNREADABLE, parse
from monitor.platforms.statuspage.incident_lists import incident_evidence, read_maintenance_list
from monitor.platforms.statuspage.incidents import IncidentRecord, read_single_incident
from monitor.platforms.statuspage.live import PageState
from monitor.platforms.statuspage.quarters import SETTLED_AFTER

SOURCE = "statuspage.incident"

TOGETHER = 10
"""Incidents asked for at once; the fetcher decides how many of them run at the same time."""


def _path(incident_id: str) -> str:
    return f"/api/v2/incidents/{incident_id}.json"


def look_for(
    missing: Sequence[str],
) -> StepsTo[tuple[list[IncidentRecord], tuple[str, ...]]]:
    """Return the incidents that are still there and the ids of those that are not. Raises when it
    cannot tell.
    """
    incidents: dict[str, IncidentRecord] = {}
    for batch in batches(missing, TOGETHER):
        for code, answer in (yield from get_each(batch, _path)):
            response = unwrap(answer)
            if response.status not in NOT_FOUND:
                incidents[code] = parse(response, read_single_incident)
    if len(incidents) < len(missing):
        # A maintenance need not be served under its id like an incident: ask the list before
        # calling it withdrawn.
        for maintenance in (yield from read_maintenance_list()) or ():
            if maintenance.id in missing:
                incidents[maintenance.id] = maintenance
    return list(incidents.values()), tuple(not_among(missing, incidents))


def read_incidents(
    state: PageState,
    incident_ids: Iterable[str],
    known_ids: frozenset[str] = frozenset(),
) -> StepsTo[bool]:
    """Yield each incident that is not known yet as its own chunk; return whether all of them could
    be read.
    """
    whole = True
    new_ids = not_among(incident_ids, known_ids)
    unread = [code for code in new_ids if _chunk(code) not in state.page.completed_chunks]
    for number, batch in enumerate(batches(unread, TOGETHER), start=1):
        failures = 0
        for code, answer in (yield from get_each(batch, _path)):
            piece = _single_evidence(state, code, answer)
            yield piece
            failures += bool(piece.gaps)
        whole &= not failures
        more = len(unread) - number * TOGETHER
        if more > 0 and failures == len(batch):
            gap = Gap(
                what=f"{more} more incidents",
                reason="skipped",
                message="those asked for before them all failed",
            )
            yield gap_evidence(SOURCE, state.page, gap)
            return False
    return whole


def _chunk(incident_id: str) -> str:
    return f"incident:{incident_id}"


def _single_evidence(state: PageState, code: str, answer: Response | FetchError) -> Evidence:
    try:
        incident = parse(unwrap(answer), read_single_incident)
    except UNREADABLE as error:
        return gap_evidence(SOURCE, state.page, gap_of(f"incident {code}", error))
    ended_at = incident.times.ended_at
    return incident_evidence(
        state,
        [incident],
        source=SOURCE,
        chunk=_chunk(code),
        final=ended_at is not None and ended_at < state.page.now - SETTLED_AFTER,
    )
