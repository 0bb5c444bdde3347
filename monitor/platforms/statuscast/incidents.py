"""The incidents of a StatusCast page, in whichever of its lists they are. Pure.

- `incident-type-serviceunavailable` is what any incident is called that is no maintenance and no
  information; how bad it was says `incident-mostsevere-status-...`. Older pages lack it: there the
  cells of its days say it, and of what is older than the grid it is not known.
- The sign and the severity are an incident's as a whole, and no component is worse than its cell.
- The sign beside an incident shows how things are now. Where it says available and the incident is
  not closed, the page says two things, and nobody knows.
- A closed incident ended with the first update that closes it for good; what follows it is a
  review.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import Event, ImpactSpan, expire_stale, words_not_in
from monitor.kit.posts import Post, closed_at, last_word, post_saying
from monitor.kit.times import mail_date
from monitor.model import Basis, Level, Phase, by_id
from monitor.platforms.statuscast.grid import Grid
from monitor.platforms.statuscast.words import RECORD, VOCABULARY, level_of, pieces, plain

ANY_TYPE = "serviceunavailable"

PHASES: Mapping[str, Phase] = {
    "inprogress": Phase.OPEN,
    "closed": Phase.CLOSED,
    "future": Phase.SCHEDULED,
}

INCIDENT = re.compile(r'class="row incident-body ([^"<>]{1,400})"')
NUMBER = re.compile(r'href="[^"<>]{0,300}/incident/(\d{1,20})["?#]')
TITLE = re.compile(r'aria-label="Incident Title">([^<]{1,1000})<')
START = re.compile(r'aria-label="Incident Date">([^<]{1,200})<')
UPDATE_DATE = re.compile(r'aria-label="Incident Update Date">([^<]{1,200})<')
UPDATE_STATE = re.compile(r'class="incident-status status-([\w-]{1,40})"')
SIGN = re.compile(r'class="incident-icon[^"<>]{0,100}"><i class="fa component-(\w{1,40})"')
COMPONENT_NAME = re.compile(r'aria-label="Component Name">([^<]{1,1000})<')


def read_incidents(text: str, grid: Grid, now: datetime) -> list[Event]:
    """Return the incidents of all lists on the page; what several of them show counts once.

    Raises UnexpectedShape when one is not whole.
    """
    incidents = list(pieces(INCIDENT, text))
    if len(incidents) != text.count('aria-label="Incident Title"'):
        raise UnexpectedShape("there are more titles of incidents than incidents", remedy=RECORD)
    events = [_event(match[1], html, grid, now) for match, html in incidents]
    return list(by_id(events).values())


@dataclass(frozen=True, slots=True)
class _Course:
    """How an incident went for the components it hit: a severity until `last`, and its sign from
    then on.

    `severity` None = it does not say: then the cells of its days do.
    """

    component_ids: Sequence[str]
    severity: str | None
    sign: str | None
    phase: Phase
    start: datetime
    last: datetime

    @property
    def is_harmless(self) -> bool:
        """Whether it is information only."""
        return level_of(self.severity) is Level.OPERATIONAL

    @property
    def is_unattributed(self) -> bool:
        """Whether something was bad and it is not said what."""
        has_begun = self.phase is not Phase.SCHEDULED
        return has_begun and not self.component_ids and not self.is_harmless

    def spans(self, grid: Grid) -> Iterator[ImpactSpan]:
        """Yield what it meant for each component. None is worse than its cells say."""
        if self.is_harmless:
            return
        for key in self.component_ids:
            cell = grid.worst_word(key, self.start, self.last)
            word = _milder(self.severity, cell)
            if self.phase is not Phase.OPEN or self.last > self.start:
                yield self._span_until_last(key, word)
            if self.phase is Phase.OPEN:
                yield self._span_since_last(key, _milder(self.sign, cell) or word)

    def _span_until_last(self, key: str, word: str | None) -> ImpactSpan:
        level = level_of(word)
        is_severity = level is not None and word == self.severity
        return ImpactSpan(
            component_id=key,
            level=level,
            start=self.start,
            end=None if self.phase is Phase.SCHEDULED else self.last,
            word=word,
            basis=Basis.INFERRED if is_severity else Basis.DECLARED,
        )

    def _span_since_last(self, key: str, word: str | None) -> ImpactSpan:
        level = level_of(word)
        if level is Level.OPERATIONAL:
            level, word = None, None
        return ImpactSpan(component_id=key, level=level, start=self.last, word=word)


def _milder(word: str | None, cell: str | None) -> str | None:
    """Return the milder of an incident's word and of a component's cell; a word nobody knows
    stays.
    """
    if word is None or cell is None or word not in VOCABULARY:
        return word or cell
    return min(word, cell, key=lambda choice: VOCABULARY[choice])


def _words(classes: str) -> dict[str, str]:
    """Return what an element's classes say: of `incident-type-outage` the type is `outage`."""
    words = {}
    for name in plain(classes).lower().split():
        kind, _, word = name.rpartition("-")
        words[kind] = word
    return words


def _event(classes: str, html: str, grid: Grid, now: datetime) -> Event:
    words = _words(classes)
    kind = words.get("incident-type", "no type")
    status = words.get("incident-status", "no status")
    severity = words.get("incident-mostsevere-status")
    sign = SIGN.search(html)
    start = mail_date(plain(_require(START, html, "Incident Date")), "Incident Date")
    posts = list(_posts(html))
    phase = PHASES.get(status, Phase.OPEN)
    spoke_at = last_word(posts, start)
    end = closed_at(posts, start) if phase is Phase.CLOSED else None
    course = _Course(
        component_ids=grid.component_ids(map(plain, COMPONENT_NAME.findall(html))),
        severity=severity or (None if kind == ANY_TYPE else kind),
        sign=sign[1].lower() if sign else None,
        phase=phase,
        start=start,
        last=end or spoke_at,
    )
    event = Event(
        id=_require(NUMBER, html, "address with its number"),
        title=plain(_require(TITLE, html, "Incident Title")),
        phase=phase,
        start=start,
        end=end,
        status=status,
        impact=severity or kind,
        maintenance=VOCABULARY.get(kind) is Level.MAINTENANCE,
        component_ids=tuple(course.component_ids),
        spans=tuple(course.spans(grid)),
        unattributed=course.is_unattributed,
        unknown_words=words_not_in(PHASES, status),
    )
    return expire_stale(event, spoke_at, now)


def _posts(html: str) -> Iterator[Post]:
    """Yield an incident's updates, each with the state it gives: after the one that closes it they
    are reviews.
    """
    for match, update in pieces(UPDATE_DATE, html):
        state = UPDATE_STATE.search(update)
        at = mail_date(plain(match[1]), "Incident Update Date")
        yield post_saying(at, state[1].lower() if state else "", PHASES)


def _require(pattern: re.Pattern[str], html: str, what: str) -> str:
    match = pattern.search(html)
    if match is None:
        raise UnexpectedShape(f"an incident has no {what}", remedy=RECORD)
    return match[1]
