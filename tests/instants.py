"""The instants at which what depends on the time is tested: `make hours` runs through all of them.

On each of the days, each of the times (UTC): while it is yesterday in America, shortly before and
after a midnight of UTC or of Los Angeles, at noon, and while it is tomorrow in Asia.
"""

import os
import sys
from datetime import UTC, date, datetime, time

TIMES = (time(0, 30), time(4, 45), time(7, 59), time(12), time(18, 45), time(23, 59))
DAYS = {
    date(2027, 1, 1): "the first day of a year",
    date(2027, 3, 14): "America's clocks go forward",
    date(2027, 3, 28): "Europe's clocks go forward",
    date(2027, 5, 20): "an ordinary day",
    date(2027, 10, 31): "Europe's clocks go back",
    date(2027, 11, 7): "America's clocks go back",
    date(2028, 2, 29): "a day that most years do not have",
}
"""All of them after the dates that fixtures name, which are past for every test."""
VARIABLE = "VENDORSTATUS_TEST_NOW"


def instants() -> list[datetime]:
    """Return every instant, in order."""
    return [datetime.combine(day, moment, UTC) for day in DAYS for moment in TIMES]


def simulated_now() -> datetime:
    """Return the instant at which simulated worlds end: the one that the environment names, else an
    awkward one.

    Then it is yesterday in Los Angeles and tomorrow in Auckland, and the last 90 days have clock
    changes of both.
    """
    named = os.environ.get(VARIABLE)
    return datetime.fromisoformat(named) if named else datetime(2026, 11, 3, 4, 45, tzinfo=UTC)


FEW = (datetime(2028, 2, 29, 23, 59, tzinfo=UTC),)
"""What the gate runs under: a midnight of UTC that comes meanwhile, after which it is still
yesterday in America."""


def chosen(word: str) -> list[datetime]:
    """Return the instants of a word: "all", "few", or the beginning of some, as in 2027-11-07 or
    2027-11-07T04."""
    if word == "few":
        return list(FEW)
    return [each for each in instants() if word == "all" or each.isoformat().startswith(word)]


if __name__ == "__main__":
    sys.stdout.writelines(f"{each.isoformat()}\n" for each in chosen(sys.argv[1]))
