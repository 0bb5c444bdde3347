"""The evidence of AWS's events to somebody who chose some regions. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.kit.evidence import one_remark
from monitor.kit.messages import updates_of
from monitor.kit.protocol import PageContext
from monitor.model import Coverage, Evidence, Gap, Incident, IncidentUpdate, PageInfo, Phase
from monitor.platforms.aws.components import Mark, list_components, read_mark
from monitor.platforms.aws.events import LEVELS, WORDS, HealthEvent
from monitor.platforms.aws.impacts import SOURCE, impacts_of, observe
from monitor.platforms.aws.regions import Scope

PAGE = "https://health.aws.amazon.com/health/status"
NO_REGIONS = (
    "no regions are chosen, so nothing is rated: set `regions`, like [us-east-1, eu-west-1]"
)


@dataclass(frozen=True, slots=True)
class View:
    """Events at one moment, with the regions the user chose and the names of components in them."""

    events: tuple[HealthEvent, ...]
    scope: Scope
    names: Mapping[str, str]
    now: datetime

    def regions_of_events(self) -> set[str]:
        """Return the regions that events are about."""
        return {event.region for event in self.events}

    def relevant_events(self) -> list[HealthEvent]:
        """Return the events that concern the chosen regions; all of them when none is chosen."""
        if not self.scope.patterns:
            return list(self.events)
        return [event for event in self.events if any(map(self.scope.holds, event.services))]

    def mark(self) -> Mark:
        """Return what the next poll is handed."""
        return Mark(f"{self.now:%Y-%m-%d}", self.scope.patterns, self.names)


def view_events(page: PageContext, events: Iterable[HealthEvent]) -> View:
    """Return the events as this page's user sees them."""
    scope = Scope(page.regions)
    names = {key: name for key, name in read_mark(page.cursor).names.items() if scope.holds(key)}
    begun_events = []
    for event in events:
        for key, service in event.services.items():
            if scope.holds(key):
                names[key] = service.name
        # What is listed has begun, though by a clock that is ahead of ours it begins later.
        begun_events.append(replace(event, start=min(event.start, page.now)))
    return View(tuple(begun_events), scope, names, page.now)


def evidence_of(
    view: View,
    *,
    withdrawn: Iterable[str] = (),
    coverage: tuple[Coverage, ...] = (),
    gaps: tuple[Gap, ...] = (),
) -> Evidence:
    """Return the evidence of a view: the facts of every region, the states and incidents of those
    chosen.
    """
    events = view.relevant_events()
    components = list_components(view.names, view.scope.regions(view.regions_of_events()))
    return Evidence(
        source=SOURCE,
        read_at=view.now,
        page=PageInfo(name="AWS", zone="UTC", remark=one_remark(_remarks(view, events))),
        components=components,
        observed=tuple(observe(components, view.events, view.now)),
        incidents=tuple(_incident(event, view) for event in events),
        updates=_updates(events),
        impacts=impacts_of(view.events, view.now),
        coverage=coverage,
        withdrawn=tuple(sorted(withdrawn)),
        gaps=gaps,
        unknown_words=_unknown_words(view.events),
        cursor=view.mark().dump(),
    )


def _updates(events: Iterable[HealthEvent]) -> tuple[IncidentUpdate, ...]:
    updates: list[IncidentUpdate] = []
    for event in events:
        updates += updates_of(event.arn, event.updates)
    return tuple(updates)


def _unknown_words(events: Iterable[HealthEvent]) -> tuple[str, ...]:
    """Return the codes of any event that mean nothing to us, sorted."""
    codes = set()
    for event in events:
        codes.add(event.code)
        for service in event.services.values():
            codes.add(service.code)
            for change in service.changes:
                codes.add(change.code)
    return tuple(sorted(codes - LEVELS.keys()))


def _incident(event: HealthEvent, view: View) -> Incident:
    is_over = event.is_over(view.now)
    impact = WORDS.get(event.code, event.code)
    status = WORDS["0"] if is_over else impact
    if event.silent_since(view.now) is not None:
        status = f"{status}, {event.silence}"
    return Incident(
        id=event.arn,
        title=event.title,
        phase=Phase.CLOSED if is_over else Phase.OPEN,
        status=status,
        impact=impact,
        started_at=event.start,
        resolved_at=max(event.end, event.start) if is_over and event.end else None,
        url=PAGE,
        component_ids=tuple(filter(view.scope.holds, event.services)),
    )


def _remarks(view: View, events: Iterable[HealthEvent]) -> Iterator[str]:
    """Yield what a reader must know: that no region is chosen or one is unheard of, and events
    without news.
    """
    if not view.scope.patterns:
        yield NO_REGIONS
    strangers = view.scope.strangers(view.regions_of_events())
    if strangers:
        yield f"no region is called {', '.join(strangers)}: correct `regions`"
    for event in events:
        if event.silent_since(view.now):
            yield _silent_note(event, view.now)


def _silent_note(event: HealthEvent, now: datetime) -> str:
    open_days, quiet_days = (now - event.start).days, (now - event.last_word).days
    return (
        f"{event.title} ({event.region}) is open for {open_days} days without news for"
        f" {quiet_days}: listed, not rated"
    )
