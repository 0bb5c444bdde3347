"""What the user says of single incidents: one left out, rated otherwise, or shorter than its vendor
says. Pure.

An incident may be no outage for you: an advisory, a region you do not use, paperwork left open. An
override changes the facts that days are derived from, never the stored ones: without it the figure
stays readable (`--policy raw`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase

from monitor.intervals import Interval
from monitor.model import Bar, Basis, Impact, Incident, Level, PageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One decision about incidents. `incident` is an id, or a pattern of ids or titles; upper and
    lower case are alike.

    `level` OPERATIONAL leaves the incident out, None keeps its levels. `start` and `end` replace
    the vendor's; None keeps them. `reason` and `decided` (a day) are shown wherever the figure is.
    """

    incident: str
    reason: str
    decided: date
    level: Level | None = None
    start: datetime | None = None
    end: datetime | None = None

    def matches(self, incident: Incident) -> bool:
        """Whether this is about the incident."""
        wanted = self.incident.casefold()
        return any(fnmatchcase(text.casefold(), wanted) for text in (incident.id, incident.title))

    @property
    def said(self) -> str:
        """What is decided, in words."""
        times = [
            f"{word} {at:%Y-%m-%d %H:%M} UTC"
            for word, at in (("from", self.start), ("to", self.end))
            if at
        ]
        rated = (
            ()
            if self.level is None
            else ("left out",)
            if self.leaves_out
            else (f"rated {self.level.title}",)
        )
        return " ".join([*rated, *times])

    @property
    def leaves_out(self) -> bool:
        """Whether the incident counts as nothing at all."""
        return self.level is Level.OPERATIONAL


@dataclass(frozen=True, slots=True)
class Overridden:
    """An incident and the override that holds for it: the first one in the settings that names
    it.
    """

    incident: Incident
    override: Override


def overridden(
    incidents: Iterable[Incident], overrides: Sequence[Override]
) -> tuple[Overridden, ...]:
    """Return the incidents that an override is about, by start."""
    found = (
        Overridden(incident, override)
        for incident in incidents
        if (override := next((each for each in overrides if each.matches(incident)), None))
        is not None
    )
    return tuple(sorted(found, key=lambda each: (each.incident.started_at, each.incident.id)))


def apply(facts: PageFacts, overrides: Sequence[Override]) -> PageFacts:
    """Return the facts as they count for the user.

    What an incident said before it was overridden is in `excused`: it explains what was polled
    meanwhile, and takes its seconds out of the vendor's bars.
    """
    decided = {each.incident.id: each.override for each in overridden(facts.incidents, overrides)}
    if not decided:
        return facts
    groups: dict[tuple[str, str], list[Impact]] = defaultdict(list)
    kept: list[Impact] = []
    for impact in facts.impacts:
        if impact.incident_id in decided:
            groups[impact.incident_id or "", impact.component_id].append(impact)
        else:
            kept.append(impact)
    for (incident_id, _), impacts in groups.items():
        kept += _decided(impacts, decided[incident_id])
    left_out = {key for key, override in decided.items() if override.leaves_out}
    timed = {key for key, override in decided.items() if override.end is not None}
    return replace(
        facts,
        impacts=tuple(kept),
        bars=tuple(_without(bar, left_out) for bar in facts.bars),
        excused=tuple(impact for impacts in groups.values() for impact in impacts),
        # An end that the user sets is no paperwork: polls do not set it aside.
        open_claims=tuple(each for each in facts.open_claims if each.incident_id not in timed),
    )


def _decided(impacts: Sequence[Impact], override: Override) -> Iterator[Impact]:
    """Yield one component's impacts of an incident as they count."""
    if override.leaves_out:
        return
    ordered = sorted(impacts, key=lambda impact: impact.start)
    for index, impact in enumerate(ordered):
        start, end = impact.start, impact.end
        if override.start is not None:
            start = override.start if index == 0 else max(start, override.start)
        if override.end is not None:
            end = (
                override.end if index == len(ordered) - 1 or end is None else min(end, override.end)
            )
        if end is not None and Interval.between(start, end) is None:
            continue
        yield _rated(replace(impact, start=start, end=end), override.level)


def _rated(impact: Impact, level: Level | None) -> Impact:
    if level is None:
        return impact
    basis = Basis.DECLARED if impact.basis is Basis.INFERRED else impact.basis
    return replace(impact, level=level, word=None, basis=basis)


def _without(bar: Bar, left_out: set[str]) -> Bar:
    """Return the bar without its seconds when all incidents behind it are left out: bars do not say
    whose they are.
    """
    if bar.incident_ids and left_out.issuperset(bar.incident_ids):
        return replace(bar, partial_seconds=0, major_seconds=0)
    return bar
