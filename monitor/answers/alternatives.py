"""Each single change of the evidence or of a setting that bears on a day, with the day it gives.

Nothing here repeats a rule: the day is derived again by `monitor.days.classify.derive` from facts
or options with one change.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple, TypeVar

from monitor import history
from monitor.config import VendorConfig
from monitor.days.classify import Options, derive
from monitor.intervals import day_interval, zone_named
from monitor.model import (
    Aspect,
    Basis,
    Day,
    Impact,
    IncidentUpdate,
    KnownComponent,
    Level,
    PageFacts,
    PageHistory,
    by_id,
)
from monitor.overrides import apply, overridden
from monitor.plain import duration
from monitor.store import PageRecord, Store


class Change(NamedTuple):
    """One change and the day it gives.

    `kind` is source, incident, override, setting, component, zone or knowledge.
    """

    kind: str
    what: str
    day: Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One day as it is derived: the facts before overrides and as they count, the options and the
    moment.
    """

    vendor: VendorConfig
    raw: PageFacts
    facts: PageFacts
    options: Options
    component: KnownComponent | None
    day: date
    now: datetime

    def page_days(
        self, facts: PageFacts | None = None, options: Options | None = None
    ) -> PageHistory:
        """Return the days of the page with other facts or options."""
        return derive(
            facts or self.facts,
            options or self.options,
            first=self.day,
            last=self.day,
            now=self.now,
        )

    def result(self, facts: PageFacts | None = None, options: Options | None = None) -> Day:
        """Return the day with other facts or options."""
        return self.own_day(self.page_days(facts, options))

    def own_day(self, days: PageHistory) -> Day:
        """Return the day of the component or vendor that is asked about."""
        if self.component is None:
            return days.vendor.day(self.day)
        return days.components[self.component.component.id].day(self.day)


def changes(
    case: Case,
    day: Day,
    store: Store,
    page: PageRecord,
    now: datetime,
) -> Iterator[Change]:
    """Yield what each change makes of the day, also where that is nothing; `day` is what it is
    without any. What was known before each revision of the day is read from the store, as of `now`.
    """
    yield from _sources(case)
    yield from _incidents(case)
    yield from _overrides(case)
    yield from _numbers(case, day)
    yield from _impact_words(case)
    yield from _components(case)
    yield from _zones(case, page)
    yield from _revisions(case, store, page, now)


def _sources(case: Case) -> Iterator[Change]:
    facts = case.facts
    for aspect, name, without in (
        (Aspect.BARS, "bars", replace(facts, bars=())),
        (Aspect.IMPACTS, "incidents", replace(facts, impacts=(), updates=())),
        (Aspect.OBSERVATIONS, "polls", replace(facts, runs=())),
    ):
        coverage = tuple(cover for cover in facts.coverage if cover.aspect is not aspect)
        day = case.result(replace(without, coverage=coverage))
        yield Change("source", f"without the {name}", day)


def _incidents(case: Case) -> Iterator[Change]:
    facts = case.facts
    incidents = by_id(facts.incidents)
    for key in sorted({impact.incident_id for impact in facts.impacts if impact.incident_id}):
        others = replace(
            facts,
            impacts=tuple(_of_others(facts.impacts, key)),
            updates=tuple(_of_others(facts.updates, key)),
        )
        title = incidents[key].title if key in incidents else "no title"
        what = f"without incident {key} ({title})"
        yield Change("incident", what, case.result(others))


_OfIncident = TypeVar("_OfIncident", Impact, IncidentUpdate)


def _of_others(facts: Iterable[_OfIncident], key: str) -> Iterator[_OfIncident]:
    for fact in facts:
        if fact.incident_id != key:
            yield fact


def _overrides(case: Case) -> Iterator[Change]:
    overrides = case.vendor.overrides
    names = {match.override.incident for match in overridden(case.raw.incidents, overrides)}
    for override in overrides:
        if override.incident in names:
            others = [other for other in overrides if other is not override]
            what = f"without your override of {override.incident} ({override.decision})"
            yield Change("override", what, case.result(apply(case.raw, others)))
    if len(names) > 1:
        yield Change("override", "without any override (--policy raw)", case.result(case.raw))


def _numbers(case: Case, day: Day) -> Iterator[Change]:
    """Yield the day with the values of the numeric settings at which it could turn, each a value
    that can be set as it is printed: seconds rounded up, shares down.
    """
    seconds, now = day.seconds, case.options
    lengths = (seconds.major, seconds.outage, seconds.bad, seconds.total)
    limits = {0.0}
    for length in lengths:
        limits.add(float(math.ceil(length)))
    for limit in sorted(limits - {now.min_outage_seconds}):
        options = replace(now, min_outage_seconds=limit)
        what = f"with min_outage {duration(limit)}"
        yield Change("setting", what, case.result(options=options))
    shares = {day.coverage, 1.0}
    if day.counted_components and day.known_components is not None:
        shares.add(day.known_components / day.counted_components)
    for share in sorted(set(map(_rounded_down, shares)) - {now.min_coverage}):
        options = replace(now, min_coverage=share)
        yield Change("setting", f"with min_coverage {share:g}", case.result(options=options))


def _rounded_down(share: float) -> float:
    return float(Decimal(repr(share)).quantize(Decimal("0.0001"), rounding=ROUND_FLOOR))


def _impact_words(case: Case) -> Iterator[Change]:
    mapping = case.options.impact_mapping
    words = set()
    for impact in case.facts.impacts:
        if impact.word and impact.basis is Basis.INFERRED:
            words.add(impact.word)
    for word in sorted(words):
        for level in Level:
            if mapping.get(word) is not level:
                options = replace(case.options, impact_mapping={**mapping, word: level})
                what = f"with impact_mapping {word}: {level.word}"
                yield Change("setting", what, case.result(options=options))


def _components(case: Case) -> Iterator[Change]:
    if case.component is not None:
        return
    exclude = case.options.exclude
    for entry in case.facts.components:
        key = entry.component.id
        what = (
            f"with component {entry.slug} counted"
            if key in exclude
            else f"without component {entry.slug} (exclude)"
        )
        day = case.result(options=replace(case.options, exclude=exclude ^ {key}))
        yield Change("component", what, day)


def _zones(case: Case, page: PageRecord) -> Iterator[Change]:
    for name in dict.fromkeys(("UTC", page.page_zone or "UTC")):
        zone = zone_named(name)
        if day_interval(case.day, zone) != day_interval(case.day, case.options.zone):
            day = case.result(options=replace(case.options, zone=zone))
            yield Change("zone", f"with days in {name} (zone)", day)


def _revisions(case: Case, store: Store, page: PageRecord, now: datetime) -> Iterator[Change]:
    key = None if case.component is None else case.component.component.id
    for revision in store.revisions(page.id, key, case.day):
        end = revision.superseded_at
        if end is None or end > case.now:
            continue
        before = end - timedelta(microseconds=1)
        _, days = history.read(
            store, page, case.vendor, first=case.day, last=case.day, now=now, known_at=before
        )
        if key is None or key in days.components:
            what = f"as known before {end:%Y-%m-%d %H:%M:%S} UTC (--known-at)"
            yield Change("knowledge", what, case.own_day(days))
