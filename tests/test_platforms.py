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
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import platforms
from monitor.errors import PageError
from monitor.fetch import HISTORY
from monitor.kit.protocol import HtmlSettings, PageContext
from monitor.model import Evidence, Level, Phase, level_word
from tests.cases import FIXTURES, all_cases, case_of, expected_of, recording_of, sequences
from tests.drive import answers_from, context_of, drive, recognised, responses_of

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


# -------------------------------------------------------------------------------------------------------
# every module


@each_platform
@pytest.mark.parametrize(
    ("function", "parameters"),
    [("detect", ["response"]), ("poll", ["page"]), ("backfill", ["page", "since"])],
)
def test_a_platform_has_its_three_functions_documented(
    name: str, function: str, parameters: list[str]
) -> None:
    found = getattr(platforms.named(name), function)

    assert list(inspect.signature(found).parameters) == parameters
    assert inspect.getdoc(found)


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
    folders = {path for name in platforms.names() for path in (FIXTURES / name).iterdir()}

    assert folders == {*CASES, *sequences()}


# ---------------------------------------------------------------------------------------------------------
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
        polled,
        lambda: drive(platform.poll(page), page, answers_from(case)),
    )


@each_case
def test_a_backfill_reads_what_the_page_says(case: Path) -> None:
    expected, page = expected_of(case), known_page(case)
    platform = platforms.named(case.parent.name)
    since = datetime.fromisoformat(expected["since"]) if "since" in expected else page.now - HISTORY

    compare(
        expected["backfill"],
        backfilled,
        lambda: drive(platform.backfill(page, since), page, answers_from(case)),
    )


@each_case
def test_nothing_a_platform_says_ends_before_it_begins_or_lies_ahead(case: Path) -> None:
    expected, page = expected_of(case), known_page(case)
    platform = platforms.named(case.parent.name)
    if "raises" in expected["backfill"]:
        return

    evidence = drive(platform.backfill(page, page.now - HISTORY), page, answers_from(case))

    assert all(i.end is None or i.start < i.end for piece in evidence for i in piece.impacts)
    assert all(c.span.end <= page.now for piece in evidence for c in piece.coverage)
    assert all(piece.read_at == page.now for piece in evidence)


# ----------------------------------------------------------------------------------------------------------
# comparing


def known_page(case: Path) -> PageContext:
    """Return the page of a case with what is known of it beforehand."""
    return context(case, expected_of(case).get("context", {}))


def context(case: Path, known: dict[str, Any]) -> PageContext:
    """Return the page of a case with these things known of it, as `expected.json` writes them."""
    kinds = {"regions": tuple, "html": html_settings}  # the user's order is kept
    return context_of(
        case,
        **{
            k: kinds.get(k, frozenset)(v) if isinstance(v, list | dict) else v
            for k, v in known.items()
        },
    )


def html_settings(told: dict[str, Any]) -> HtmlSettings:
    levels = {level.word: level for level in Level}
    return HtmlSettings(
        **told | {"words": tuple((word, levels[level]) for word, level in told["words"].items())}
    )


def compare(
    expected: dict[str, Any],
    shown: Callable[[list[Evidence]], dict[str, Any]],
    read: Callable[[], list[Evidence]],
) -> None:
    if "raises" in expected:
        with pytest.raises(PageError) as caught:
            read()
        assert type(caught.value).__name__ == expected["raises"]
        assert caught.value.url
    else:
        found = shown(read())
        assert {key: found[key] for key in expected} == {
            key: in_any_order(value) for key, value in expected.items()
        }


def in_any_order(value: Any) -> Any:
    return distinct(value) if isinstance(value, list) else value


def polled(evidence: list[Evidence]) -> dict[str, Any]:
    observed = [piece.observed for piece in evidence if piece.observed is not None]
    pages = [piece.page for piece in evidence if piece.page is not None]
    return {
        "levels": {
            o.component_id: None if o.level is None else o.level.word
            for o in (observed or [()])[-1]
        },
        "unknown_words": distinct(word for piece in evidence for word in piece.unknown_words),
        "open": distinct(
            i.id for piece in evidence for i in piece.incidents if i.phase is Phase.OPEN
        ),
        "remark": pages[-1].remark if pages else None,
        "withdrawn": distinct(each for piece in evidence for each in piece.withdrawn),
    }


def backfilled(evidence: list[Evidence]) -> dict[str, Any]:
    return {
        "impacts": distinct(
            [
                i.component_id,
                None if i.level is None else level_word(i.level),
                stamp(i.start),
                i.end and stamp(i.end),
                str(i.basis),
                i.incident_id,
            ]
            for piece in evidence
            for i in piece.impacts
        ),
        "bars": distinct(
            [b.component_id, b.day.isoformat(), b.partial_seconds, b.major_seconds]
            for piece in evidence
            for b in piece.bars
        ),
        "coverage": distinct(
            [c.component_id, str(c.aspect), stamp(c.span.start), stamp(c.span.end)]
            for piece in evidence
            for c in piece.coverage
        ),
        "gaps": distinct(gap.what for piece in evidence for gap in piece.gaps),
    }


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def distinct(values: Iterable[Any]) -> list[Any]:
    return [json.loads(text) for text in sorted({json.dumps(value) for value in values})]
