"""On which days several vendors had an outage at once, and what chance alone would give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.answers.record import Record
from monitor.chance import Chance, joint_chance
from monitor.model import Day


@dataclass(frozen=True, slots=True)
class JointDays:
    """The dates that several vendors' windows have in common, each cut in its page's own zone.

    `dates` is how many there are, `known_dates` how many are known of all vendors; everything else
    counts among these. `outage_days` are each vendor's, `days` those on which all had an outage,
    with each vendor's classification. `chance` is None for fewer than two vendors, and where no
    date is known of all.
    """

    dates: int
    known_dates: int
    outage_days: tuple[int, ...]
    days: Mapping[date, tuple[Day, ...]]
    chance: Chance | None


def joint_days(records: Sequence[Record]) -> JointDays:
    """Return the joint days of the records' vendors as wholes, oldest first."""
    rows = _common_rows([record.days for record in records])
    known = {day: row for day, row in rows.items() if all(each.level is not None for each in row)}
    counts = tuple(_outages(column) for column in zip(*known.values(), strict=True))
    return JointDays(
        dates=len(rows),
        known_dates=len(known),
        outage_days=counts or (0,) * len(records),
        days={day: row for day, row in known.items() if _outages(row) == len(row)},
        chance=joint_chance(len(known), counts) if len(counts) > 1 else None,
    )


def _common_rows(histories: Sequence[Sequence[Day]]) -> dict[date, tuple[Day, ...]]:
    """Return the days of each date that all have, in the order of the histories."""
    if not histories:
        return {}
    by_date = [{day.day: day for day in history} for history in histories]
    dates = set(by_date[0]).intersection(*by_date[1:])
    return {day: tuple(days[day] for days in by_date) for day in sorted(dates)}


def _outages(days: Sequence[Day]) -> int:
    return sum(day.level is not None and day.level.is_outage for day in days)
