"""xAI's status page: one RSS feed with the incidents of every product and region. Pure.

The page itself and its API refuse programs; `/feed.xml` does not. What is easily misread in it:

- An item's title begins with the component in brackets; its link names the component without words
  that may change.
- `Severity` is that of now: after its end every incident reads "available". How bad it was is known
  only to who read it before; a poll hands that on to the next one. Of the others it is only known
  that something was wrong.
- `Resolved:` is missing now and then, and the update that says so tells the end; updates stand in
  either order.
- Some incidents stay open though nobody speaks of them any more: a week after the last update they
  rate nothing.
- Past incidents stay on the feed, about a hundred of them: it is never empty, and an empty one is
  broken.

Nothing lists the components, so they are those an incident ever named. The format was read from
captured feeds.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event, expire_stale, recent_or_open, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Entry, read_feed
from monitor.kit.fields import LONGEST_CODE
from monitor.kit.posts import Post, closed_at, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, shape_error
from monitor.kit.states import UNKNOWN, current_states
from monitor.kit.times import mail_date
from monitor.model import Basis, Component, Level, PageInfo, Phase

ABOUT = About(
    title="xAI",
    verified=date(2026, 9, 3),
    live="/feed.xml, 1 request",
    reach_days=None,
    reach="The last hundred or so incidents, usually some months.",
    granularity="component",
    precision="seconds",
    caveat=(
        "The feed forgets how bad an incident was as soon as it is over: what ended before the"
        " first poll counts as degraded, however bad it was. Components are those that an incident"
        " ever named."
    ),
)

SOURCE = "xai.feed"
FEED = "/feed.xml"
PROBE = Get(path=FEED, accept=ACCEPT)
HOSTS = ("status.x.ai",)

VOCABULARY: Mapping[str, Level] = {
    "available": Level.OPERATIONAL,
    "degraded": Level.DEGRADED,
    "unavailable": Level.MAJOR_OUTAGE,
    "resolved": Level.DEGRADED,
}
"""By severity; of an incident that is over, whose severity is forgotten, by its status."""

RESOLVED = "resolved"
OPEN = frozenset({"investigating", "identified", "monitoring", "updated", "update", "open"})

UPDATES: Mapping[str, Phase] = {
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    RESOLVED: Phase.CLOSED,
}
"""What an update says of the incident's state; others say nothing of it."""

ID = re.compile(r"INC[0-9a-f]{6,16}")
TITLE = re.compile(r"\[(?P<component>[^\]]+)\]\s*(?P<text>.*)", re.DOTALL)
LABELS = re.compile(r"(Status|Severity|Resolved):\s*(.+)")
DATED = re.compile(r"[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [A-Z]{3}")


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of xAI's feed: its incidents' ids, their addresses and the lines they begin
    with.
    """
    body = response.body
    if b"<rss" not in body[:500] or b"https://status.x.ai" not in body:
        return
    if re.search(rb"<guid[^>]*>INC[0-9a-f]{6,16}</guid>", body):
        yield Signal("ids", "incidents have ids like INC548339c6")
    if re.search(rb"<link>https://status\.x\.ai/[a-z0-9-]+/INC", body):
        yield Signal("urls", "incidents have addresses at status.x.ai")
    if b"<h3>Status:" in body and b"<p>Severity:" in body:
        yield Signal("shape", "descriptions begin with a status and a severity")


# the incidents


@dataclass(frozen=True, slots=True)
class _Told:
    """What the feed says: incidents, and the components they name, by id."""

    name: str
    events: Sequence[Event]
    names: Mapping[str, str]
    severities: Mapping[str, str]


def _told(response: Response, page: PageContext) -> _Told:
    known = _known(page.cursor)
    feed = read_feed(response)
    if not feed.entries:
        raise UnexpectedShape("the feed is empty: past incidents always stay on it")
    names: dict[str, str] = {}
    severities: dict[str, str] = {}
    events = []
    for each in feed.entries:
        # Whoever's clock is wrong: what is listed has begun.
        entry = replace(each, published=each.published and min(each.published, page.now))
        key, component, title = _identity(entry)
        names.setdefault(component, title)
        lines = {label.lower(): value.strip() for label, value in map(_label, _labelled(entry))}
        event = _event(entry, key, component, lines, known.get(key))
        if event.phase is Phase.OPEN:
            event = expire_stale(event, max(_posts(entry), default=event.start), page.now)
            severities[key] = _worse(known.get(key), lines["severity"].lower())
        elif key in known:
            severities[key] = known[key]
        events.append(event)
    return _Told(feed.title, events, names, severities)


def _labelled(entry: Entry) -> Iterator[re.Match[str]]:
    """Yield the lines with a label, from the first on; updates come after them and may say
    anything.
    """
    for line in entry.lines:
        found = LABELS.fullmatch(line)
        if found is not None:
            yield found
        elif line == "Updates:":
            return


def _label(found: re.Match[str]) -> tuple[str, str]:
    return found[1], found[2]


def _identity(entry: Entry) -> tuple[str, str, str]:
    """Return an incident's id, its component's id, and that component's name."""
    titled = TITLE.fullmatch(entry.title)
    path = urlsplit(entry.link or "").path.strip("/").split("/")
    if titled is None or not ID.fullmatch(entry.id):
        shape_error(
            "item",
            "an id like INC548339c6 and a title like [API] text",
            f"{entry.id} {entry.title}",
        )
    return (
        entry.id,
        path[0] if len(path) == 2 else titled["component"],  # noqa: PLR2004
        titled["component"],
    )


