"""Checkly status pages: what goes on in one answer, 90 days of every service in another. Pure.

A page's JSON is at `/api/status-page/<slug>/`; the slug is the host's label on
checkly-status-page.com, and elsewhere stands in the page's HTML. `unresolved-incidents` lists what
goes on, `uptime` the services and what happened to each, day by day, `maintenance-windows` what is
planned. What is easily misread:

- Services have no state: it is that of the incidents that name them. Severities are of an incident
  as a whole, in four steps: MEDIUM is one of them, and for most pages the usual one.
- An incident's `duration` runs from `created_at` to its last update, so it tells the end of a
  resolved one only. One that lasts for days stands in each of them, whole.
- Any path that does not exist answers 200 and the page's HTML.
- `partialError` says that the days are incomplete: then those without incidents are not known to be
  good.

What a maintenance window looks like is taken from Checkly's own API: one that looks otherwise is
left out, and said so in a remark. Nothing is documented.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from monitor.errors import PageError
from monitor.kit.events import Event, events_since, is_any_unattributed, recent_or_open, unlisted
from monitor.kit.evidence import evidence, gap_before, one_remark
from monitor.kit.fields import row
from monitor.kit.page_keys import ask_by_key
from monitor.kit.protocol import About, PageContext, Steps, StepsTo, get_all
from monitor.kit.responses import locate_errors, read_json, unwrap
from monitor.kit.states import current_states
from monitor.model import Component, PageInfo, ReportedUptime, id_set
from monitor.platforms.checkly.detection import HOSTS, detect, slug_in_page, slug_of_host
from monitor.platforms.checkly.incidents import VOCABULARY, Incidents
from monitor.platforms.checkly.services import read_components, read_uptimes
from monitor.platforms.checkly.windows import read_windows

__all__ = ["ABOUT", "HOSTS", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="Checkly",
    verified=date(2026, 9, 4),
    live="/api/status-page/<slug>/, 3 requests; the page itself once, for the slug",
    reach_days=90,
    reach="90 days of each service, with every incident's severity, start and length.",
    granularity="component",
    precision="seconds",
    caveat=(
        "An incident has one severity for all services it names and for its whole length; many last"
        " a minute or two."
    ),
)

SOURCE = "checkly.uptime"

API = "/api/status-page/{slug}/"
ANSWERS = ("uptime", "unresolved-incidents", "maintenance-windows")

INCOMPLETE = "the page says that its answer is incomplete"
NO_SERVICE = "something is going on that names no service"
NO_WINDOWS = (
    "the maintenance windows cannot be read; run `monitor record URL DIR` and send the folder"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    """The answers together. `first` is the first day they tell of, None when they tell of none."""

    slug: str
    components: Sequence[Component]
    events: Sequence[Event]
    uptimes: tuple[ReportedUptime, ...]
    unknown_words: frozenset[str]
    first: datetime | None
    complete: bool
    remarks: Sequence[str]


def poll(page: PageContext) -> Steps:
    """Yield every service's state, and what happened lately: the end of an incident is only told in
    the days.
    """
    status = yield from _read_page(page)
    remarks = list(status.remarks)
    if is_any_unattributed(status.events):
        remarks.append(NO_SERVICE)
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(remark=one_remark(remarks)),
        parts=current_states(status.components, status.events, page.now),
        events=recent_or_open(status.events, page),
        withdrawn=unlisted(page, status.events) if status.complete else (),
        unknown_words=status.unknown_words,
        cursor=status.slug,
    )
    yield replace(piece, reported=status.uptimes)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield 90 days of incidents; the days before them, or all of them when they are incomplete,
    are a gap.
    """
    status = yield from _read_page(page)
    first_listed = status.first if status.complete else None
    first = page.now if first_listed is None else min(page.now, max(since, first_listed))
    piece = evidence(
        SOURCE,
        page,
        components=status.components,
        events=events_since(status.events, since),
        since=None if first_listed is None else first,
        unknown_words=status.unknown_words,
        cursor=status.slug,
    )
    yield replace(piece, reported=status.uptimes)
    why = "the page has no older days" if status.complete else INCOMPLETE
    yield from gap_before(SOURCE, page, since, first, why)


def _read_page(page: PageContext) -> StepsTo[_Status]:
    """Ask for the three answers; a slug of the last poll that leads nowhere any more is looked for
    in the page's HTML.
    """
    slug = page.cursor or slug_of_host(page.url)
    read_answers = partial(_read_answers, page=page)
    may_move = slug == page.cursor
    return (yield from ask_by_key(slug, read_answers, slug_in_page, may_move=may_move))


def _read_answers(slug: str, page: PageContext) -> StepsTo[_Status]:
    paths = [API.format(slug=slug) + name for name in ANSWERS]
    answers = yield from get_all(paths)
    uptime, open_list = unwrap(answers[0]), unwrap(answers[1])
    incidents, remarks = Incidents(), []
    with locate_errors(uptime.url):
        days = row(read_json(uptime), "the answer")
        components, first = read_components(days), incidents.add_days(days)
        uptimes = tuple(read_uptimes(days, id_set(components)))
    with locate_errors(open_list.url):
        incidents.add_open(row(read_json(open_list), "the answer"))
        events = list(incidents.events(page.now))
    try:
        plans = row(read_json(unwrap(answers[2])), "the answer")
        events += list(read_windows(plans, page.now))
    except PageError:
        remarks.append(NO_WINDOWS)
    complete = days.get("partialError") is False
    if not complete:
        remarks.append(INCOMPLETE)
    return _Status(
        slug=slug,
        components=components,
        events=events,
        uptimes=uptimes,
        unknown_words=incidents.unknown_words(),
        first=first,
        complete=complete,
        remarks=remarks,
    )
