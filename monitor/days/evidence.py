"""What is known of one component, and of one of its days: bars, claims, and what was covered.
Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.claims import Claims, ComponentFacts, claims
from monitor.day_range import Options
from monitor.intervals import Interval, intersect, merge_adjacent, spans_of, subtract
from monitor.model import Aspect, Bar


@dataclass(frozen=True, slots=True)
class DayEvidence:
    """What is known of a component's day, `whole` from midnight to midnight.

    `bar_spans` are the parts of the day of which bars speak; `bar` is the vendor's bar, None = it
    has none with seconds or incidents. `claims` are those that touch the day.
    """

    whole: Interval
    bar: Bar | None
    bar_spans: Sequence[Interval]
    claims: Claims
    component: "ComponentEvidence"

    @property
    def bar_outage(self) -> tuple[int, int]:
        """The bar's seconds of partial and of major outage."""
        return (self.bar.partial_seconds, self.bar.major_seconds) if self.bar else (0, 0)

    @property
    def incident_ids(self) -> tuple[str, ...]:
        """The incidents of the claims and of the bar, sorted."""
        of_bar = self.bar.incident_ids if self.bar else ()
        return tuple(sorted(self.claims.incident_ids.union(of_bar)))

    def has_any_of(self, cover: Iterable[Interval]) -> bool:
        """Whether the cover reaches into the day."""
        return bool(intersect(cover, self.whole))

    def is_inside(self, cover: Iterable[Interval]) -> bool:
        """Whether one part of the cover spans the whole day."""
        return any(part.start <= self.whole.start and part.end >= self.whole.end for part in cover)


@dataclass(frozen=True, slots=True)
class ComponentEvidence:
    """What a component's facts come to. The covers are merged, without slivers between them, inside
    the component's scope: of bars, of impacts, of polls, and of anything.
    """

    bars: Mapping[date, Bar]
    claims: Claims
    unlisted_ids: frozenset[str]
    bar_cover: Sequence[Interval]
    impact_cover: Sequence[Interval]
    polled_cover: Sequence[Interval]
    cover: Sequence[Interval]

    def on(self, day: date, whole: Interval) -> DayEvidence:
        """Return what is known of one day."""
        return DayEvidence(
            whole,
            self.bars.get(day),
            intersect(self.bar_cover, whole),
            self.claims.touching(whole),
            self,
        )


def evidence_from(facts: ComponentFacts, options: Options) -> ComponentEvidence:
    """Return what a component's facts come to. An impact whose word nobody knows uncovers its
    span.
    """
    component_claims = claims(facts, options)
    bar_cover = _cover(facts, Aspect.BARS)
    unreadable = spans_of(component_claims.unreadable)
    impact_cover = subtract(_cover(facts, Aspect.IMPACTS), unreadable)
    polled_cover = merge_adjacent(intersect(facts.polled_spans(), facts.scope))
    bad = spans_of(component_claims.bad)
    cover = merge_adjacent([*bar_cover, *impact_cover, *polled_cover, *bad])
    return ComponentEvidence(
        facts.bars,
        component_claims,
        facts.unlisted_ids,
        bar_cover,
        impact_cover,
        polled_cover,
        cover,
    )


def _cover(facts: ComponentFacts, aspect: Aspect) -> list[Interval]:
    spans = (cover.span for cover in facts.coverage if cover.aspect is aspect)
    return merge_adjacent(intersect(spans, facts.scope))
