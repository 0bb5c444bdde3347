"""Any RSS or Atom feed of incidents, for pages of no platform: words in the entries, and nothing else. Pure.

A feed says in prose what a status page says in fields, so this is the last resort, and it says little: one component,
the page. What is made of an entry:

- Entries with the same id (what follows "#" left out), or without ids one title within three days, are one incident.
- Its state is that of the latest update. An update is a line that begins with a word of `STATES`, maybe after its date;
  where no update has a date, one that says it is over counts as the latest.
- Its severity is the worst of the words of `SEVERITIES` in titles, categories and lines that begin with "Severity" or
  "Impact"; prose says "outage" of what is none. Without such a word it counts as degraded.
- An entry without a word for its state is unknown for three days from when it was last published, never green.
- Planned work counts from the update that says it began to the one that says it is over; feeds rarely date plans.

Words are those of the languages that vendors publish in; `words` of the user's `feed` setting are looked for first.
"""

import json
import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from html import unescape
from typing import Any

from monitor.errors import BadStatus, FetchError, ParseError, UnexpectedShape
from monitor.feeds import ACCEPT, Entry, Feed, read_feed
from monitor.fields import instant, mail_date
from monitor.model import Basis, Component, Level, PageInfo, Phase
from monitor.protocol import About, FeedSettings, Get, PageContext, Response, Signal, Step, Steps, get, reading_of
from monitor.told import Event, Span, ended, evidence, gap_before, remembered, silenced, states

ABOUT = About(
    title="RSS and Atom feeds",
    verified=date(2026, 9, 3),
    live="the feed, 1 request",
    reach_days=None,
    reach="As long as the feed is, usually 10 to 100 incidents.",
    per="page",
    precision="as typed",
    trust=(
        "Read from words: a feed names no components, seldom says how bad it was, and often not when it ended. What "
        "has no word for its severity counts as degraded."
    ),
)

LAST_RESORT = True
MAX_BODY_MIB = 4
"""Reading words takes its time, and a feed of a hundred incidents has some hundred kB."""

SOURCE = "feed.entries"
ANYWHERE = ("/feed", "/rss", "/history.rss", "/feed.xml", "/rss.xml", "/history.atom")

PAGE = Component(id="page", name="The page as a whole")
TOGETHER = timedelta(hours=72)
"""Entries of one title within this time are one incident; and what has no word for its state is unknown for so long."""

SEVERITIES: Mapping[str, Level] = {
    "partial": Level.PARTIAL_OUTAGE,
    "major": Level.MAJOR_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
    "outage": Level.MAJOR_OUTAGE,
    "unavailable": Level.MAJOR_OUTAGE,
    "disruption": Level.MAJOR_OUTAGE,
    "degraded": Level.DEGRADED,
    "degradation": Level.DEGRADED,
    "minor": Level.DEGRADED,
    "slow": Level.DEGRADED,
    "teilausfall": Level.PARTIAL_OUTAGE,
    "ausfall": Level.MAJOR_OUTAGE,
    "beeinträchtigt": Level.DEGRADED,
    "panne": Level.MAJOR_OUTAGE,
    "indisponible": Level.MAJOR_OUTAGE,
    "dégradé": Level.DEGRADED,
    "caída": Level.MAJOR_OUTAGE,
    "degradado": Level.DEGRADED,
    "indisponível": Level.MAJOR_OUTAGE,
    "障害": Level.MAJOR_OUTAGE,
    "故障": Level.MAJOR_OUTAGE,
}
"""By word for a severity; an incident without one counts as degraded."""

ENDED, OPEN, SCHEDULED = "ended", "open", "scheduled"
STATES: Mapping[str, str] = {
    **dict.fromkeys((
        "resolved", "completed", "closed", "operating normally", "fixed", "recovered", "restored", "postmortem",
        "behoben", "gelöst", "abgeschlossen", "résolu", "terminé", "resuelto", "completado", "resolvido", "concluído",
        "解決済み", "解決", "復旧", "完了", "已解决", "已恢复", "已完成",
    ), ENDED),
    **dict.fromkeys((
        "investigating", "identified", "monitoring", "update", "updated", "in progress", "verifying", "untersuchung",
        "identifiziert", "beobachtung", "in bearbeitung", "enquête", "en cours", "identifié", "surveillance",
        "investigando", "identificado", "monitoreando", "em andamento", "monitorando", "調査中", "特定", "監視中",
        "対応中", "调查中", "已确认", "监控中", "进行中",
    ), OPEN),
    **dict.fromkeys((
        "scheduled", "planned", "upcoming", "geplant", "planifié", "programado", "agendado", "予定", "计划中",
    ), SCHEDULED),
}  # fmt: skip
"""What a word at the beginning of an update says of its incident."""

