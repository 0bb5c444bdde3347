"""The nouns of claims: bad spans, unreadable spans, and a component's claims. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from monitor.intervals import Interval, spans_of
from monitor.model import Basis, Confidence, Level

_CONFIDENCE = {
    None: Confidence.HIGH,
    Basis.DECLARED: Confidence.HIGH,
    Basis.TRANSITION: Confidence.MEDIUM,
    Basis.INFERRED: Confidence.LOW,
}


@dataclass(frozen=True, slots=True)
class BadSpan:
    """One component at one bad level over a span.

    `basis` is that of the impact; None = a poll saw it.
    """

    span: Interval
    level: Level
    basis: Basis | None = None
    incident_id: str | None = None

    @property
    def confidence(self) -> Confidence:
        """How firmly the level stands."""
        return _CONFIDENCE[self.basis]


@dataclass(frozen=True, slots=True)
class UnreadableSpan:
    """A span of which nothing is known, though something was said of it."""

    span: Interval
    incident_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """What is claimed of one component.

    `bad` counts. `set_aside` is claimed and does not count. `unreadable` has no level that anybody
    can read. `beneath` is what polls saw that was milder than an outage and that nothing but
    outages explains: it counts where those outages do not.
    """

    bad: Sequence[BadSpan]
    set_aside: Sequence[BadSpan]
    unreadable: Sequence[UnreadableSpan]
    beneath: Sequence[BadSpan] = ()

    @property
    def spans(self) -> list[Interval]:
        """The spans of which anything was claimed."""
        return list(spans_of((*self._every, *self.beneath)))

    @property
    def where_no_outage(self) -> list[BadSpan]:
        """The claims that count where the vendor's record denies every outage: those that are
        milder, and, where there was an outage, what is beneath it.
        """
        mild = list(milder_than_outages(self.bad))
        return [*mild, *self.beneath] if len(mild) < len(self.bad) else mild

    @property
    def incident_ids(self) -> set[str]:
        """The incidents behind the claims, those included whose level nobody can read."""
        return {claim.incident_id for claim in self._every if claim.incident_id}

    @property
    def _every(self) -> tuple[BadSpan | UnreadableSpan, ...]:
        return (*self.bad, *self.set_aside, *self.unreadable)

    def inside(self, scope: Interval) -> "Claims":
        """Return the parts of the claims inside the scope."""
        return Claims(
            list(inside(scope, self.bad)),
            list(inside(scope, self.set_aside)),
            list(inside(scope, self.unreadable)),
            list(inside(scope, self.beneath)),
        )

    def touching(self, whole: Interval) -> "Claims":
        """Return the claims that touch a day."""
        return Claims(
            list(touching(whole, self.bad)),
            list(touching(whole, self.set_aside)),
            list(touching(whole, self.unreadable)),
            list(touching(whole, self.beneath)),
        )


Spanning = TypeVar("Spanning", BadSpan, UnreadableSpan)


def inside(scope: Interval, claims: Iterable[Spanning]) -> Iterator[Spanning]:
    """Yield the parts of the claims inside the scope, in the order given."""
    for claim in claims:
        span = claim.span.clip(scope)
        if span is claim.span:
            yield claim
        elif span is not None:
            yield replace(claim, span=span)


def milder_than_outages(claims: Iterable[BadSpan]) -> Iterator[BadSpan]:
    """Yield the claims of degradations and maintenances."""
    for claim in claims:
        if not claim.level.is_outage:
            yield claim


def touching(whole: Interval, claims: Iterable[Spanning]) -> Iterator[Spanning]:
    """Yield the claims that share an instant with the day, whole as they are."""
    for claim in claims:
        if claim.span.start < whole.end and claim.span.end > whole.start:
            yield claim
