"""On which days several vendors had an outage at once, and what chance alone would give."""

from collections import defaultdict
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
    known_rows = []
    joint_rows = {}
    for day, row in rows.items():
        if any(each.level is None for each in row):
            continue
        known_rows.append(row)
        if _outages(row) == len(row):
            joint_rows[day] = row
    counts = tuple(map(_outages, zip(*known_rows, strict=True)))
    return JointDays(
        dates=len(rows),
        known_dates=len(known_rows),
        outage_days=counts or (0,) * len(records),
        days=joint_rows,
        chance=joint_chance(len(known_rows), counts) if len(counts) > 1 else None,
    )


def _common_rows(histories: Sequence[Sequence[Day]]) -> dict[date, tuple[Day, ...]]:
    """Return the days of each date that all have, in the order of the histories."""
    days_of: dict[date, list[Day]] = defaultdict(list)
    for history in histories:
        for day in history:
            days_of[day.day].append(day)
    rows = {}
    for each in sorted(days_of):
        if len(days_of[each]) == len(histories):
            rows[each] = tuple(days_of[each])
    return rows


def _outages(days: Sequence[Day]) -> int:
    return sum(day.is_outage for day in days)
