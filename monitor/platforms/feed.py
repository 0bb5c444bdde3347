"""Any RSS or Atom feed of incidents, for pages of no platform: words in the entries, and nothing
else. Pure.

A feed says in prose what a status page says in fields, so this is the last resort, and it says
little: one component, the page. What is made of an entry:

- Entries with the same id are one incident; so are those of one title at one address that holds no
  other title (what follows "#" left out), and without ids those of one title within three days.
- Its state is that of the latest update, or what the newest title or category says of its end. An
  update is a line that begins with a word of `STATES`, maybe after its date; where no update has a
  date, one that says it is over counts as the latest. "Closed captions fail" is no end: such a word
  must stand alone, or before a colon, a dash or the like.
- It ended with the update that says so: a "postmortem" and an "update" after it neither prolong nor
  reopen it.
- Its severity is the worst of the words of `SEVERITIES` in titles, categories and lines that begin
  with "Severity" or "Impact"; prose says "outage" of what is none, and a "critical security update"
  is none either. Without such a word it counts as degraded. What is about a security update or a
  vulnerability and names no trouble is listed and rates nothing.
- An entry without a word for its state is unknown for three days from when it was last published,
  never green.
- Planned work counts from the update that says it began to the one that says it is over; feeds
  rarely date plans.

Words are those of the languages that vendors publish in; `words` of the user's `feed` setting are
looked for first.
"""

import json
import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

from monitor.errors import BadStatus, FetchError, ParseError, UnexpectedShape
from monitor.kit.events import Event, ImpactSpan, expire_stale
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.feeds import ACCEPT, Entry, Feed, read_feed
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.posts import REVIEWS, Post, Says, closed_at, over_since
from monitor.kit.protocol import (
    About,
    FeedSettings,
    Get,
    PageContext,
    Response,
    Signal,
    Step,
    Steps,
    fingerprint,
    get,
)
from monitor.kit.responses import locate_errors, require_ok
from monitor.kit.states import current_states
from monitor.kit.times import instant, mail_date
from monitor.model import Basis, Component, Level, PageInfo, Phase

ABOUT = About(
    title="RSS and Atom feeds",
    verified=date(2026, 9, 3),
    live="the feed, 1 request",
    reach_days=None,
    reach="As long as the feed is, usually 10 to 100 incidents.",
    granularity="page",
    precision="as typed",
    caveat=(
        "Read from words: a feed names no components, seldom says how bad it was, and often not"
        " when it ended. What has no word for its severity counts as degraded."
    ),
)

LAST_RESORT = True
MAX_BODY_MIB = 4
"""Reading words takes its time, and a feed of a hundred incidents has some hundred kB."""

SOURCE = "feed.entries"
COMMON_PATHS = ("/feed", "/rss", "/history.rss", "/feed.xml", "/rss.xml", "/history.atom")

PAGE = Component(id="page", name="The page as a whole")
TOGETHER = timedelta(hours=72)
"""Entries of one title within this time are one incident; and what has no word for its state is
unknown for so long."""

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
UNTOLD, ENDED_UNTOLD = "no state", "no state any more"
STATES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "resolved",
            "completed",
            "closed",
            "operating normally",
            "service is operating normally",
            "fixed",
            "recovered",
            "restored",
            "postmortem",
            "behoben",
            "gelöst",
            "abgeschlossen",
            "résolu",
            "terminé",
            "resuelto",
            "completado",
            "resolvido",
            "concluído",
            "解決済み",
            "解決",
            "復旧",
            "完了",
            "已解决",
            "已恢复",
            "已完成",
        ),
        ENDED,
    ),
    **dict.fromkeys(
        (
            "investigating",
            "identified",
            "monitoring",
            "update",
            "updated",
            "in progress",
            "verifying",
            "untersuchung",
            "identifiziert",
            "beobachtung",
            "in bearbeitung",
            "enquête",
            "en cours",
            "identifié",
            "surveillance",
            "investigando",
            "identificado",
            "monitoreando",
            "em andamento",
            "monitorando",
            "調査中",
            "特定",
            "監視中",
            "対応中",
            "调查中",
            "已确认",
            "监控中",
            "进行中",
        ),
        OPEN,
    ),
    **dict.fromkeys(
        (
            "scheduled",
            "planned",
            "upcoming",
            "geplant",
            "planifié",
            "programado",
            "agendado",
            "予定",
            "计划中",
        ),
        SCHEDULED,
    ),
}
"""What a word at the beginning of an update says of its incident."""

