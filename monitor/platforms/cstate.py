"""cState pages: the systems in one document, all issues in another, both written when the site is made. Pure.

`index.json` has the systems with the worst severity of their unresolved issues, `issues/index.json` every issue: its
severity, the systems it affected, when it began and when it was resolved, as people typed it. What is easily misread:

- Texts are put into the JSON as they are, so a quotation mark in a title breaks the document: it is mended.
- An issue that begins in the future counts as unresolved in a system's status already.
- A `notice` is what the page itself shows as maintenance; without a system it is an announcement, and so is an
  `informational` issue. Another issue that names no system does not say what it is about.
- Times are Go's (`2026-05-20 10:00:00 +0000 UTC`) or have no offset, and are in the site's zone then, which is UTC
  unless it is configured. What is not there reads `<no value>`.
- An issue may be resolved and not say when: its last change is the latest that can be.
- Sites may hide their past issues; then one that leaves the index has ended.

The shapes are those of the program's source, https://github.com/cstate/cstate (layouts/index.json,
layouts/_default/list.json), and issues were checked against real ones in the files they are made from; no answer was
seen.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from monitor.errors import BadStatus, NotJson, PageError, ParseError, Truncated, UnexpectedShape
from monitor.fields import Row, instant, items, maybe_text, row, rows, some_rows, text, word
from monitor.model import Component, Level, PageInfo, Phase
from monitor.protocol import About, PageContext, Response, Signal, Step, Steps, get, read_json, reading_of
from monitor.told import Event, Part, ended, evidence, gap_before, news, remembered, silenced, spread, states

ABOUT = About(
    title="cState",
    verified=None,
    live="/index.json, 1 request; /issues/index.json when that has changed or something goes on",
    reach_days=None,
    reach="Every issue since the page exists, unless the site hides its history.",
    per="component",
    precision="as typed",
    trust=(
        "People write the issues, one severity for all systems and the whole length; some call an outage a notice, "
        "which the page shows as maintenance."
    ),
)

SOURCE = "cstate.issues"
INDEX = "index.json"
ISSUES = "issues/index.json"
ANYWHERE = (f"/{INDEX}",)

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

UNNAMED = "an issue is going on that names no system"
HIDDEN = "the page lists no older issue; it may hide them"


# ------------------------------------------------------------------------------------------------------ detection


def detect(response: Response) -> list[Signal]:
    """Return the signs of a cState page, its index or its issues. They are looked for in JSON that is broken too."""
    return list(_signals(response))


def _signals(response: Response) -> Iterator[Signal]:
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


# --------------------------------------------------------------------------------------------------------- the answers


def _read(response: Response) -> Row:
    """Return an answer, with the quotation marks in its texts mended where they break it."""
    try:
        return row(read_json(response), "the answer")
    except (NotJson, Truncated):
        mended = TEXT_LINE.sub(lambda line: line[1] + UNESCAPED.sub(r"\\\g<0>", line[2]) + line[3], response.text)
        if mended == response.text:
            raise
    return row(read_json(replace(response, body=mended.encode(), text_encoding="utf-8")), "the answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """What the index says. `said` is the status of each system, None where it has none."""

    info: PageInfo
    components: Sequence[Component]
    said: Sequence[str | None]
    unresolved: Sequence[Event]


def _index(response: Response, now: datetime) -> _Index:
    told = _read(response)
    systems = rows(told.get("systems"), "systems")
    if not systems:
        raise UnexpectedShape("no system is listed: such a page says nothing of any")
    names = [text(each.get("name"), "system.name") for each in systems]
    return _Index(
        info=PageInfo(name=maybe_text(told.get("title")), indicator=word(told.get("summaryStatus"), "summaryStatus")),
        components=[
            Component(id=name, name=name, group=maybe_text(each.get("category")), position=at)
            for at, (name, each) in enumerate(zip(names, systems, strict=True))
        ],
        said=[word(each["status"], "system.status") if "status" in each else None for each in systems],
        unresolved=[
            _issue(issue, now)
            for each in systems
            for issue in some_rows(each.get("unresolvedIssues"), "system.unresolvedIssues")
        ],
    )


def _issue(told: Row, now: datetime) -> Event:
    """Return an issue; an open one that was not changed for long is not rated for ever."""
    link = text(told.get("permalink"), "issue.permalink")
    key = link.rstrip("/").rpartition("/")[2] or link
    where = f"issue {key[:60]}"
    start = _time(told.get("createdAt"), f"{where}.createdAt")
    end = _end(told, start, where)
    severity = word(told.get("severity") or MISSING, f"{where}.severity")
    level, informs = VOCABULARY.get(severity), _is(told.get("informational"))
    named = [text(each, f"{where}.affected") for each in items(told.get("affected"), f"{where}.affected")]
    spans = () if informs else spread(named, level, start, end, word=severity)
    event = Event(
        id=key,
        title=text(told.get("title"), f"{where}.title"),
        phase=Phase.CLOSED if end is not None and end <= now else Phase.SCHEDULED if start > now else Phase.OPEN,
        start=start,
        end=end,
        status="informational" if informs else "unresolved" if end is None else "resolved",
        impact=severity,
        url=link if link.startswith("http") else None,
        maintenance=level is Level.MAINTENANCE,
        component_ids=tuple(named),
        spans=spans,
        vague=not spans and not informs and level not in {Level.OPERATIONAL, Level.MAINTENANCE},
        words=() if informs or level is not None else (severity,),
    )
    return silenced(event, _changed(told, start), now)


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
    """Return when an issue was last changed; sites that do not know it give its beginning or the year 1."""
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


# ------------------------------------------------------------------------------------------------------------ reading


def _issues(now: datetime) -> Generator[Step, Any, Sequence[Event] | PageError]:
    """Ask for all issues; the error where the site does not list them, or in a way that cannot be read."""
    response = yield from get(ISSUES)
    try:
        with reading_of(response.url):
            listed = rows(_read(response).get("pages"), "pages")
            return [_issue(each, now) for each in listed if each.get("is") == "issue"]
    except (BadStatus, ParseError) as error:
        return error


def poll(page: PageContext) -> Steps:
    """Yield every system's state.

    While something goes on or is planned the index is read even if it is the same: what it means changes by itself.
    """
    response = yield from get(INDEX, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with reading_of(response.url):
        index = _index(response, page.now)
    told = yield from _issues(page.now)
    listed = [] if isinstance(told, PageError) else told
    events = list({event.id: event for event in [*index.unresolved, *listed]}.values())
    over, withdrawn = ended(page, events)
    if listed:
        over, withdrawn = (), tuple(page.open_incidents - {event.id for event in events})
    unnamed = any(event.phase is Phase.OPEN and event.vague for event in events)
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name=index.info.name, indicator=index.info.indicator, remark=UNNAMED if unnamed else None),
        parts=list(_parts(index, events, page.now, whole=told is listed)),
        events=[*news(events, page), *over],
        withdrawn=withdrawn,
        mark=remembered(events),
    )


def _parts(index: _Index, events: Sequence[Event], now: datetime, *, whole: bool) -> Iterator[Part]:
    """Yield systems' states: as bad as the issues that go on, and as their status where no issue explains it."""
    yield from states(index.components, events, now)
    listed = [event for event in events if event.phase in {Phase.OPEN, Phase.SCHEDULED}]
    named = {span.component_id for event in listed for span in event.spans}
    for component, said in zip(index.components, index.said, strict=True):
        if said is None and not whole:
            yield Part(component=component, level=None)
        elif said not in {None, OK} and (component.id not in named or said not in VOCABULARY):
            yield Part(component=component, level=VOCABULARY.get(said), word=said)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield all issues; they cover the time since the oldest of them, before which nothing says there was a page."""
    response = yield from get(INDEX)
    with reading_of(response.url):
        index = _index(response, page.now)
    told = yield from _issues(page.now)
    why, listed = (str(told), ()) if isinstance(told, PageError) else (HIDDEN, told)
    events = [event for event in listed or index.unresolved if event.end is None or event.end >= since]
    first = max(since, min([page.now, *(event.start for event in listed)]))
    yield evidence(SOURCE, page, components=index.components, events=events, since=first if listed else None)
    yield from gap_before(SOURCE, page, since, first, why)
