"""Zscaler's real answer about the cloud zsn on 2026-08-12, and what a person reads off it.

Twenty services, each with a boolean that says true. Data Protection (1961) has a post now:
"Intermittent Login Failures for claude.ai", severity 19, which is Service Degradation, since 10
August at 12:50. Beside it the week has two resolved ones of the same service: 7 August 14:11:51 to
15:04:41, severity 20 (Service Disruption), and 10 August 07:55:16 to 09:31:18, severity 19. The
answer's week begins on 6 August, and its current minute, 9587, is 12 August at 15:47.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level, Phase
from monitor.platforms import zscaler
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "zscaler/zscaler-zsn-20260812.json"


def at(*parts: int) -> datetime:
    return datetime(2026, 8, *parts, tzinfo=UTC)


PAGE = PageContext(url="https://trust.zscaler.com/zscaler.net/", now=at(12, 15, 47))


def test_one_of_twenty_services_is_degraded(corpus: Path) -> None:
    (piece,) = drive(zscaler.poll(PAGE), PAGE, answer_of(corpus, CAPTURE))

    assert len(piece.observed or ()) == 20
    assert {each.component_id: each.level for each in piece.observed or () if each.level} == {
        "1961": Level.DEGRADED
    }
    assert {each.id: each.phase for each in piece.incidents} == {
        "31106": Phase.OPEN,
        "31041": Phase.CLOSED,
        "31096": Phase.CLOSED,
    }
    assert piece.unknown_words == ()


def test_the_posts_of_the_week(corpus: Path) -> None:
    told, gap = drive(
        zscaler.backfill(PAGE, PAGE.now - timedelta(days=30)), PAGE, answer_of(corpus, CAPTURE)
    )

    assert {(i.component_id, i.incident_id, i.word, i.start, i.end) for i in told.impacts} == {
        ("1961", "31041", "critical", at(7, 14, 11, 51), at(7, 15, 4, 41)),
        ("1961", "31096", "minor", at(10, 7, 55, 16), at(10, 9, 31, 18)),
        ("1961", "31106", "minor", at(10, 12, 50), None),
    }
    assert [cover.span.start for cover in told.coverage] == [at(6)]
    assert [each.what for each in gap.gaps] == ["impacts 2026-07-13..2026-08-05"]


def test_the_capture_is_claimed_and_no_other(corpus: Path) -> None:
    assert claimed(corpus, zscaler) == {CAPTURE}
