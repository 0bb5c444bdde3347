"""The index of a cState page: its systems, their states, and what is unresolved. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState, Event, component_ids_of, present_spans
from monitor.kit.fields import Row, keyword, maybe_text, optional_rows, rows, text
from monitor.kit.protocol import Response
from monitor.kit.states import current_states
from monitor.model import Component, Level, Phase, by_id, worst_level
from monitor.platforms.cstate.issues import VOCABULARY, read_answer, read_issue

OK = "ok"

PAGE = Component(id="page", name="The page as a whole", position=10**6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What the index says. `words` are the states of the systems, None where one has none;
    `summary` is that of the page; `issues` are the unresolved ones.
    """

    name: str | None
    summary: str
    systems: Sequence[Component]
    words: Sequence[str | None]
    issues: Sequence[Event]

    @property
    def is_bare(self) -> bool:
        """Whether systems have no state of their own."""
        return None in self.words

    @property
    def components(self) -> Sequence[Component]:
        """The systems; where they have no state, the page as a whole too."""
        return [*self.systems, PAGE] if self.is_bare else self.systems

    def events(self, issues: Iterable[Event]) -> list[Event]:
        """Return the index's issues and these, each once, the latter before the former; where the
        page as a whole is a component they are about it too.
        """
        events = by_id([*self.issues, *issues]).values()
        return list(map(_with_page, events) if self.is_bare else events)

    def states(self, events: Sequence[Event], now: datetime) -> Iterator[ComponentState]:
        """Yield systems' states: as bad as the issues that go on, and as their own state where no
        issue explains it. Of those of one system the worst counts.
        """
        yield from current_states(self.components, events, now)
        hit_ids = _hit_ids(events)
        is_explained = self.is_explained(events, now)
        for component, word in zip(self.systems, self.words, strict=True):
            if not is_explained:
                yield ComponentState(component=component, level=None)
            if word not in {None, OK} and (component.id not in hit_ids or word not in VOCABULARY):
                yield ComponentState(component=component, level=VOCABULARY.get(word), word=word)
        if self.is_bare:
            level = VOCABULARY.get(self.summary)
            yield ComponentState(component=PAGE, level=level, word=self.summary)

    def is_explained(self, events: Iterable[Event], now: datetime) -> bool:
        """Whether systems are known to be as bad as the page as a whole. A notice may be an
        announcement about none of them; where systems have no state of their own it may as well be
        about any.
        """
        level = VOCABULARY.get(self.summary)
        if level is None or (level is Level.MAINTENANCE and not self.is_bare):
            return not self.is_bare
        worst = worst_level([*self._own_levels(), *_current_levels(events, now)])
        return (worst or Level.OPERATIONAL) >= level

    def _own_levels(self) -> Iterator[Level | None]:
        for word in self.words:
            yield VOCABULARY.get(word or "")


def _with_page(event: Event) -> Event:
    """Return an issue that hits the page as a whole as it hits the first of its systems."""
    of_page = []
    for span in event.spans:
        if span.component_id == event.spans[0].component_id:
            span_of_page = replace(span, component_id=PAGE.id)
            of_page.append(span_of_page)
    return replace(event, spans=(*event.spans, *of_page))


def _hit_ids(events: Iterable[Event]) -> set[str]:
    """Return the ids of systems that are hit by what goes on or is announced."""
    ids: set[str] = set()
    for event in events:
        if event.phase in {Phase.OPEN, Phase.SCHEDULED}:
            ids.update(component_ids_of(event.spans))
    return ids


def _current_levels(events: Iterable[Event], now: datetime) -> Iterator[Level | None]:
    for span in present_spans(events, now):
        yield span.level


def read_index(response: Response, now: datetime) -> Index:
    """Return what the index says. Raises UnexpectedShape when no system is listed."""
    answer = read_answer(response)
    systems = rows(answer.get("systems"), "systems")
    if not systems:
        raise UnexpectedShape("no system is listed: such a page says nothing of any")
    return Index(
        name=maybe_text(answer.get("title")),
        summary=keyword(answer.get("summaryStatus"), "summaryStatus"),
        systems=list(_components(systems)),
        words=list(map(_word, systems)),
        issues=list(_unresolved_issues(systems, now)),
    )


def _components(systems: Iterable[Row]) -> Iterator[Component]:
    for position, system in enumerate(systems):
        name, group = text(system.get("name"), "system.name"), maybe_text(system.get("category"))
        yield Component(id=name, name=name, group=group, position=position)


def _word(system: Row) -> str | None:
    return keyword(system["status"], "system.status") if "status" in system else None


def _unresolved_issues(systems: Iterable[Row], now: datetime) -> Iterator[Event]:
    for system in systems:
        for item in optional_rows(system.get("unresolvedIssues"), "system.unresolvedIssues"):
            yield read_issue(item, now)
