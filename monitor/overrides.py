"""What the user says of single incidents: one left out, rated otherwise, or shorter than its vendor
says. Pure.

An incident may be no outage for you: an advisory, a region you do not use, paperwork left open. An
override changes the facts that days are derived from, never the stored ones: without it the figure
stays readable (`--policy raw`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from itertools import chain

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
        pattern, key, title = self.incident.casefold(), incident.id, incident.title
        return fnmatchcase(key.casefold(), pattern) or fnmatchcase(title.casefold(), pattern)

    @property
    def decision(self) -> str:
        """What is decided, in words."""
        words = []
        if self.level is not None:
            words.append("left out" if self.leaves_out else f"rated {self.level.title}")
        if self.start is not None:
            words.append(f"from {self.start:%Y-%m-%d %H:%M} UTC")
        if self.end is not None:
            words.append(f"to {self.end:%Y-%m-%d %H:%M} UTC")
        return " ".join(words)

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
    matches = []
    for incident in sorted(incidents, key=lambda incident: (incident.started_at, incident.id)):
        for override in overrides:
            if override.matches(incident):
                matches.append(Overridden(incident, override))
                break
    return tuple(matches)


def overrides_by_id(matches: Iterable[Overridden]) -> dict[str, Override]:
    """Return the overrides by the ids of the incidents they hold for."""
    return {match.incident.id: match.override for match in matches}


def apply(facts: PageFacts, overrides: Sequence[Override]) -> PageFacts:
    """Return the facts as they count for the user.

    What an incident said before it was overridden is in `excused`: it explains what was polled
    meanwhile, and takes its seconds out of the vendor's bars.
    """
    matches = overridden(facts.incidents, overrides)
    if not matches:
        return facts
    by_incident = overrides_by_id(matches)
    impacts, groups = _split(facts.impacts, by_incident)
    for (incident_id, _), group in groups.items():
        impacts += _as_decided(group, by_incident[incident_id])
    left_out, with_end = set(), set()
    for key, override in by_incident.items():
        if override.leaves_out:
            left_out.add(key)
        if override.end is not None:
            # An end that the user sets is no paperwork: polls do not set it aside.
            with_end.add(key)
    claims = (claim for claim in facts.open_claims if claim.incident_id not in with_end)
    return replace(
        facts,
        impacts=tuple(impacts),
        bars=tuple(_without_seconds(bar, left_out) for bar in facts.bars),
        excused=tuple(chain.from_iterable(groups.values())),
        open_claims=tuple(claims),
    )


def _split(
    impacts: Iterable[Impact], by_incident: Mapping[str, Override]
) -> tuple[list[Impact], dict[tuple[str, str], list[Impact]]]:
    """Return the impacts that no override is about, and the others by incident and component."""
    others: list[Impact] = []
    groups: dict[tuple[str, str], list[Impact]] = defaultdict(list)
    for impact in impacts:
        if impact.incident_id in by_incident:
            groups[impact.incident_id or "", impact.component_id].append(impact)
        else:
            others.append(impact)
    return others, groups


def _as_decided(impacts: Iterable[Impact], override: Override) -> Iterator[Impact]:
    """Yield one component's impacts of an incident as they count."""
    if override.leaves_out:
        return
    in_order = sorted(impacts, key=lambda impact: impact.start)
    for impact in in_order:
        start, end = impact.start, impact.end
        if override.start is not None:
            is_first = impact is in_order[0]
            start = override.start if is_first else max(start, override.start)
        if override.end is not None:
            is_last = impact is in_order[-1]
            end = override.end if is_last or end is None else min(end, override.end)
        if end is None or Interval.between(start, end) is not None:
            yield _at_level(replace(impact, start=start, end=end), override.level)


def _at_level(impact: Impact, level: Level | None) -> Impact:
    if level is None:
        return impact
    basis = Basis.DECLARED if impact.basis is Basis.INFERRED else impact.basis
    return replace(impact, level=level, word=None, basis=basis)


def _without_seconds(bar: Bar, left_out: set[str]) -> Bar:
    """Return the bar without its seconds when all incidents behind it are left out: bars do not say
    whose they are.
    """
    if bar.incident_ids and left_out.issuperset(bar.incident_ids):
        return replace(bar, partial_seconds=0, major_seconds=0)
    return bar
