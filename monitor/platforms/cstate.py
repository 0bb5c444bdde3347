"""cState pages: the systems in one document, all issues in another or in a feed, written when the
site is made. Pure.

`index.json` has the systems with the worst severity of their unresolved issues, `issues/index.json`
every issue: its severity, the systems it affected, when it began and when it was resolved, as
people typed it. What is easily misread:

- Texts are put into the JSON as they are, so a quotation mark in a title breaks the document: it is
  mended.
- An issue that begins in the future counts as unresolved in a system's status already.
- A `notice` is what the page itself shows as maintenance; without a system it is an announcement,
  and so is an `informational` issue. Another issue that names no system does not say what it is
  about.
- Times are Go's (`2026-05-20 10:00:00 +0000 UTC`) or have no offset, and are in the site's zone
  then, which is UTC unless it is configured. What is not there reads `<no value>`.
- An issue may be resolved and not say when: its last change is the latest that can be.
- Sites may hide their past issues; then one that leaves the index has ended.
- Up to version 4 systems have no state, and issues are in no document but each in its own, which
  the feed leads to. What there is of the present is `summaryStatus`, the worst of all unresolved
  issues; the page as a whole is a component then.
- A summary that is worse than anything that is known of the systems leaves them unknown: an issue
  may name none.

The shapes are those of the program's source, https://github.com/cstate/cstate (layouts/index.json,
layouts/index.xml, layouts/_default/list.json, layouts/issues/single.json), and of pages built with
it from their own files.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from monitor.errors import (
    BadStatus,
    FetchError,
    NotJson,
    PageError,
    ParseError,
    Truncated,
    UnexpectedShape,
)
from monitor.kit.events import ComponentState, Event, expire_stale, recent_or_open, spans_for
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Entry, read_feed
from monitor.kit.fields import Row, items, keyword, maybe_text, optional_rows, row, rows, text
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, PageContext, Response, Signal, Step, Steps, get, get_all
from monitor.kit.responses import locate_errors, read_json
from monitor.kit.states import current_states
from monitor.kit.times import instant
from monitor.model import Component, Level, PageInfo, Phase, worst_level

ABOUT = About(
    title="cState",
    verified=date(2025, 9, 12),
    live=(
        "/index.json, 1 request; /issues/index.json (version 4: the feed and its issues) when that"
        " has changed or something goes on"
    ),
    reach_days=None,
    reach="Every issue since the page exists, unless the site hides its history.",
    granularity="component",
    precision="as typed",
    caveat=(
        "People write the issues, one severity for all systems and the whole length; some call an"
        " outage a notice, which the page shows as maintenance."
    ),
)

SOURCE = "cstate.issues"
INDEX = "index.json"
ISSUES = "issues/index.json"
FEED = "index.xml"
COMMON_PATHS = (f"/{INDEX}",)

VOCABULARY: Mapping[str, Level] = {
    "ok": Level.OPERATIONAL,
    "notice": Level.MAINTENANCE,
    "disrupted": Level.PARTIAL_OUTAGE,
    "down": Level.MAJOR_OUTAGE,
}

OK = "ok"
MISSING = "<no value>"
"""How the site's generator writes what is not there."""

GENERATOR = b'name="generator" content="cState '
TEXT_LINE = re.compile(r'^([ \t]*"\w+": ?")(.{0,5000})("[ \t]*,?[ \t\r]*)$', re.MULTILINE)
UNESCAPED = re.compile(r'\\(?!["\\/bfnrtu])|(?<!\\)"')

PAGE = Component(id="page", name="The page as a whole", position=10**6)
LINK = re.compile(r"/issues/([\w.%~-]{1,200})/?$")
NEWEST = 20
"""Issues of the feed that a poll reads, where each is a document of its own."""

MOST_ISSUES = 200
"""Issues of the feed that a backfill reads."""

LONGEST = timedelta(days=30)
"""How long before the time asked for an issue may have begun."""

BEGINNING = datetime.min.replace(tzinfo=UTC)

