"""Observed runs: a state holds until the reading that shows another one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from monitor.model import Level, Observation


class OpenRun(NamedTuple):
    """A state that still held when the page was last observed. `level` None = an unknown word."""

    id: int
    component_id: str
    level: Level | None
    word: str | None
    started_at: datetime


class Sequel(Enum):
    """How a reading follows those before."""

    OUT_OF_ORDER = auto()
    """It was read earlier than the last one we have: it does not count."""
    ANEW = auto()
    """It is the first one, or comes after a silence: what held before ended with that."""
    GOES_ON = auto()
    """It follows close enough for what held before to have held until now."""


def sequel(observed_until: datetime | None, read_at: datetime, max_gap: timedelta) -> Sequel:
    """Return how a reading follows the last one before, `observed_until` (None = there is none). A
    silence longer than `max_gap` is a gap.
    """
    if observed_until is None:
        return Sequel.ANEW
    if read_at < observed_until:
        return Sequel.OUT_OF_ORDER
    return Sequel.ANEW if read_at - observed_until > max_gap else Sequel.GOES_ON


@dataclass(slots=True)
class RunChange:
    """Runs that end, that a reading of the same instant takes back, and states that begin."""

    ended_ids: list[int] = field(default_factory=list)
    instant_ids: list[int] = field(default_factory=list)
    fresh: list[Observation] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ended_ids or self.instant_ids or self.fresh)


def compare_runs(
    runs: Mapping[str, OpenRun], observations: Mapping[str, Observation], read_at: datetime
) -> RunChange:
    """Return what the page's whole state at `read_at` changes among the open runs, both by
    component id. A component without a state any more is one whose run ends.
    """
    change = RunChange()
    for key, run in runs.items():
        if _goes_on(run, observations.get(key)):
            continue
        is_instant = run.started_at >= read_at
        (change.instant_ids if is_instant else change.ended_ids).append(run.id)
    for key, observation in observations.items():
        before = runs.get(key)
        if before is None or not _goes_on(before, observation):
            change.fresh.append(observation)
    return change


def _goes_on(run: OpenRun, observation: Observation | None) -> bool:
    return (
        observation is not None and run.level == observation.level and run.word == observation.word
    )
