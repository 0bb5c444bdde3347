"""Slack's own status API: what is going on in one answer, the last incidents in another. Pure.

`/api/v2.0.0/current` lists the incidents going on, `/api/v2.0.0/history` some of the past ones;
both name the services an incident is about, and neither lists the services there are. So the
services are those of Slack's documentation, and one that an incident names is added. Services have
no ids: their name is the key, and their former names are known here.

How bad an incident is for a service is not stated, only the incident's type: impacts are inferred
from it, in the words that `impact_mapping` knows. The format is described at
https://docs.slack.dev/reference/slack-status-api.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event, first_start, is_any_unattributed, open_events, unlisted
from monitor.kit.evidence import evidence, first_covered, gap_before
from monitor.kit.fields import row, text
from monitor.kit.protocol import About, PageContext, Steps, StepsTo, get
from monitor.kit.responses import locate_errors, read_json
from monitor.model import Evidence, PageInfo
from monitor.platforms.slack.detection import BUSY, CURRENT, HOSTS, PROBE, QUIET, detect
from monitor.platforms.slack.incidents import KINDS, SERVICES, WIDE, read_events
from monitor.platforms.slack.services import components_of, observations, so_far

__all__ = [
    "ABOUT",
    "CURRENT",
    "HISTORY",
    "HOSTS",
    "KINDS",
    "PROBE",
    "SERVICES",
    "WIDE",
    "backfill",
    "detect",
    "poll",
]

ABOUT = About(
    title="Slack",
    verified=date(2026, 8, 18),
    live="/api/v2.0.0/current, 1 request",
    reach_days=None,
    reach=(
        "The last 37 or so incidents, usually some months to a year; an incident ends with the post"
        " that says so."
    ),
    granularity="component",
    precision="seconds",
    caveat=(
        "Slack keeps some 37 incidents, gives each one type and no severity per service (a type"
        " that changes while it is open holds for its whole length), and may post what it noticed"
        " hours later or call it a notice."
    ),
)

INCIDENTS = "slack.incidents"

HISTORY = "/api/v2.0.0/history"


def poll(page: PageContext) -> Steps:
    """Yield every service's state in one request, and in a second the end of incidents that have
    left the list.
    """
    response = yield from get(CURRENT, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        word = text(answer.get("status"), "the answer.status")
        events = read_events(answer.get("active_incidents"), "active_incidents")
        yield _current(word, events, page)
    if unlisted(page, events):
        history = yield from _get_history()
        yield _past(history, page, withdrawn=unlisted(page, [*events, *history]))


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all incidents that Slack keeps. They cover the time since the oldest of them; before it
    there is a gap.
    """
    past = _past((yield from _get_history()), page)
    yield past
    first = first_covered(past, page)
    yield from gap_before(INCIDENTS, page, since, first, "Slack's history holds no older incidents")


def _get_history() -> StepsTo[list[Event]]:
    """Return the incidents of the history. Raises UnexpectedShape when it is empty: Slack always
    keeps some.
    """
    response = yield from get(HISTORY)
    with locate_errors(response.url):
        history = read_events(read_json(response), "the answer")
        if not history:
            raise UnexpectedShape("the history is empty")
        return history


def _past(history: Sequence[Event], page: PageContext, withdrawn: Iterable[str] = ()) -> Evidence:
    """Return what the history says; what it does not have though we hold it as open was
    withdrawn.
    """
    return evidence(
        INCIDENTS,
        page,
        components=components_of(history, page),
        events=so_far(history, page.now),
        since=first_start(history),
        withdrawn=withdrawn,
    )


def _current(word: str, events: Sequence[Event], page: PageContext) -> Evidence:
    """Return what the present answer says, in the `word` for its state and in its incidents."""
    remarks = list(_remarks(word, events))
    piece = evidence(
        INCIDENTS,
        page,
        info=PageInfo(name="Slack", indicator=word, remark="; ".join(remarks) or None),
        components=components_of(events, page),
        events=so_far(events, page.now),
        unknown_words={word} - {QUIET, BUSY},
    )
    return replace(piece, observed=tuple(observations(word, events, page)))


def _remarks(word: str, events: Sequence[Event]) -> Iterator[str]:
    """Yield where the answer contradicts itself, and what leaves a service's state open."""
    if word == BUSY and not events:
        yield "the state is active and no incident is listed"
    if word == QUIET and open_events(events):
        yield "the state is ok and an incident is going on"
    if is_any_unattributed(events):
        yield "an incident is going on that names no service"
