"""Every platform module, and every fixture of every platform. A case is a folder; nothing is
registered anywhere.

What a case is, `tests/cases.py` says. Its `expected.json` is written and reviewed by hand:
    detect    the platform that two independent signals in the recorded responses prove, or null
    poll      {"raises": error} or {"levels", "unknown_words", "open", "remark"}, optionally
    "withdrawn" backfill  {"raises": error} or {"impacts", "bars", "coverage", "gaps"}
    context   what is known of the page beforehand; since: how far back (if absent as far as
    `monitor replay`: 90 days before the recording)
Lists are compared without regard to order, and what several answers repeat counts once.
"""

import inspect
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import platforms
from monitor.errors import PageError
from monitor.fetch import HISTORY
from monitor.model import Evidence
from tests.cases import FIXTURES, all_cases, case_of, expected_of, recording_of, sequences
from tests.drive import answers_from, drive, known_page, recognised, responses_of
from tests.summaries import backfill_summary, distinct, poll_summary

REQUIRED = (
    "quiet",
    "ongoing",
    "ended-incident",
    "overlapping",
    "maintenance",
    "renamed-component",
    "unlinked-components",
    "unknown-word",
)
CASES = all_cases()


each_case = pytest.mark.parametrize("case", CASES, ids=map(case_of, CASES))
each_platform = pytest.mark.parametrize("name", platforms.names())


# --------------------------------------------------------------------------------------------------
# every module


@each_platform
@pytest.mark.parametrize(
    ("function", "parameters"),
    [("detect", ["response"]), ("poll", ["page"]), ("backfill", ["page", "since"])],
)
def test_a_platform_has_its_three_functions_documented(
    name: str, function: str, parameters: list[str]
) -> None:
    own = getattr(platforms.named(name), function)

    assert list(inspect.signature(own).parameters) == parameters
    assert inspect.getdoc(own)


@each_platform
def test_a_platform_says_what_it_reads(name: str) -> None:
    assert inspect.getdoc(platforms.named(name))


@each_platform
@pytest.mark.parametrize("case", REQUIRED)
def test_a_platform_has_every_required_case(name: str, case: str) -> None:
    assert (FIXTURES / name / case / "expected.json").is_file(), f"{name} has no fixture {case}"


def test_every_folder_of_fixtures_belongs_to_a_platform() -> None:
    folders = {path.name for path in FIXTURES.iterdir() if any(path.glob("*/expected.json"))}

    assert folders <= set(platforms.names())


def test_every_folder_of_a_platform_is_a_case() -> None:
    folders: set[Path] = set()
    for name in platforms.names():
        folders |= {*(FIXTURES / name).iterdir()}

    assert folders == {*CASES, *sequences()}


# --------------------------------------------------------------------------------------------------
# every case


@each_case
def test_the_platform_is_recognised_by_two_independent_signals_or_not_at_all(case: Path) -> None:
    expected = expected_of(case)["detect"]

    assert recognised(responses_of(recording_of(case))) == ([expected] if expected else [])


@each_case
def test_a_poll_reads_what_the_page_says(case: Path) -> None:
    expected, page = expected_of(case), known_page(case)
    platform = platforms.named(case.parent.name)

    compare(
        expected["poll"],
        poll_summary,
        lambda: drive(platform.poll(page), page, answers_from(case)),
    )


@each_case
def test_a_backfill_reads_what_the_page_says(case: Path) -> None:
    expected, page = expected_of(case), known_page(case)
    platform = platforms.named(case.parent.name)
    since = datetime.fromisoformat(expected["since"]) if "since" in expected else page.now - HISTORY

    compare(
        expected["backfill"],
        backfill_summary,
        lambda: drive(platform.backfill(page, since), page, answers_from(case)),
    )


@each_case
def test_nothing_a_platform_says_ends_before_it_begins_or_lies_ahead(case: Path) -> None:
    expected, page = expected_of(case), known_page(case)
    platform = platforms.named(case.parent.name)
    if "raises" in expected["backfill"]:
        return

    evidence = drive(platform.backfill(page, page.now - HISTORY), page, answers_from(case))

    for piece in evidence:
        assert piece.read_at == page.now
        assert all(impact.end is None or impact.start < impact.end for impact in piece.impacts)
        assert all(cover.span.end <= page.now for cover in piece.coverage)


def compare(
    expected: dict[str, Any],
    summary: Callable[[list[Evidence]], dict[str, Any]],
    read: Callable[[], list[Evidence]],
) -> None:
    """Assert that a reading says what is expected of it, or raises what is."""
    if "raises" in expected:
        with pytest.raises(PageError) as raised:
            read()
        assert type(raised.value).__name__ == expected["raises"]
        assert raised.value.url
        return
    result = summary(read())
    for key, value in expected.items():
        assert result[key] == (distinct(value) if isinstance(value, list) else value), key
