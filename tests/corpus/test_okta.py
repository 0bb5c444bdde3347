"""Okta's real page of 2026-07-31, cut by its archive to its records, and what a person reads off
it.

Twelve incidents, all resolved, name 19 cells between them; there is no list of cells. Seven of them
began in the 90 days before; the oldest change among all is that of I-10318, 2026-04-15 at 23:37:16,
so the list is whole since then. "Timeouts and Login Failures" (I-11070) began on 07-24 at 07:30 and
lasted 30 minutes in four cells, and was changed on the 30th. The extended maintenance of 07-22 has
the category "Service Disruption" and 258 minutes: 12:15 to 16:33 in seven cells.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import okta
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "okta/okta-page-20260731-trimmed.html"
PAGE = PageContext(url="https://status.okta.com/", now=datetime(2026, 7, 31, 12, 0, tzinfo=UTC))


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=UTC)


def test_all_nineteen_cells_are_well(corpus: Path) -> None:
    (piece,) = drive(okta.poll(PAGE), PAGE, answer_of(corpus, CAPTURE))

    assert len(piece.observed or ()) == 19
    assert {each.level for each in piece.observed or ()} == {Level.OPERATIONAL}
    assert len(piece.incidents) == 12
    assert piece.unknown_words == ()


def test_the_incidents_of_ninety_days(corpus: Path) -> None:
    (piece,) = drive(
        okta.backfill(PAGE, PAGE.now - timedelta(days=90)), PAGE, answer_of(corpus, CAPTURE)
    )

    assert len(piece.incidents) == 7
    assert {
        (i.incident_id[12:15], i.word, i.start, i.end) for i in piece.impacts if i.incident_id
    } == {
        ("DpC", "major", at(7, 24, 7, 30), at(7, 24, 8, 0)),
        ("DVq", "major", at(7, 22, 12, 15), at(7, 22, 16, 33)),
        ("CLG", "major", at(7, 13, 20, 1), at(7, 13, 21, 20)),
        ("Bp0", "major", at(7, 7, 19, 40), at(7, 7, 20, 47)),
        ("Axm", "major", at(6, 26, 14, 0), at(6, 26, 14, 53)),
        ("9Tq", "major", at(6, 22, 21, 22), at(6, 22, 22, 2)),
        ("5mo", "minor", at(6, 2, 9, 45), at(6, 2, 11, 23)),
    }
    assert sum(i.start == at(7, 22, 12, 15) for i in piece.impacts) == 7
    assert [cover.span.start for cover in piece.coverage] == [PAGE.now - timedelta(days=90)]


def test_what_is_older_than_the_oldest_change_is_a_gap(corpus: Path) -> None:
    told, gap = drive(okta.backfill(PAGE, at(3, 1)), PAGE, answer_of(corpus, CAPTURE))

    assert [cover.span.start for cover in told.coverage] == [at(4, 15, 23, 37, 16)]
    assert [each.what for each in gap.gaps] == ["impacts 2026-03-01..2026-04-14"]


def test_the_capture_is_claimed_and_no_other(corpus: Path) -> None:
    assert claimed(corpus, okta) == {CAPTURE}
