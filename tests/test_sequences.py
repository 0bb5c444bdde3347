"""Every platform over answers that follow each other: polled, polled again with what the first poll
left, and filled back. What is kept at the end is what the vendor says now.

A sequence is a case with `then` (`tests/cases.py`), reviewed by hand:
    polled   after the polls: levels; incidents, as [phase, start, end], with "unlisted" behind when
             the list that should hold one does not; bad_days, as "component date level"
    filled   the same after a backfill of 90 days, where it differs

A platform whose pages list no incidents says so in `quiet/expected.json` (`no_incidents`).
"""

from collections.abc import Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from polled_cases import collecting_case, vendor_of_case
from simulated import Clock, SimulatedPages, page_of

from monitor import platforms
from monitor.collect import Collector
from monitor.errors import PageError
from monitor.model import Incident, PageHistory, level_word
from tests.cases import (
    FIXTURES,
    Recording,
    all_cases,
    case_of,
    expected_of,
    later_answers,
    recording_of,
    sequences,
)
from tests.drive import answering, answers_from, drive, known_page
from tests.summaries import stamp, word_of
from tests.test_platforms import each_platform

CHANGES = ("left-the-list", "edited")
WINDOW = timedelta(days=90)

SEQUENCES = sequences()


@asynccontextmanager
async def watching(case: Path):
    """Yield a collector of the case's page, what its clock reads and what answers."""
    known, name = known_page(case), case.parent.name
    pages = SimulatedPages([], Clock(known.now), answers_from(case))
    async with collecting_case(vendor_of_case(name, known), known, pages) as collector:
        yield collector, pages


async def poll(collector: Collector) -> None:
    result = await collector.poll(await page_of(collector, "acme"))
    assert result.error is None
    await collector.flush()


async def read_in_turn(
    case: Path, later: Iterable[tuple[float, Recording]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is kept after the polls of a case and of the later answers, and after a
    backfill."""
    async with watching(case) as (collector, pages):
        await poll(collector)
        for minutes, recording in later:
            pages.clock.forward(minutes=minutes)
            pages.override = answering(recording)
            await poll(collector)
        after = await state_of(collector, pages.clock())
        filled = await collector.backfill(
            await page_of(collector, "acme"), pages.clock() - WINDOW, again=True
        )
        assert filled.error is None
        return after, await state_of(collector, pages.clock())


async def state_of(collector: Collector, now: datetime) -> dict[str, Any]:
    """Return what the store holds of the page, as `expected.json` writes it."""
    page, store = await page_of(collector, "acme"), collector.store
    levels = store.current(page.id).levels
    history = store.page_history(page.id, (now - WINDOW).date(), now.date())
    return {
        "levels": {key: word_of(level) for key, level in levels.items()},
        "incidents": {each.id: row_of(each) for each in store.facts(page.id).incidents},
        "bad_days": sorted(bad_days(history)),
    }


def row_of(incident: Incident) -> list[str | None]:
    end = incident.resolved_at and stamp(incident.resolved_at)
    row = [str(incident.phase), stamp(incident.started_at), end]
    return row if incident.unlisted_at is None else [*row, "unlisted"]


def bad_days(history: PageHistory) -> Iterable[str]:
    for key, days in history.components.items():
        for day in days.days.values():
            if day.level:
                yield f"{key} {day.day} {level_word(day.level)}"


@pytest.mark.slow
@pytest.mark.parametrize("case", SEQUENCES, ids=map(case_of, SEQUENCES))
async def test_what_is_kept_is_what_the_page_says_last(case: Path) -> None:
    expected = expected_of(case)

    after, filled = await read_in_turn(case, later_answers(case))

    assert after == expected["polled"]
    assert filled == expected.get("filled", expected["polled"])


EDITS = [case for case in SEQUENCES if case.name == "edited"]


@pytest.mark.slow
@pytest.mark.parametrize("case", EDITS, ids=map(case_of, EDITS))
async def test_an_edit_that_is_taken_back_leaves_nothing(case: Path) -> None:
    ((minutes, edited),) = later_answers(case)
    unedited = replace(edited, responses=(*edited.responses, *recording_of(case).responses))

    never = await read_in_turn(case, [(minutes, unedited), (minutes, unedited)])
    edits = await read_in_turn(case, [(minutes, edited), (minutes, unedited)])

    assert [before_today(case, each) for each in edits] == [
        before_today(case, each) for each in never
    ]


def before_today(case: Path, state: dict[str, Any]) -> dict[str, Any]:
    """Return the state without bad days of today: what was polled meanwhile was seen."""
    today = known_page(case).now.date().isoformat()
    return state | {"bad_days": [day for day in state["bad_days"] if today not in day]}


@each_platform
def test_a_platform_that_lists_incidents_has_a_case_of_each_change(name: str) -> None:
    reason = expected_of(FIXTURES / name / "quiet").get("no_incidents")
    missing = [kind for kind in CHANGES if FIXTURES / name / kind not in SEQUENCES]

    assert missing == ([*CHANGES] if reason else []), (
        f"write the cases in tests/fixtures/{name}, or say under no_incidents in "
        "quiet/expected.json why these pages list none"
    )


@each_platform
def test_a_platform_that_says_it_lists_no_incidents_tells_none(name: str) -> None:
    if "no_incidents" not in expected_of(FIXTURES / name / "quiet"):
        return
    for case in all_cases(name):
        page, evidence = known_page(case), []
        for reading in (
            platforms.named(name).poll(page),
            platforms.named(name).backfill(page, page.now - WINDOW),
        ):
            with suppress(PageError):
                drive(reading, page, answers_from(case), told=evidence)
        assert not any(piece.incidents for piece in evidence)
