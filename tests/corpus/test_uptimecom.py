"""Uptime.com's own page of September 2026, its components cut by who kept it, and what a person
reads off it.

Three components outside any group and two in "Check Servers", all operational; no incidents, no
maintenance.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import uptimecom
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "uptimecom/uptimecom-ajax-202609-trimmed.json"


def test_uptimecom_is_well(corpus: Path) -> None:
    page = PageContext(
        url="https://uptime.com/statuspage/uptime-status/", now=datetime(2026, 9, 12, tzinfo=UTC)
    )
    (piece,) = drive(uptimecom.poll(page), page, answer_of(corpus, CAPTURE))

    assert [(each.name, each.group) for each in piece.components or ()] == [
        ("API", None),
        ("Background Processing", None),
        ("AUTO (SingleLocationChecks)", "Check Servers"),
        ("Austria-Vienna", "Check Servers"),
        ("Database", None),
    ]
    assert [each.level for each in piece.observed or ()] == [Level.OPERATIONAL] * 5
    assert (piece.incidents, piece.unknown_words) == ((), ())
    assert piece.page is not None
    assert (piece.page.name, piece.page.remark) == ("Uptime.com Status", None)


def test_its_signs_are_on_its_own_answer_only(corpus: Path) -> None:
    assert claimed(corpus, uptimecom) == {CAPTURE}
