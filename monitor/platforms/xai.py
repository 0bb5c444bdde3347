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
from monitor.kit.cursor import read_names
from monitor.kit.events import (
    Event,
    expire_stale,
    first_start,
    recent_or_open,
    spans_for,
    unlisted,
    words_not_in,
)
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Entry, read_feed
from monitor.kit.fields import LONGEST_CODE
from monitor.kit.posts import Post, closed_at, post_saying
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, shape_error
from monitor.kit.states import UNKNOWN, components_in_order, current_states
from monitor.kit.times import mail_date
from monitor.model import Basis, Component, Level, PageInfo, Phase, without_none

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
DATE = re.compile(r"[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [A-Z]{3}")


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
class _FeedContent:
    """What the feed says: incidents, and the components they name, by id."""

    name: str
    events: Sequence[Event]
    names: Mapping[str, str]
    severities: Mapping[str, str]


def _read(response: Response, page: PageContext) -> _FeedContent:
    previous = read_names(page.cursor)
    feed = read_feed(response)
    if not feed.entries:
        raise UnexpectedShape("the feed is empty: past incidents always stay on it")
    names: dict[str, str] = {}
    severities: dict[str, str] = {}
    events = []
    for item in feed.entries:
        # Whoever's clock is wrong: what is listed has begun.
        entry = replace(item, published=item.published and min(item.published, page.now))
        key, component, title = _identity(entry)
        names.setdefault(component, title)
        labels = _labels(entry)
        event = _event(entry, key, component, labels, previous.get(key))
        if event.phase is Phase.OPEN:
            event = expire_stale(event, max(_post_times(entry), default=event.start), page.now)
            severities[key] = _worse(previous.get(key), labels["severity"].lower())
        elif key in previous:
            severities[key] = previous[key]
        events.append(event)
    return _FeedContent(feed.title, events, names, severities)


def _labels(entry: Entry) -> dict[str, str]:
    """Return what stands behind each label; of several the last. Updates come after them and may
    say anything.
    """
    labels = {}
    for line in entry.lines:
        match = LABELS.fullmatch(line)
        if match is not None:
            labels[match[1].lower()] = match[2].strip()
        elif line == "Updates:":
            break
    return labels


def _identity(entry: Entry) -> tuple[str, str, str]:
    """Return an incident's id, its component's id, and that component's name."""
    match = TITLE.fullmatch(entry.title)
    path = urlsplit(entry.link or "").path.strip("/").split("/")
    if match is None or not ID.fullmatch(entry.id):
        due = "an id like INC548339c6 and a title like [API] text"
        shape_error("item", due, f"{entry.id} {entry.title}")
    name = match["component"]
    return entry.id, path[0] if len(path) == 2 else name, name  # noqa: PLR2004


def _event(
    entry: Entry,
    key: str,
    component: str,
    labels: Mapping[str, str],
    previous: str | None,
) -> Event:
    """Return an incident. `previous` is the worst severity it had when it was read while it went
    on.
    """
    if "status" not in labels or "severity" not in labels or entry.published is None:
        shape_error(f"item {key}", "a status, a severity and a date", "an item without")
    status = labels["status"].lower()[:LONGEST_CODE]
    severity = labels["severity"].lower()[:LONGEST_CODE]
    word, basis, end = severity, Basis.DECLARED, None
    if status == RESOLVED:
        end = _end(entry, labels)
        word = RESOLVED if previous is None else _worse(previous, severity)
        basis = Basis.INFERRED if previous is None else Basis.DECLARED
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
        unknown_words=words_not_in({*OPEN, RESOLVED}, status),
    )


def _end(entry: Entry, labels: Mapping[str, str]) -> datetime | None:
    """Return when an incident that is over ended: as it says, else with the update that says so, or
    the last.
    """
    if "resolved" in labels:
        return mail_date(labels["resolved"], f"item {entry.id}, Resolved")
    if entry.published is None:
        return None
    return closed_at(_updates(entry), entry.published)


def _updates(entry: Entry) -> Iterator[Post]:
    """Yield what each update says of the incident's state, which stands in the line after its
    date.
    """
    for line, state in pairwise(entry.lines):
        if DATE.fullmatch(line):
            yield post_saying(mail_date(line, f"item {entry.id}, update"), state.lower(), UPDATES)


def _post_times(entry: Entry) -> list[datetime]:
    """Return when updates were posted."""
    dates = filter(DATE.fullmatch, entry.lines)
    return [mail_date(line, f"item {entry.id}, update") for line in dates]


def _worse(one: str | None, other: str) -> str:
    """Return the worse of two severities; one that we do not know is worse than available."""
    return max(without_none((one, other)), key=lambda word: VOCABULARY.get(word, UNKNOWN))


def _components(content: _FeedContent, page: PageContext) -> list[Component]:
    """Return those the feed names, and those it once named: these count as operational."""
    names = {key: key for key in page.components}
    names.update(content.names)
    return components_in_order(dict(sorted(names.items())))


# reading


def poll(page: PageContext) -> Steps:
    """Yield every component's state in one request."""
    response = yield from get(FEED, accept=ACCEPT, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        content = _read(response, page)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=content.name or None),
            parts=current_states(_components(content, page), content.events, page.now),
            events=recent_or_open(content.events, page),
            withdrawn=unlisted(page, content.events),
            cursor=json.dumps(content.severities, sort_keys=True),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the incidents on the feed; they cover the time since the oldest of them."""
    response = yield from get(FEED, accept=ACCEPT)
    with locate_errors(response.url):
        content = _read(response, page)
        first = max(since, first_start(content.events) or since)
        components = _components(content, page)
        yield evidence(SOURCE, page, components=components, events=content.events, since=first)
    yield from gap_before(SOURCE, page, since, first, "the feed holds no older incidents")