BEGUN = frozenset(
    {"in progress", "verifying", "in bearbeitung", "en cours", "em andamento", "対応中", "进行中"}
)
"""Words that say of planned work that it has begun."""

HALF_A_YEAR = timedelta(days=182)

ALONE = re.compile(r"\s*(?:$|[:.,;!|)(\]】：。、]|\s[-–—])")
"""What may follow a word that ends or announces something: such words also begin sentences about
something else."""

PLANNED = re.compile(
    r"\b(maintenance|(?:scheduled|planned)"
    r" (?:work|upgrade|downtime)|wartung|mantenimiento|manutenção)\b"
    r"|メンテナンス|维护",
    re.IGNORECASE,
)
AFTERMATH = re.compile(
    r"\b(?:after|following|post|nach|après|tras|após)\b.*", re.IGNORECASE | re.DOTALL
)
"""What went wrong after planned work is not planned."""
BULLETIN = re.compile(
    r"\bsecurity"
    r" (?:updates?|patch(?:es)?|advisor(?:y|ies)|bulletins?|notices?|releases?|fix(?:es)?)\b"
    r"|\bvulnerabilit(?:y|ies)\b|\bcve-\d",
    re.IGNORECASE,
)
"""A title about what is no state of the page. A severity in it is one of the matter, not of the
page."""

NOT_OF_THE_PAGE = re.compile(
    r"\b(?:critical|major|minor)(?: and \w+)?"
    r" (?=(?:security|software|version|upgrade|updates?|patch|fix|release|"
    r"vulnerabilit|cve\b|bug|feature|change))",
    re.IGNORECASE,
)
"""Words for a severity that say how important something is."""

UPDATE_WORDS = frozenset({"update", "updated"})
"""Words for an update of what has already ended, too."""

SEVERITY_LINE = re.compile(r"(?:severity|impact|status)\s*:\s*(.+)", re.IGNORECASE)

DATED = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<mail>(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d"
    r" (?:[A-Z]{1,4}|[+-]\d{4}))"
    r"|(?P<month>[A-Z][a-z]{2})[a-z]* +(?P<day>\d{1,2}),? +(?:\d{4},? +)?"
    r"(?P<clock>\d\d:\d\d)(?::\d\d)? *(?P<zone>[A-Z]{3,4})\b"
)
"""The ways of writing an instant that are read inside a text: only such as say their zone."""


# detection


def suggested_requests(response: Response) -> tuple[Get, ...]:
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


def detect(response: Response) -> Iterable[Signal]:
    """Return the signs of a feed of incidents: entries that speak in states, and what its title
    calls it.
    """
    head = response.body[:600]
    if b"<rss" not in head and b"<feed" not in head:
        return []
    try:
        feed = read_feed(response)
    except (FetchError, ParseError):
        return []
    return _signals(feed)


def _signals(feed: Feed) -> Iterator[Signal]:
    words = _states(STATES)
    spoken = [
        entry for entry in feed.entries[:20] if _updates(entry, words) or _heading(entry, words)
    ]
    if spoken and 2 * len(spoken) >= len(feed.entries[:20]):
        yield Signal("words", f"entries say their state, like {spoken[0].title[:60]!r}")
    if re.search(r"status|incident|störung|incidencia|障害", feed.title, re.IGNORECASE):
        yield Signal("title", f"the feed is called {feed.title[:60]!r}")