PLANNED = re.compile(
    r"\b(maintenance|scheduled|planned work|wartung|mantenimiento|manutenção)\b|メンテナンス|维护", re.IGNORECASE
)
SEVERITY_LINE = re.compile(r"(?:severity|impact|status)\s*:\s*(.+)", re.IGNORECASE)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DATED = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<mail>(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[A-Z]{1,4}|[+-]\d{4}))"
    r"|(?P<month>[A-Z][a-z]{2})[a-z]* +(?P<day>\d{1,2}),? +(?:\d{4},? +)?(?P<clock>\d\d:\d\d)(?::\d\d)? *(?:UTC|GMT)"
)
"""The ways of writing an instant that are read inside a text: only such as say their zone."""


# ------------------------------------------------------------------------------------------------------ detection


def follow(response: Response) -> tuple[Get, ...]:
    """Return the feeds that a page's HTML offers."""
    if response.body[:200].lstrip()[:1] != b"<" or b"alternate" not in response.body:
        return ()
    return tuple(Get(path=path, accept=ACCEPT) for path in _offered(response.text))


def _offered(html: str) -> list[str]:
    """Return the addresses of the feeds that a page's head links to."""
    found = []
    for link in re.findall(r"<link\b[^>]{0,600}>", html[:200_000], re.IGNORECASE):
        if re.search(r"application/(?:rss|atom)\+xml", link, re.IGNORECASE):
            address = re.search(r"""href\s*=\s*["']([^"']+)["']""", link, re.IGNORECASE)
            found += [unescape(address[1])] if address else []
    return found


def detect(response: Response) -> list[Signal]:
    """Return the signs of a feed of incidents: entries that speak in states, and what its title calls it."""
    head = response.body[:600]
    if b"<rss" not in head and b"<feed" not in head:
        return []
    try:
        feed = read_feed(response)
    except (FetchError, ParseError):
        return []
    return list(_signals(feed))


def _signals(feed: Feed) -> Iterator[Signal]:
    spoken = [entry for entry in feed.entries[:20] if _updates(entry, STATES)]
    if spoken and 2 * len(spoken) >= len(feed.entries[:20]):
        yield Signal("words", f"entries say their state, like {spoken[0].title[:60]!r}")
    if re.search(r"status|incident|störung|incidencia|障害", feed.title, re.IGNORECASE):
        yield Signal("title", f"the feed is called {feed.title[:60]!r}")


# ------------------------------------------------------------------------------------------------------ the incidents


