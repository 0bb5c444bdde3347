"""SAP Concur Open: services in data centres, the incidents of twenty days, and a list of all since
2013. Pure.

`status_history` tells of one data centre what each service is now and was on each of some twenty
days, with the incidents of each in full. `incidents` holds everything, 23 MB in four languages, and
is read once, for history. What is easily misread:

- `success` is false in good answers too; a data centre nobody knows answers without services, which
  is no good news.
- An incident has one severity, for all of its services in all of its data centres, and ends with
  `end_epoch`, whatever its `status` says. Tests are among them (`is_test`).
- Services differ from data centre to data centre. The query names a data centre by a code, an
  incident by a name.
- Where a data centre cannot be read the others are, and its services are unknown.

A component is a service in a data centre; `regions` choose the data centres that are asked for.
Nothing describes the format: it is that of the page's own script, https://open.concur.com.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.errors import FetchError, PageError, UnexpectedShape
from monitor.kit.events import ComponentState, Event
from monitor.kit.evidence import evidence, gap_evidence, one_remark
from monitor.kit.fields import row, rows
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Steps, StepsTo, get
from monitor.kit.responses import locate_errors, read_json, unwrap
from monitor.model import Coverage, Evidence, Gap, PageInfo
from monitor.platforms.concur.centres import CentreStatus, chosen_centres, read_centre, state_in
from monitor.platforms.concur.detection import detect
from monitor.platforms.concur.incidents import CENTRES, HOST, VOCABULARY, read_incidents

__all__ = ["ABOUT", "HOSTS", "MAX_BODY_MIB", "PROBE", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="SAP Concur Open",
    verified=date(2026, 7, 31),
    live="/api/open/status_history, 1 request for each data centre",
    reach_days=None,
    reach="All incidents since 2013, in one answer of some 23 MB; twenty days with every poll.",
    granularity="component and region",
    precision="minutes",
    regions="optional",
    caveat=(
        "SAP posts most incidents when they are over, with one severity for every service and data"
        " centre they name; a banner announces trouble before that and is not read."
    ),
)

SOURCE = "concur.incidents"
HOSTS = (HOST,)
STATUS = "/api/open/status_history?data_center={}&utc_offset=-0000"
INCIDENTS = "/api/open/incidents"
MAX_BODY_MIB = 40

PROBE = Get(path=STATUS.format("us2"))
"""The state of one data centre: the page itself is an empty shell."""

Answers = Mapping[str, Response | FetchError]


@dataclass(frozen=True, slots=True)
class _Status:
    """What the data centres say by their codes, and why some cannot be read."""

    centres: Mapping[str, CentreStatus]
    errors: Mapping[str, PageError]


def poll(page: PageContext) -> Steps:
    """Yield the state of every service and the incidents of the last days, in one request for each
    data centre chosen.

    Raises the error of the first data centre when none can be read; otherwise those that cannot are
    unknown.
    """
    centres = chosen_centres(page)
    answers = yield from _get_centres(centres, conditional=len(centres) == 1)
    if not any(_is_unchanged(answer) for answer in answers.values()):
        yield _current_evidence(_read_status(answers, page.now), page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the present state and the last days, then every incident since then, of all data
    centres.

    The long list is not asked for when the last days are enough. Where it cannot be read (it is
    longer than some limits allow) there is a gap, and the last days remain.
    """
    status = _read_status((yield from _get_centres(chosen_centres(page))), page.now)
    yield _current_evidence(status, page)
    if not status.errors and all(centre.speaks_since(since) for centre in status.centres.values()):
        return
    try:
        response = yield from get(INCIDENTS)
        with locate_errors(response.url):
            answer = row(read_json(response), "the answer")
            incidents = rows(answer.get("incidents"), "incidents")
            if not incidents:
                raise UnexpectedShape("incidents: the list of all incidents is empty")
            events = read_incidents(incidents, "incidents", page.now, since)
            yield evidence(SOURCE, page, events=events, since=since)
    except PageError as error:
        missing = f"incidents since {since:%Y-%m-%d}"
        gap = Gap(what=missing, reason=error.reason, message=error.message)
        yield gap_evidence(SOURCE, page, gap)


def _is_unchanged(answer: Response | FetchError) -> bool:
    return isinstance(answer, Response) and answer.unchanged


def _get_centres(centres: Sequence[str], *, conditional: bool = False) -> StepsTo[Answers]:
    gets = [Get(path=STATUS.format(centre), conditional=conditional) for centre in centres]
    answers: list[Response | FetchError] = yield gets
    return dict(zip(centres, answers, strict=True))


def _read_status(answers: Answers, now: datetime) -> _Status:
    """Return what each data centre says, or why it does not. Raises the first error when none
    does.
    """
    centres: dict[str, CentreStatus] = {}
    errors: dict[str, PageError] = {}
    for centre, answer in answers.items():
        try:
            response = unwrap(answer)
            with locate_errors(response.url):
                centres[centre] = read_centre(read_json(response), centre, now)
        except PageError as error:
            errors[centre] = error
    if not centres:
        raise next(iter(errors.values()))
    return _Status(centres, errors)


def _current_evidence(status: _Status, page: PageContext) -> Evidence:
    """Return what the data centres say. What one that cannot be read has left open goes on."""
    events: dict[str, Event] = {}
    states: list[ComponentState] = []
    for centre in status.centres.values():
        for event in centre.events:
            events[event.id] = event
        states += centre.states
    states += _unread_states(status, page)
    remarks = []
    for code, error in status.errors.items():
        remarks.append(f"{CENTRES[code]} cannot be read: {error.message}")
    is_whole = not status.errors
    ended_events, withdrawn = closed_since(page, events.values()) if is_whole else ((), ())
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(name="SAP Concur", remark=one_remark(remarks)),
        parts=states,
        events=(*events.values(), *ended_events),
        withdrawn=withdrawn,
        cursor=dump_open(events.values()) if is_whole else None,
    )
    return replace(piece, coverage=tuple(_coverage(status, list(events.values()), page)))


def _unread_states(status: _Status, page: PageContext) -> Iterator[ComponentState]:
    """Yield the services we know in data centres that could not be read: nothing is said of
    them.
    """
    for key in sorted(page.components):
        service, _, centre = key.rpartition("@")
        if service and centre in status.errors:
            yield state_in(centre, service)


def _coverage(status: _Status, events: Sequence[Event], page: PageContext) -> Iterator[Coverage]:
    """Yield since when each data centre speaks of each of its services."""
    for centre in status.centres.values():
        for cover in evidence(SOURCE, page, events=events, since=centre.first).coverage:
            for state in centre.states:
                yield replace(cover, component_id=state.component.id)