# the incidents


@dataclass(frozen=True, slots=True)
class _Update:
    """One update: its word, what that means, and when it was made (None = it has no date)."""

    word: str
    meaning: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class _States:
    """Words for states, and the pattern of a text that begins with one."""

    meanings: Mapping[str, str]
    beginning: re.Pattern[str]


def _states(meanings: Mapping[str, str]) -> _States:
    return _States(
        meanings, re.compile(rf"(?:(?:status|state)\s*[:=]\s*)?({_any_of(meanings)})(?![^\W\d_])")
    )


def _is_spaced(word: str) -> bool:
    """Whether a word is of a script that puts spaces between words."""
    return word[:1] < "\u3000"


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of these words, of two that begin alike the longer one; of none, one
    that never fits.
    """
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)"


@dataclass(frozen=True, slots=True)
class _Reader:
    """The words to look for, the user's own among them; `severity` is the pattern of those for a
    severity.
    """

    states: _States
    levels: Mapping[str, Level]
    severity: re.Pattern[str]
    now: datetime

    def event(self, key: str, entries: Sequence[Entry]) -> Event:
        """Return the incident that these entries, newest first, are about."""
        updates = [
            update for entry in entries for update in self._updates(entry, alone=len(entries) == 1)
        ]
        dates = [
            at for entry in entries for at in (entry.published, entry.updated) if at is not None
        ]
        posts = [update.at for update in updates if update.at is not None]
        start, last = min([*dates, *posts], default=self.now), max(dates, default=self.now)
        planned = any(map(self._is_planned, entries))
        state, end = self._state(updates, _heading(entries[0], self.states), last, planned=planned)
        if not planned and state != SCHEDULED:
            start = min(start, self.now)  # what is listed goes on, however the vendor's clock goes
        bulletin = not planned and self._is_bulletin(entries)
        spans = (
            self._work(updates, state, last, end)
            if planned
            else self._spans(entries, state, start, end)
        )
        event = Event(
            id=key,
            title=entries[0].title,
            phase={ENDED: Phase.CLOSED, ENDED_UNTOLD: Phase.CLOSED, SCHEDULED: Phase.SCHEDULED}.get(
                state, Phase.OPEN
            ),
            start=start,
            end=end,
            status=state,
            impact="maintenance" if planned else "bulletin" if bulletin else "unknown",
            url=entries[0].link,
            maintenance=planned,
            spans=() if bulletin else spans,
        )
        return expire_stale(event, max([last, *posts]), self.now)

    def _updates(self, entry: Entry, *, alone: bool) -> list[_Update]:
        """Return the updates of one entry; of several entries each without a date in it is one, as
        it was published.
        """
        found = _updates(entry, self.states)
        if alone or not found or any(update.at for update in found):
            return found
        return [
            replace(
                next((each for each in found if each.meaning == ENDED), found[0]),
                at=entry.published,
            )
        ]

    def _is_planned(self, entry: Entry) -> bool:
        title = AFTERMATH.sub("", entry.title)
        said = {self.states.meanings.get(piece) for piece in _pieces(entry)}
        return SCHEDULED in said or PLANNED.search(" ".join((title, *entry.categories))) is not None

    def _state(
        self, updates: Sequence[_Update], heading: Sequence[str], last: datetime, *, planned: bool
    ) -> tuple[str, datetime | None]:
        """Return an incident's state and its end. Without any word for it, it is unknown for as
        long as `TOGETHER`.
        """
        dated = [(update.at, update) for update in updates if update.at is not None]
        newest = max(dated, key=lambda each: each[0], default=None)
        posts = [_post(at, update) for at, update in dated]
        if ENDED in heading:
            return ENDED, closed_at(posts, min(post.at for post in posts)) if posts else last
        if newest is not None and (over := over_since(posts)) is not None:
            return ENDED, over
        if newest is not None:
            return newest[1].meaning, newest[0] if newest[1].meaning == ENDED else None
        said = [*(update.meaning for update in updates), *heading]
        if said:
            return (ENDED, last) if ENDED in said else (said[0], None)
        if planned:
            return SCHEDULED, None
        until = last + TOGETHER
        return (ENDED_UNTOLD, until) if until <= self.now else (UNTOLD, None)

    def _spans(
        self, entries: Sequence[Entry], state: str, start: datetime, end: datetime | None
    ) -> tuple[ImpactSpan, ...]:
        if state in {UNTOLD, ENDED_UNTOLD}:
            return (ImpactSpan(component_id=PAGE.id, level=None, start=start, end=end),)
        return (
            ImpactSpan(
                component_id=PAGE.id,
                level=self._level(entries),
                start=start,
                end=end,
                basis=Basis.INFERRED,
            ),
        )

    def _work(
        self, updates: Sequence[_Update], state: str, last: datetime, end: datetime | None
    ) -> tuple[ImpactSpan, ...]:
        """Return when planned work went on: from its first word that says so, else from its latest
        update on.
        """
        going = [update for update in updates if update.meaning == OPEN]
        times = [update.at for update in going if update.word in BEGUN and update.at is not None]
        times = times or [update.at for update in going[:1] if update.at is not None]
        if not times and state == OPEN:
            times = [min(last, self.now)]
        return tuple(
            ImpactSpan(component_id=PAGE.id, level=Level.MAINTENANCE, start=at, end=end)
            for at in times and [min(times)]
        )

    def _is_bulletin(self, entries: Sequence[Entry]) -> bool:
        """Whether all entries are about a security update or the like, and none names a severity of
        the page.
        """
        return all(BULLETIN.search(entry.title) for entry in entries) and not any(
            self._severities(entries)
        )

    def _level(self, entries: Iterable[Entry]) -> Level:
        """Return the worst severity that titles, categories and lines of severity name; degraded
        without any.
        """
        return max(self._severities(entries), default=Level.DEGRADED)

    def _severities(self, entries: Iterable[Entry]) -> Iterator[Level]:
        for entry in entries:
            pieces = [NOT_OF_THE_PAGE.sub("", entry.title), *entry.categories]
            pieces += [found[1] for line in entry.lines if (found := SEVERITY_LINE.match(line))]
            yield from (level for piece in pieces for level in self._named(piece.casefold()))

    def _named(self, text: str) -> Iterator[Level]:
        """Yield the severities that a text names; of a partial outage "outage" is a part."""
        named = {word: self.levels[word] for word in self.severity.findall(text)}
        partial = Level.PARTIAL_OUTAGE in named.values()
        for word, level in named.items():
            if not (partial and word in {"outage", "ausfall", "disruption"}):
                yield level


def _reader(settings: FeedSettings, now: datetime) -> _Reader:
    levels = {level.word: level for level in Level}
    own = dict(settings.words)
    words = {
        **SEVERITIES,
        **{word: levels[meaning] for word, meaning in own.items() if meaning in levels},
    }
    spaced, other = (
        _any_of(filter(_is_spaced, words)),
        _any_of(word for word in words if not _is_spaced(word)),
    )
    return _Reader(
        states=_states(
            {**STATES, **{word: meaning for word, meaning in own.items() if meaning not in levels}}
        ),
        levels=words,
        severity=re.compile(rf"((?:\b(?:{spaced})(?!ity))|{other})"),
        now=now,
    )


def _updates(entry: Entry, states: _States) -> list[_Update]:
    """Return the updates of an entry: lines that begin with a word for a state, each with the date
    at or before it.
    """
    found, at = [], None
    for line in entry.lines:
        dated = DATED.search(line[:200])
        at = _date(dated, entry.published) if dated else at
        rest = line[dated.end() :] if dated and dated.start() <= 2 else line  # noqa: PLR2004
        word = _word(rest.strip(" -–—:•*.()[]"), states)
        if word is not None:
            found.append(_Update(word, states.meanings[word], at))
            at = None
    return found


def _post(at: datetime, update: _Update) -> Post:
    """Return what an update says: one called just so says nothing of an incident that is over."""
    if update.meaning == ENDED:
        return Post(at, Says.REVIEW if update.word in REVIEWS else Says.OVER)
    goes_on = update.meaning == OPEN and update.word not in UPDATE_WORDS
    return Post(at, Says.GOES_ON if goes_on else Says.UNCLEAR)


def _heading(entry: Entry, states: _States) -> list[str]:
    """Return what an entry's title and categories say of its state."""
    return [
        states.meanings[word]
        for piece in _pieces(entry)
        if (word := _word(piece, states)) is not None
    ]