@dataclass(frozen=True, slots=True)
class _Update:
    """One update: what it says, and when (None = it has no date)."""

    meaning: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class _Reader:
    """The words to look for: the user's own first."""

    states: Mapping[str, str]
    levels: Mapping[str, Level]
    now: datetime

    def event(self, key: str, entries: Sequence[Entry]) -> Event:
        """Return the incident that these entries, newest first, are about."""
        updates = [update for entry in entries for update in _updates(entry, self.states)]
        dates = [at for entry in entries for at in (entry.published, entry.updated) if at is not None]
        start = min([*dates, *(update.at for update in updates if update.at is not None)], default=self.now)
        last = max(dates, default=start)
        planned = any(PLANNED.search(" ".join((entry.title, *entry.categories))) for entry in entries)
        state, end = self._state(updates, start, last)
        event = Event(
            id=key,
            title=entries[0].title,
            phase={ENDED: Phase.CLOSED, SCHEDULED: Phase.SCHEDULED}.get(state, Phase.OPEN),
            start=start,
            end=end,
            status=state,
            impact="maintenance" if planned else "unknown",
            url=entries[0].link,
            maintenance=planned,
            spans=self._spans(entries, updates, (state, start, end), planned=planned),
        )
        return silenced(event, max([last, *(each.at for each in updates if each.at is not None)]), self.now)

    def _state(self, updates: Sequence[_Update], start: datetime, last: datetime) -> tuple[str, datetime | None]:
        """Return an incident's state and its end. Without any word for it, it is unknown for as long as `TOGETHER`."""
        if not updates:
            until = last + TOGETHER
            return (ENDED, until) if until <= self.now else ("no state", None)
        dated = [update for update in updates if update.at is not None]
        latest = max(dated, key=lambda update: update.at or start, default=None)
        if latest is None:
            latest = next((update for update in updates if update.meaning == ENDED), updates[0])
        return latest.meaning, (latest.at or last) if latest.meaning == ENDED else None

    def _spans(
        self,
        entries: Sequence[Entry],
        updates: Sequence[_Update],
        told: tuple[str, datetime, datetime | None],
        *,
        planned: bool,
    ) -> tuple[Span, ...]:
        _, start, end = told
        if not updates:
            return (Span(component_id=PAGE.id, level=None, start=start, end=end),)
        if not planned:
            return (Span(component_id=PAGE.id, level=self._level(entries), start=start, end=end, basis=Basis.INFERRED),)
        begun = [update.at for update in updates if update.meaning == OPEN and update.at is not None]
        return tuple(Span(component_id=PAGE.id, level=Level.MAINTENANCE, start=at, end=end) for at in begun[:1])

    def _level(self, entries: Iterable[Entry]) -> Level:
        """Return the worst severity that titles, categories and lines of severity name; degraded without any."""
        pieces = [text for entry in entries for text in (entry.title, *entry.categories)]
        pieces += [found[1] for entry in entries for line in entry.lines if (found := SEVERITY_LINE.match(line))]
        return max((level for piece in pieces for level in self._named(piece.casefold())), default=Level.DEGRADED)

    def _named(self, text: str) -> Iterator[Level]:
        """Yield the severities that a text names; of a partial outage "outage" is a part."""
        named = list(_anywhere(tuple(self.levels)).findall(text))
        partial = any(self.levels[word] is Level.PARTIAL_OUTAGE for word in named)
        for word in named:
            if not (partial and word in {"outage", "ausfall", "disruption"}):
                yield self.levels[word]


@lru_cache(maxsize=8)
def _anywhere(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of these words in a text: at the beginning of a word, in scripts that have words."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{re.escape(word)}" if word[0] < "\u3000" else re.escape(word) for word in longest_first)
    )


def _reader(settings: FeedSettings, now: datetime) -> _Reader:
    levels = {level.word: level for level in Level}
    own = dict(settings.words)
    return _Reader(
        states={**STATES, **{word: meaning for word, meaning in own.items() if meaning not in levels}},
        levels={**SEVERITIES, **{word: levels[meaning] for word, meaning in own.items() if meaning in levels}},
        now=now,
    )


def _updates(entry: Entry, states: Mapping[str, str]) -> list[_Update]:
    """Return the updates of an entry: lines that begin with a word for a state, each with the date at or before it."""
    found, at = [], None
    for line in (*entry.lines, *(category.strip("[]") for category in entry.categories)):
        dated = DATED.search(line[:200])
        at = _date(dated, entry.published) if dated else at
        rest = line[dated.end() :] if dated and dated.start() <= 2 else line  # noqa: PLR2004
        rest = re.sub(r"^(?:status|state)\s*[:=]\s*", "", rest.strip(" -–—:•*.()[]").casefold())
        meaning = _meaning(rest, states)
        if meaning is not None:
            found.append(_Update(meaning, at))
            at = None
    title = _meaning(entry.title.strip(" -[(").casefold(), states)
    return found or ([_Update(title, entry.updated or entry.published)] if title is not None else [])