def _event(
    entry: Entry, key: str, component: str, lines: Mapping[str, str], seen: str | None
) -> Event:
    """Return an incident. `seen` is the worst severity it had when it was read while it went on."""
    if "status" not in lines or "severity" not in lines or entry.published is None:
        shape_error(f"item {key}", "a status, a severity and a date", "an item without")
    status, severity = (
        lines["status"].lower()[:LONGEST_CODE],
        lines["severity"].lower()[:LONGEST_CODE],
    )
    end = _end(entry, lines) if status == RESOLVED else None
    if status == RESOLVED and seen is None:
        word, basis = RESOLVED, Basis.INFERRED
    else:
        word = _worse(seen, severity) if status == RESOLVED else severity
        basis = Basis.DECLARED
    level = VOCABULARY.get(word)
    return Event(
        id=key,
        title=entry.title,
        phase=Phase.CLOSED if end is not None else Phase.OPEN,
        start=entry.published,
        end=end,
        status=status,
        impact=severity,
        url=entry.link,
        component_ids=(component,),
        spans=spans_for([component], level, entry.published, end, word=word, basis=basis),
        unknown_words=() if status in OPEN | {RESOLVED} else (status,),
    )


def _end(entry: Entry, lines: Mapping[str, str]) -> datetime | None:
    """Return when an incident that is over ended: as it says, else with the update that says so, or
    the last.
    """
    if "resolved" in lines:
        return mail_date(lines["resolved"], f"item {entry.id}, Resolved")
    if entry.published is None:
        return None
    return closed_at(_updates(entry), entry.published)


def _updates(entry: Entry) -> Iterator[Post]:
    """Yield what each update says of the incident's state, which stands in the line after its
    date.
    """
    for line, state in pairwise(entry.lines):
        if DATED.fullmatch(line):
            yield post_saying(mail_date(line, f"item {entry.id}, update"), state.lower(), UPDATES)


def _posts(entry: Entry) -> list[datetime]:
    """Return when updates were posted."""
    return [
        mail_date(line, f"item {entry.id}, update") for line in entry.lines if DATED.fullmatch(line)
    ]


def _worse(one: str | None, other: str) -> str:
    """Return the worse of two severities; one that we do not know is worse than available."""
    words = [word for word in (one, other) if word is not None]
    return max(words, key=lambda word: VOCABULARY.get(word, UNKNOWN))


def _components(told: _Told, page: PageContext) -> list[Component]:
    """Return those the feed names, and those it once named: they are well."""
    named = {**dict.fromkeys(sorted(page.components)), **told.names}
    return [
        Component(id=key, name=name or key, position=at)
        for at, (key, name) in enumerate(sorted(named.items()))
    ]


# reading


def _known(cursor: str | None) -> Mapping[str, str]:
    """Return the severities that incidents had when they were read while they went on."""
    try:
        return {str(key): str(word) for key, word in json.loads(cursor or "{}").items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request."""
    response = yield from get(FEED, accept=ACCEPT, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        told = _told(response, page)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=told.name or None),
            parts=current_states(_components(told, page), told.events, page.now),
            events=recent_or_open(told.events, page),
            withdrawn=page.open_incidents - {event.id for event in told.events},
            cursor=json.dumps(told.severities, sort_keys=True),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the incidents on the feed; they cover the time since the oldest of them."""
    response = yield from get(FEED, accept=ACCEPT)
    with locate_errors(response.url):
        told = _told(response, page)
        first = max(since, min(event.start for event in told.events))
        yield evidence(
            SOURCE, page, components=_components(told, page), events=told.events, since=first
        )
    yield from gap_before(SOURCE, page, since, first, "the feed holds no older incidents")
