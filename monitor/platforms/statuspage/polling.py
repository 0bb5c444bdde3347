"""The live state in one request, and the incidents where there is news of them. Pure."""

from dataclasses import replace

from monitor.kit.protocol import PageContext, Steps, get
from monitor.model import id_set
from monitor.platforms.statuspage.answers import UNREADABLE, parse
from monitor.platforms.statuspage.incident_lists import (
    INCIDENTS,
    incident_evidence,
    listed_evidence,
    state_evidence,
)
from monitor.platforms.statuspage.incidents import read_incident_list
from monitor.platforms.statuspage.live import UNEXPLAINED_MARK, PageState, read_live_state
from monitor.platforms.statuspage.root import explain_failure
from monitor.platforms.statuspage.single_incidents import SOURCE, look_for

SUMMARY = "/api/v2/summary.json"


def poll(page: PageContext) -> Steps:
    """Read the current state; incidents in full only when the page changed or something is open.

    Raises PageUnavailable when the page is deleted, inactive or private. The cursor is carried by
    the last evidence, so that incidents that could not be read are asked for again by the next
    poll. A page in trouble that nothing explains is read whole every time: that its answer does not
    change is what makes it suspect.
    """
    was_unexplained = (page.cursor or "").endswith(UNEXPLAINED_MARK)
    response = yield from get(SUMMARY, conditional=not was_unexplained)
    if response.unchanged:
        return
    try:
        state = read_live_state(response, page)
    except UNREADABLE as error:
        yield from explain_failure(page, response, error)
        raise
    evidence = state_evidence(state)
    if state.cursor == page.cursor and not state.incidents and not page.open_incidents:
        yield replace(evidence, cursor=state.cursor)
        return
    yield evidence
    yield from _poll_incidents(state)


def _poll_incidents(state: PageState) -> Steps:
    incidents = parse((yield from get(INCIDENTS)), read_incident_list)
    evidence = listed_evidence(state, incidents)
    listed_ids = id_set((*incidents, *state.incidents, *state.maintenances))
    missing = sorted(state.page.open_incidents - listed_ids)
    if not missing:
        yield replace(evidence, cursor=state.cursor)
        return
    yield evidence
    others, withdrawn = yield from look_for(missing)
    yield incident_evidence(state, others, source=SOURCE, withdrawn=withdrawn, cursor=state.cursor)