def _pieces(entry: Entry) -> list[str]:
    """Return the categories, and the pieces of the title between brackets, colons and dashes."""
    pieces = (*entry.categories, *re.split(r"\s[-–—|]\s|:\s|[\[\]()【】]", entry.title))
    return [clean for piece in pieces if (clean := piece.strip(" -[]").casefold())]


def _word(text: str, states: _States) -> str | None:
    """Return the longest word for a state that a text begins with."""
    folded = text.casefold()
    found = states.beginning.match(folded)
    if found is None or not (states.meanings[found[1]] == OPEN or ALONE.match(folded, found.end())):
        return None
    return found[1]


def _date(found: re.Match[str], near: datetime | None) -> datetime | None:
    """Return the instant that was written; without a year in the one nearest to when the entry was
    published.
    """
    try:
        if found["iso"]:
            return instant(found["iso"], "update")
        if found["mail"]:
            return mail_date(found["mail"], "update")
    except UnexpectedShape:
        return None
    return None if near is None else _nearest(found, near)


def _nearest(found: re.Match[str], near: datetime) -> datetime | None:
    """Return the instant that was written without a year, in the year that brings it nearest to
    another.
    """
    at = _in_year(found, near.year)
    if at is not None and abs(at - near) < HALF_A_YEAR:
        return at
    others = (_in_year(found, near.year + 1), _in_year(found, near.year - 1))
    return min(
        (each for each in (at, *others) if each is not None),
        key=lambda each: abs(each - near),
        default=None,
    )


