"""The options that say which days are meant: one vocabulary for every command that has some."""

from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.spans import SpanChoice, Unit
from monitor.terminal import note

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DAY", help="First day, e.g. 2026-05-01, today, yesterday."),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="Last day (default: today).")
]
Days = Annotated[
    int | None,
    typer.Option("--days", min=1, max=3660, help="How many days, the last one included."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Last day of the window (default: today)."),
]
Month = Annotated[
    list[str] | None,
    typer.Option(
        "--month",
        metavar="MONTH",
        help="A calendar month, e.g. 2026-03, or 2026-01..2026-06; give several to compare them.",
    ),
]
OneMonth = Annotated[
    list[str] | None,
    typer.Option(
        "--month", metavar="MONTH", help="A calendar month, e.g. 2026-03, or 2026-01..2026-06."
    ),
]
"""The same where months are not compared."""
Quarter = Annotated[
    list[str] | None,
    typer.Option("--quarter", metavar="QUARTER", help="Likewise a quarter, e.g. 2026-Q1."),
]
Year = Annotated[
    list[str] | None, typer.Option("--year", metavar="YEAR", help="Likewise a year, e.g. 2026.")
]
OldWindow = Annotated[int | None, typer.Option("--window", min=1, max=3660, hidden=True)]
"""What `--days` was called."""


def chosen(
    *,
    since: str | None = None,
    until: str | None = None,
    days: int | None = None,
    as_of: str | None = None,
    month: list[str] | None = None,
    quarter: list[str] | None = None,
    year: list[str] | None = None,
    old_window: int | None = None,
) -> SpanChoice:
    """Return what the options ask for. Raises ConfigError where they contradict each other."""
    if old_window is not None:
        if days is not None:
            raise ConfigError("--window is the old word for --days; drop --window")
        note("--window is now called --days; the old word goes on working for a year")
    choice = SpanChoice(
        since=since,
        until=until,
        days=days or old_window,
        as_of=as_of,
        calendar={
            Unit.MONTH: tuple(month or ()),
            Unit.QUARTER: tuple(quarter or ()),
            Unit.YEAR: tuple(year or ()),
        },
    )
    choice.check()
    return choice