@lru_cache(maxsize=8)
def _beginning(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a text that begins with one of these words; the longest that fits counts."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"({'|'.join(map(re.escape, longest_first))})(?![^\W\d_])")


def _meaning(text: str, states: Mapping[str, str]) -> str | None:
    """Return what the word at the beginning of a text says."""
    found = _beginning(tuple(states)).match(text[:60])
    return states[found[1]] if found else None


def _date(found: re.Match[str], near: datetime | None) -> datetime | None:
    """Return the instant that was written; without a year in the one nearest to when the entry was published."""
    try:
        if found["iso"]:
            return instant(found["iso"], "update")
        if found["mail"]:
            return mail_date(found["mail"], "update")
    except UnexpectedShape:
        return None
    if near is None or found["month"].lower() not in MONTHS:
        return None
    month, (hour, minute) = MONTHS.index(found["month"].lower()) + 1, map(int, found["clock"].split(":"))
    return min(_in_years(near, month, int(found["day"]), hour, minute), key=lambda at: abs(at - near), default=None)


def _in_years(near: datetime, month: int, day: int, hour: int, minute: int) -> Iterator[datetime]:
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            yield datetime(year, month, day, hour, minute, tzinfo=UTC)
        except ValueError:  # the 30th of February
            continue


def _incidents(feed: Feed) -> Mapping[str, list[Entry]]:
    """Return the entries of each incident, newest first, by its id."""
    grouped: dict[str, list[Entry]] = defaultdict(list)
    titled: dict[str, list[Entry]] = defaultdict(list)
    for entry in feed.entries:
        key = entry.id.partition("#")[0]
        (titled[_plain(entry.title)] if key == entry.title else grouped[key]).append(entry)
    for title, entries in titled.items():
        for group in _close_together(entries):
            grouped[f"{title} {group[-1].published or ''}".strip()] = group
    oldest = datetime.min.replace(tzinfo=UTC)
    return {
        key: sorted(found, key=lambda each: each.published or oldest, reverse=True) for key, found in grouped.items()
    }


def _plain(title: str) -> str:
    return " ".join(re.sub(r"^\[?(?:resolved|update|completed)\]?:?", "", title.casefold()).split())


def _close_together(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield runs of entries none of which is later than `TOGETHER` after the one before, newest first."""
    run: list[Entry] = []
    for entry in sorted(entries, key=lambda each: each.published or datetime.min.replace(tzinfo=UTC), reverse=True):
        before = run[-1].published if run else None
        if before is not None and entry.published is not None and before - entry.published > TOGETHER:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


# ------------------------------------------------------------------------------------------------------------ reading


def _found(page: PageContext, *, conditional: bool) -> Generator[Step, Any, tuple[str, Response]]:
    """Return the feed's address and answer: as configured, as found last time, else as the page offers it."""
    known = page.feed.path or _mark(page.mark).get("path")
    if known:
        return known, (yield from get(str(known), accept=ACCEPT, conditional=conditional))
    root = yield from get("", accept=f"{ACCEPT}, text/html;q=0.7")
    if root.status == 200 and re.search(rb"<(?:rss|feed)\b", root.body[:600]):  # noqa: PLR2004
        return "", root
    for path in (*_offered(root.text), *ANYWHERE):
        try:
            answer = yield from get(path, accept=ACCEPT)
            read_feed(answer)
        except (FetchError, ParseError):
            continue
        return path, answer
    raise BadStatus(
        "no feed was found on the page", status=root.status, url=root.url, remedy="name it: `feed: {path: /rss}`"
    )


def _mark(mark: str | None) -> Mapping[str, Any]:
    try:
        told = json.loads(mark or "{}")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _events(response: Response, page: PageContext) -> tuple[Feed, list[Event]]:
    feed = read_feed(response)
    if not feed.entries and page.feed.empty != "healthy":
        raise UnexpectedShape(
            "the feed is empty", remedy="set `feed: {empty: healthy}` if it only lists what is going on"
        )
    reader = _reader(page.feed, page.now)
    return feed, [reader.event(key, entries) for key, entries in _incidents(feed).items()]


def poll(page: PageContext) -> Steps:
    """Yield the page's state in one request, once its feed is known."""
    before = _mark(page.mark)
    path, response = yield from _found(page, conditional=not page.open_incidents)
    if response.unchanged:
        return
    with reading_of(response.url):
        feed, events = _events(response, page)
        held = PageContext(url=page.url, now=page.now, mark=before.get("open"), open_incidents=page.open_incidents)
        over, withdrawn = ended(held, events)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=feed.title or None),
            parts=states([PAGE], events, page.now),
            events=[*events, *over],
            withdrawn=withdrawn,
            mark=json.dumps({"path": path, "open": remembered(events)}),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the feed's incidents; they cover the time since the oldest of them, unless it lists only what goes on."""
    _, response = yield from _found(page, conditional=False)
    with reading_of(response.url):
        _, events = _events(response, page)
        first = page.now
        if page.feed.empty != "healthy":
            first = max(since, min(event.start for event in events))
        yield evidence(SOURCE, page, components=[PAGE], events=events, since=first)
    yield from gap_before(SOURCE, page, since, first, "the feed holds no older entries")
