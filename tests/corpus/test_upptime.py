"""A university's real Upptime repository, and what a person reads off it.

The summary of 22 August 2026 has fourteen sites, all up. Canvas was down on seven days for 1061
minutes in all, Okta on one, for 653. Both were first checked on 29 October 2025, at 15:12:37 and
16:46:46, and last written down on 21 August at 23:06. The repository's own figures agree: of the
297 days since, 1061 minutes are 0.25 % (it says 99.75 %) and 653 are 0.15 % (99.85 %); of the last
month Canvas' 28 minutes on 1 August are 0.06 % (99.94 %). The other sites' files were not captured,
so their days are not known.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Bar, Level
from monitor.platforms import upptime
from tests.corpus.captures import answers_by_end, claimed, readers
from tests.drive import drive

pytestmark = pytest.mark.corpus

PAGE = PageContext(
    url="https://github.com/Maryville-University-DLX/saints-status/",
    now=datetime(2026, 8, 22, 6, tzinfo=UTC),
)
SUMMARY = "upptime/maryville-summary-20260822.json"
BADGE = "upptime/maryville-canvas-uptime-month-20260822.json"
OKTA = Bar(
    component_id="okta", day=date(2025, 12, 4), major_seconds=653 * 60, source=upptime.SOURCE
)
FILES = {
    "/history/summary.json": SUMMARY,
    "/history/canvas-lms.yml": "upptime/maryville-canvas-lms-20260822.yml",
    "/history/okta.yml": "upptime/maryville-okta-20260822.yml",
}


def test_all_fourteen_sites_are_up(corpus: Path) -> None:
    (piece,) = drive(upptime.poll(PAGE), PAGE, answers_by_end(corpus, FILES))

    assert len(piece.components or ()) == 14
    assert {one.level for one in piece.observed or ()} == {Level.OPERATIONAL}
    assert (piece.unknown_words, piece.page and piece.page.remark) == ((), None)
    assert len(piece.reported) == 14 * 4


def test_the_days_of_two_sites_and_the_gaps_of_twelve(corpus: Path) -> None:
    pieces = drive(
        upptime.backfill(PAGE, datetime(2025, 9, 1, tzinfo=UTC)),
        PAGE,
        answers_by_end(corpus, FILES),
    )
    bars = [bar for piece in pieces for bar in piece.bars]

    canvas = {bar.day: bar.major_seconds // 60 for bar in bars if bar.component_id == "canvas-lms"}
    assert canvas == {
        date(2026, 5, 7): 189, date(2026, 5, 8): 182, date(2026, 6, 2): 93, date(2026, 6, 3): 199,
        date(2026, 7, 16): 212, date(2026, 7, 21): 158, date(2026, 8, 1): 28,
    }  # fmt: skip
    assert [bar for bar in bars if bar.component_id != "canvas-lms"] == [OKTA]
    until = datetime(2026, 8, 22, tzinfo=UTC)
    assert {
        (c.component_id, c.span.start, c.span.end) for piece in pieces for c in piece.coverage
    } == {
        ("canvas-lms", datetime(2025, 10, 29, 15, 12, 37, 878000, tzinfo=UTC), until),
        ("okta", datetime(2025, 10, 29, 16, 46, 46, 265000, tzinfo=UTC), until),
    }
    gaps = [gap.what for piece in pieces for gap in piece.gaps]
    assert len(gaps) == 13
    assert gaps[-1] == "impacts 2025-09-01..2025-10-28"


def test_the_minutes_are_those_the_repository_s_own_figures_are_made_of(corpus: Path) -> None:
    """Its figures are rounded to a hundredth of a percent."""
    (live,) = drive(upptime.poll(PAGE), PAGE, answers_by_end(corpus, FILES))
    pieces = drive(
        upptime.backfill(PAGE, datetime(2025, 9, 1, tzinfo=UTC)),
        PAGE,
        answers_by_end(corpus, FILES),
    )
    said = {each.component_id: each.ratio for each in live.reported if each.window_days == 365}

    for cover in (cover for piece in pieces for cover in piece.coverage):
        down = sum(
            b.major_seconds
            for piece in pieces
            for b in piece.bars
            if b.component_id == cover.component_id
        )
        assert 1 - down / cover.span.seconds == pytest.approx(
            said[cover.component_id or ""], abs=0.0001
        )


def test_the_badge_of_canvas_agrees_with_the_minutes_of_its_last_30_days(corpus: Path) -> None:
    """It reads "uptime 30d" and "99.9%". Of the 30 days up to 21 August one was not whole, 1 August
    with 28 minutes: 99.94 %, as the summary says too. With 21 July, a day or two before them, 99.6
    % would be left.
    """
    badge = json.loads((corpus / "captures" / BADGE).read_text())
    (live,) = drive(upptime.poll(PAGE), PAGE, answers_by_end(corpus, FILES))
    pieces = drive(
        upptime.backfill(PAGE, datetime(2026, 7, 23, tzinfo=UTC)),
        PAGE,
        answers_by_end(corpus, FILES),
    )
    down = sum(
        bar.major_seconds
        for piece in pieces
        for bar in piece.bars
        if bar.component_id == "canvas-lms"
    )
    (month,) = (
        r.ratio for r in live.reported if (r.component_id, r.window_days) == ("canvas-lms", 30)
    )

    assert badge["message"] == f"{100 * (1 - down / (30 * 86400)):.1f}%" == f"{100 * month:.1f}%"


def test_the_badge_says_nothing_of_a_page(corpus: Path) -> None:
    """It names no service; that it is of Canvas says its place in the repository."""
    assert readers(corpus, BADGE) == set()


def test_its_signs_are_on_its_own_summary_only(corpus: Path) -> None:
    assert claimed(corpus, upptime) == {SUMMARY}
