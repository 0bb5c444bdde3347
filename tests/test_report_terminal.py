"""A record as a terminal shows it."""

from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from exporters.report import terminal_parts
from exporters.report.terminal import cells, legend
from monitor.answers import Record
from monitor.model import Day
from monitor.store import Store
from tests.report_support import DAY, REMARKS, SENTENCE, report


@pytest.fixture(scope="module")
def answer():
    with Store.open("sqlite://") as store:
        yield report(store)


def on_terminal(*records: Record, width: int = 200) -> list[str]:
    console = Console(file=StringIO(), width=width)
    for part in terminal_parts(records, width=width):
        console.print(part)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


LEGEND = (
    "? unknown   ▁ operational   ▂ maintenance   ▄ degraded   ▆ partial outage   █ major outage"
)


def test_a_terminal_shows_this(answer):
    assert on_terminal(answer) == [
        SENTENCE,
        *(f"  {note}" for note in REMARKS),
        "  2026-05-05 to 2026-05-08",
        (
            "  Web (excluded): now ? unknown; outage 0 of 2 days (0 major); downtime 0 %,"
            " coverage 66.7 %"
        ),
        "  ▁▁??",
        (
            "  Old (removed): now ? unknown; outage 0 of 2 days (0 major); downtime 0 %,"
            " coverage 64.5 %"
        ),
        "  ▁▁??",
        (
            "  Core / API: now ▄ degraded; outage 1 of 3 days (1 major); downtime 1.667 %, coverage"
            " 64.5 %"
        ),
        "  █▁?▄",
        "",
        LEGEND,
    ]


def test_a_terminal_shows_a_vendor_without_components_and_a_question_about_the_past(answer):
    alone = replace(answer, components=())
    past = replace(answer, query=replace(answer.query, as_of=date(2026, 5, 8)))

    assert on_terminal(alone)[-3:] == [f"  {REMARKS[-1]}", "", LEGEND]
    assert on_terminal(past)[-4].startswith("  Core / API: outage 1 of 3 days (1 major); downtime")


def days_of(number: int) -> tuple[Day, ...]:
    first = date(2026, 1, 1)
    return tuple(
        Day(day=first + n * DAY, level=None, length_seconds=86_400, covered_seconds=0)
        for n in range(number)
    )


@pytest.mark.parametrize(
    ("number", "width", "scale", "lengths"),
    [
        (20, 22, "2026-01-01 to 2026-01-20", [20]),
        (21, 23, "2026-01-01 2026-01-21", [21]),
        (30, 32, "2026-01-01          2026-01-30", [30]),
        (
            30,
            31,
            "2 rows of days: 2026-01-01 to 2026-01-15; 2026-01-16 to 2026-01-30",
            [15, 15],
        ),
        (
            15,
            3,
            (
                "3 rows of days: 2026-01-01 to 2026-01-05; 2026-01-06 to 2026-01-10; 2026-01-11 to"
                " 2026-01-15"
            ),
            [5, 5, 5],
        ),
        (8, 1, "2 rows of days: 2026-01-01 to 2026-01-04; 2026-01-05 to 2026-01-08", [4, 4]),
    ],
)
def test_days_stand_in_rows_that_fit_and_a_line_says_which_they_are(
    answer, number, width, scale, lengths
):
    days = days_of(number)
    part = replace(answer.components[0], days=days)
    long = replace(answer, days=days, components=(part,))
    lines = [
        getattr(part, "renderable", part).plain for part in terminal_parts([long], width=width)
    ]

    assert lines[len(REMARKS) + 1] == scale
    assert [len(line) for line in lines[len(REMARKS) + 3 : -2]] == lengths


def test_colours_say_the_level_and_dim_ones_that_a_day_is_known_in_part(answer):
    row = cells(answer.components[2].days)
    (nothing,) = cells(days_of(1)).spans

    assert row.plain == "█▁?▄"
    assert [str(part.style) for part in row.spans] == [
        "red",
        "green",
        "dim bright_black",
        "dim yellow",
    ]
    assert row.no_wrap
    assert str(nothing.style) == "bright_black"
    assert [str(part.style) for part in legend().spans][:4] == [
        "bright_black",
        "dim",
        "green",
        "dim",
    ]


def test_a_terminal_sets_off_the_sentence_the_remarks_and_the_present(answer):
    parts = list(terminal_parts([answer], width=200))
    line = parts[len(REMARKS) + 2].renderable

    assert str(parts[0].style) == "bold"
    assert {str(part.renderable.style) for part in parts[1 : len(REMARKS) + 1]} == {"italic"}
    assert str(parts[len(REMARKS) + 1].renderable.style) == "dim"
    assert [str(part.style) for part in line.spans] == ["bright_black", "dim"]
