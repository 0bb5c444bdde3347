"""Stored facts and a change of them, of whatever kind. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Generic, NamedTuple, Protocol, TypeVar

from monitor.intervals import day_of, utc
from monitor.model import Aspect, Coverage, Evidence

Fact = TypeVar("Fact")


class FactRow(NamedTuple, Generic[Fact]):
    """A fact that holds now, and the id of its row."""

    id: int
    fact: Fact


@dataclass(slots=True)
class FactChange(Generic[Fact]):
    """Facts to add and stored ones to supersede. False when nothing changes.

    `affected_from` are the instants from which days may differ; none when no day can.
    """

    fresh: list[Fact] = field(default_factory=list)
    stale: list[FactRow[Fact]] = field(default_factory=list)
    affected_from: list[datetime] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fresh or self.stale)

    @property
    def stale_ids(self) -> list[int]:
        """The ids of the rows to supersede."""
        return [row.id for row in self.stale]

    def add(self, fact: Fact, since: datetime | None = None) -> None:
        """Add a fact that may change days from an instant on (None = no day)."""
        self.fresh.append(fact)
        self._affect(since)

    def supersede(self, row: FactRow[Fact], since: datetime | None = None) -> None:
        """Let a stored fact hold no longer, which may change days from an instant on (None = no
        day).
        """
        self.stale.append(row)
        self._affect(since)

    def _affect(self, since: datetime | None) -> None:
        if since is not None:
            self.affected_from.append(utc(since))


class DerivedPage(Protocol):
    """A page whose days are derived up to `derived_day` (None = none are)."""

    @property
    def zone(self) -> tzinfo: ...  # noqa: D102
    @property
    def derived_day(self) -> date | None: ...  # noqa: D102


def closed_day(page: DerivedPage, since: datetime) -> date | None:
    """Return the day of an instant when it lies before the last derived one, and so would not be
    derived again.

    The days from the last derived one on are derived again anyway: that what held goes on there
    needs no mark.
    """
    day = day_of(since, page.zone)
    return day if page.derived_day is None or day < page.derived_day else None


def complete_spans(evidence: Evidence, aspect: Aspect) -> Iterator[Coverage]:
    """Yield the spans in which the evidence lists everything that its source has of an aspect."""
    for cover in evidence.coverage:
        if cover.complete and cover.aspect is aspect:
            yield cover