UNNAMED = "an issue is going on that names no system"
UNSAID = "the page as a whole is {summary}, and it is not known which systems are"
HIDDEN = "the page lists no older issue; it may hide them"


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a cState page, its index or its issues. They are looked for in JSON that
    is broken too.
    """
    body = response.body
    if GENERATOR in body:
        yield Signal("generator", "the page says that cState made it")
    if b'class="component" data-status="' in body and b"themeDisruptedColor" in body:
        yield Signal("markup", "systems' states and the colours of cState's themes")
    if body.lstrip()[:1] != b"{":
        return
    if b'"cStateVersion"' in body:
        yield Signal("version", "the index tells cState's version")
        if b'"summaryStatus"' in body and b'"systems"' in body:
            yield Signal("shape", "a summaryStatus over systems")
    if b'"resolvedAt"' in body and b'"informational"' in body and b'"lastMod"' in body:
        yield Signal("issues", "issues that are resolved or informational")


# the answers


def _read(response: Response) -> Row:
    """Return an answer, with the quotation marks in its texts mended where they break it."""
    try:
        return row(read_json(response), "the answer")
    except (NotJson, Truncated):
        mended = TEXT_LINE.sub(
            lambda line: line[1] + UNESCAPED.sub(r"\\\g<0>", line[2]) + line[3], response.text
        )
        if mended == response.text:
            raise
    return row(
        read_json(replace(response, body=mended.encode(), text_encoding="utf-8")), "the answer"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """What the index says. `said` is the status of each system, None where it has none; `summary`
    that of the page.
    """

    name: str | None
    summary: str
    systems: Sequence[Component]
    said: Sequence[str | None]
    unresolved: Sequence[Event]

    @property
    def is_bare(self) -> bool:
        """Whether systems have no state of their own."""
        return None in self.said

    @property
    def components(self) -> Sequence[Component]:
        """The systems; where they have no state, the page as a whole too."""
        return [*self.systems, PAGE] if self.is_bare else self.systems

    def events(self, issues: Sequence[Event]) -> list[Event]:
        """Return issues, each once; where the page as a whole is a component they are about it
        too.
        """
        found = {event.id: event for event in [*self.unresolved, *issues]}.values()
        return [_of_the_page(event) for event in found] if self.is_bare else list(found)


def _of_the_page(event: Event) -> Event:
    first = event.spans[0].component_id if event.spans else None
    whole = (
        replace(span, component_id=PAGE.id) for span in event.spans if span.component_id == first
    )
    return replace(event, spans=(*event.spans, *whole))


def _index(response: Response, now: datetime) -> _Index:
    told = _read(response)
    systems = rows(told.get("systems"), "systems")
    if not systems:
        raise UnexpectedShape("no system is listed: such a page says nothing of any")
    names = [text(each.get("name"), "system.name") for each in systems]
    return _Index(
        name=maybe_text(told.get("title")),
        summary=keyword(told.get("summaryStatus"), "summaryStatus"),
        systems=[
            Component(id=name, name=name, group=maybe_text(each.get("category")), position=at)
            for at, (name, each) in enumerate(zip(names, systems, strict=True))
        ],
        said=[
            keyword(each["status"], "system.status") if "status" in each else None
            for each in systems
        ],
        unresolved=[
            _issue(issue, now)
            for each in systems
            for issue in optional_rows(each.get("unresolvedIssues"), "system.unresolvedIssues")
        ],
    )


def _issue(told: Row, now: datetime) -> Event:
    """Return an issue; an open one that was not changed for long is not rated for ever."""
    link = text(told.get("permalink"), "issue.permalink")
    key = link.rstrip("/").rpartition("/")[2] or link
    where = f"issue {key[:60]}"
    start = _time(told.get("createdAt"), f"{where}.createdAt")
    end = _end(told, start, where)
    severity = keyword(told.get("severity") or MISSING, f"{where}.severity")
    level, informs = VOCABULARY.get(severity), _is(told.get("informational"))
    named = [
        text(each, f"{where}.affected") for each in items(told.get("affected"), f"{where}.affected")
    ]
    spans = () if informs else spans_for(named, level, start, end, word=severity)
    event = Event(
        id=key,
        title=text(told.get("title"), f"{where}.title"),
        phase=(
            Phase.CLOSED
            if end is not None and end <= now
            else Phase.SCHEDULED
            if start > now
            else Phase.OPEN
        ),
        start=start,
        end=end,
        status="informational" if informs else "unresolved" if end is None else "resolved",
        impact=severity,
        url=link if link.startswith("http") else None,
        maintenance=level is Level.MAINTENANCE,
        component_ids=tuple(named),
        spans=spans,
        unattributed=not spans
        and not informs
        and level not in {Level.OPERATIONAL, Level.MAINTENANCE},
        unknown_words=() if informs or level is not None else (severity,),
    )
    return expire_stale(event, _changed(told, start), now)


def _end(told: Row, start: datetime, where: str) -> datetime | None:
    if _is(told.get("informational")):
        return start
    if not _is(told.get("resolved")):
        return None
    written = maybe_text(told.get("resolvedAt"))
    if written is None or written == MISSING:
        return _changed(told, start)
    return _time(written, f"{where}.resolvedAt", _zone(told))


def _changed(told: Row, start: datetime) -> datetime:
    """Return when an issue was last changed; sites that do not know it give its beginning or the
    year 1.
    """
    try:
        return max(start, _time(told.get("lastMod"), "issue.lastMod"))
    except UnexpectedShape:
        return start


def _is(value: object) -> bool:
    return str(value).lower() == "true"


def _time(value: object, where: str, zone: tzinfo = UTC) -> datetime:
    """Return a time as Go writes it, or as people do without an offset."""
    day, *rest = (maybe_text(value) or "?").split()
    clock = "".join(part for part in rest[:2] if part != "UTC")
    return instant(f"{day} {clock}".strip(), where, zone)


def _zone(told: Row) -> tzinfo:
    """Return the site's zone, as far as the issue's beginning tells it."""
    offset = re.search(r" ([+-]\d{4})\b", str(told.get("createdAt")))
    try:
        return datetime.strptime(offset[1], "%z").tzinfo or UTC if offset else UTC
    except ValueError:
        return UTC


# reading


@dataclass(frozen=True, slots=True)
class _Issues:
    """Issues, and since when they are all there are; `error` where nothing lists them."""

    events: Sequence[Event] = ()
    since: datetime | None = None
    error: PageError | None = None


def _issues(
    index: _Index, page: PageContext, most: int, since: datetime
) -> Generator[Step, Any, _Issues]:
    """Ask for all issues: in one document or, where there is none and systems have no state, those
    of the feed.
    """
    response = yield from get(ISSUES)
    try:
        with locate_errors(response.url):
            listed = rows(_read(response).get("pages"), "pages")
            events = [_issue(each, page.now) for each in listed if each.get("is") == "issue"]
            return _Issues(events, min((event.start for event in events), default=None))
    except (BadStatus, ParseError) as error:
        if not index.is_bare:
            return _Issues(error=error)
    return (yield from _from_feed(page, most, since))


def _from_feed(page: PageContext, most: int, since: datetime) -> Generator[Step, Any, _Issues]:
    """Ask for the feed's newest issues since then and those we hold as open; if one cannot be read,
    none counts.
    """
    response = yield from get(FEED, accept=ACCEPT)
    try:
        with locate_errors(response.url):
            told = [
                (each.published or page.now, name)
                for each in read_feed(response).entries
                if (name := _name_of(each))
            ]
        newest = sorted(told, reverse=True)
        recent = [name for at, name in newest if at >= since][:most]
        held = [name for _, name in newest if name in page.open_incidents]
        answers = yield from get_all(
            [f"issues/{name}/{INDEX}" for name in dict.fromkeys([*recent, *held])]
        )
        events = [_issue(_answered(each), page.now) for each in answers]
    except (BadStatus, ParseError) as error:
        return _Issues(error=error)
    reached = newest[:most] if len(recent) == most else newest
    return _Issues(
        events, min([*(at for at, _ in reached), *(event.start for event in events)], default=None)
    )


def _name_of(entry: Entry) -> str | None:
    """Return what an issue is called in its address, which is on this page whatever host the feed
    says.
    """
    found = LINK.search(entry.link or "")
    return found[1] if found else None


def _answered(answer: Response | FetchError) -> Row:
    if isinstance(answer, FetchError):
        raise answer
    with locate_errors(answer.url):
        return _read(answer)


def poll(page: PageContext) -> Steps:
    """Yield every system's state.

    While something goes on or is planned the index is read even if it is the same: what it means
    changes by itself.
    """
    response = yield from get(INDEX, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        index = _index(response, page.now)
    since = page.now - LONGEST if index.summary == OK else BEGINNING
    told = yield from _issues(index, page, NEWEST, since)
    events = index.events(told.events)
    over, withdrawn, cursor = _left(page, index, told, events)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(
            name=index.name, indicator=index.summary, remark=_remark(index, events, page.now)
        ),
        parts=list(_parts(index, events, page.now)),
        events=[*recent_or_open(events, page), *over],
        withdrawn=withdrawn,
        cursor=cursor,
    )


def _left(
    page: PageContext, index: _Index, told: _Issues, events: Sequence[Event]
) -> tuple[Sequence[Event], Sequence[str], str | None]:
    """Return the issues that have left the page as ended, the ids of those that were taken back,
    and what to remember.

    Where nothing lists issues and the summary says that some go on, those we know of may be among
    them.
    """
    if told.events:
        return (), tuple(page.open_incidents - {event.id for event in events}), dump_open(events)
    if index.is_bare and index.summary != OK:
        return (), (), page.cursor
    over, withdrawn = closed_since(page, events)
    return over, withdrawn, dump_open(events)


def _remark(index: _Index, events: Sequence[Event], now: datetime) -> str | None:
    if any(event.phase is Phase.OPEN and event.unattributed for event in events):
        return UNNAMED
    return None if _is_explained(index, events, now) else UNSAID.format(summary=index.summary)


def _is_explained(index: _Index, events: Sequence[Event], now: datetime) -> bool:
    """Whether systems are known to be as bad as the page as a whole. A notice may be an
    announcement about none of them; where systems have no state of their own it may as well be
    about any.
    """
    level = VOCABULARY.get(index.summary)
    going = [span for event in events if event.phase is Phase.OPEN for span in event.spans]
    here = [
        span.level for span in going if span.start <= now and (span.end is None or span.end > now)
    ]
    worst = worst_level([*here, *(VOCABULARY.get(said) for said in index.said if said is not None)])
    if not index.is_bare and (level is None or level is Level.MAINTENANCE):
        return True
    return level is Level.OPERATIONAL or (
        level is not None and worst is not None and worst >= level
    )


def _parts(index: _Index, events: Sequence[Event], now: datetime) -> Iterator[ComponentState]:
    """Yield systems' states: as bad as the issues that go on, and as their status where no issue
    explains it.
    """
    yield from current_states(index.components, events, now)
    going = [event for event in events if event.phase in {Phase.OPEN, Phase.SCHEDULED}]
    named = {span.component_id for event in going for span in event.spans}
    is_explained = _is_explained(index, events, now)
    for component, said in zip(index.systems, index.said, strict=True):
        if not is_explained:
            yield ComponentState(component=component, level=None)
        if said not in {None, OK} and (component.id not in named or said not in VOCABULARY):
            yield ComponentState(component=component, level=VOCABULARY.get(said), word=said)
    if index.is_bare:
        yield ComponentState(
            component=PAGE, level=VOCABULARY.get(index.summary), word=index.summary
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all issues; they cover the time since the oldest of them, before which nothing says
    there was a page.
    """
    response = yield from get(INDEX)
    with locate_errors(response.url):
        index = _index(response, page.now)
    told = yield from _issues(index, page, MOST_ISSUES, since - LONGEST)
    events = [
        event for event in index.events(told.events) if event.end is None or event.end >= since
    ]
    first = max(since, told.since or page.now)
    yield evidence(
        SOURCE,
        page,
        components=index.components,
        events=events,
        since=first if told.since else None,
    )
    yield from gap_before(SOURCE, page, since, first, str(told.error) if told.error else HIDDEN)