def _in_year(found: re.Match[str], year: int) -> datetime | None:
    try:
        return mail_date(
            f"{found['day']} {found['month']} {year} {found['clock']}:00 {found['zone']}", "update"
        )
    except UnexpectedShape:  # the 30th of February, or a zone nobody knows
        return None


def _incidents(feed: Feed) -> Mapping[str, list[Entry]]:
    """Return the entries of each incident, newest first, by its id: that of its oldest entry."""
    titles: dict[str, set[str]] = defaultdict(set)
    for entry in feed.entries:
        for address in _addresses(entry):
            titles[address].add(_plain(entry.title))
    together: dict[str, list[Entry]] = defaultdict(list)
    for entry in feed.entries:
        own = (address for address in _addresses(entry) if len(titles[address]) == 1)
        together[next(own, _plain(entry.title) if _has_no_id(entry) else entry.id)].append(entry)
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entries in together.values():
        for run in _close_together(entries) if _has_no_id(entries[0]) else [_newest_first(entries)]:
            grouped[_key(run[-1])].extend(run)
    return {key: _newest_first(entries) for key, entries in grouped.items()}


def _has_no_id(entry: Entry) -> bool:
    return entry.id == entry.title


def _key(oldest: Entry) -> str:
    if _has_no_id(oldest):
        return f"{_plain(oldest.title)} {oldest.published or ''}".strip()
    return oldest.id


def _addresses(entry: Entry) -> list[str]:
    """Return the addresses an entry has: its link, and its id without what follows "#"; a bare host
    is none.
    """
    written = dict.fromkeys(
        filter(None, (entry.link, entry.id.partition("#")[0] if "#" in entry.id else None))
    )
    return [address for address in written if address.partition("://")[2].partition("/")[2]]


def _newest_first(entries: Iterable[Entry]) -> list[Entry]:
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(entries, key=lambda each: each.published or oldest, reverse=True)


def _plain(title: str) -> str:
    """Return a title without the words for its state, which change."""
    pieces = re.split(r"(\s[-–—|]\s|:\s|[\[\]()【】])", title.casefold())
    return " ".join(
        " ".join(piece for piece in pieces if piece.strip() not in STATES).split()
    ).strip("[]():-–—| ")


def _close_together(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield runs of entries none of which is later than `TOGETHER` after the one before, newest
    first.
    """
    run: list[Entry] = []
    for entry in _newest_first(entries):
        before = run[-1].published if run else None
        if (
            before is not None
            and entry.published is not None
            and before - entry.published > TOGETHER
        ):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


# reading


def _found(page: PageContext, *, conditional: bool) -> Generator[Step, Any, tuple[str, Response]]:
    """Return the feed's address and answer: as configured, as found last time, else as the page
    offers it.
    """
    known = page.feed.path or _mark(page.cursor).get("path")
    if known:
        return known, (yield from get(str(known), accept=ACCEPT, conditional=conditional))
    root = yield from get("", accept=f"{ACCEPT}, text/html;q=0.7")
    if root.status == 200 and re.search(rb"<(?:rss|feed)\b", root.body[:600]):  # noqa: PLR2004
        return "", root
    for path in (*_offered(root.text), *COMMON_PATHS):
        try:
            answer = yield from get(path, accept=ACCEPT)
            read_feed(answer)
        except (FetchError, ParseError):
            continue
        return path, answer
    require_ok(root)
    raise BadStatus(
        "no feed was found on the page",
        status=root.status,
        url=root.url,
        remedy="name it: `feed: {path: /rss}`",
    )


def _mark(cursor: str | None) -> Mapping[str, Any]:
    try:
        told = json.loads(cursor or "{}")
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _events(response: Response, page: PageContext) -> tuple[Feed, list[Event]]:
    feed = read_feed(response)
    if not feed.entries and page.feed.empty != "healthy":
        raise UnexpectedShape(
            "the feed is empty",
            remedy="set `feed: {empty: healthy}` if it only lists what is going on",
        )
    reader = _reader(page.feed, page.now)
    return feed, [reader.event(key, entries) for key, entries in _incidents(feed).items()]


def poll(page: PageContext) -> Steps:
    """Yield the page's state in one request, once its feed is known."""
    before = _mark(page.cursor)
    read_as = fingerprint(page.feed)
    steady = not page.open_incidents and before.get("read_as") == read_as
    path, response = yield from _found(page, conditional=steady)
    if response.unchanged:
        return
    with locate_errors(response.url):
        feed, events = _events(response, page)
        held = PageContext(
            url=page.url,
            now=page.now,
            cursor=before.get("open"),
            open_incidents=page.open_incidents,
        )
        over, withdrawn = closed_since(held, events)
        yield evidence(
            SOURCE,
            page,
            info=PageInfo(name=feed.title or None),
            parts=current_states([PAGE], events, page.now),
            events=[*events, *over],
            withdrawn=withdrawn,
            cursor=json.dumps({"path": path, "open": dump_open(events), "read_as": read_as}),
        )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the feed's incidents; they cover the time since the oldest of them, unless it lists
    only what goes on.
    """
    _, response = yield from _found(page, conditional=False)
    with locate_errors(response.url):
        _, events = _events(response, page)
        first = page.now
        if page.feed.empty != "healthy":
            first = max(since, min(event.start for event in events))
        yield evidence(SOURCE, page, components=[PAGE], events=events, since=first)
    yield from gap_before(SOURCE, page, since, first, "the feed holds no older entries")
