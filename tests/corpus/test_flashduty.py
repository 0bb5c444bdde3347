"""DeepSeek's real summary of August 2026, and what a person reads off it.

Eight components: three APIs outside any section, first Pro and Flash, and five in the section
"对话服务(Chat Service)". Nothing goes on, so all are operational. Pro and Flash are available since 1
February 2024, the newest component, the third API, since 21 August 2026, 09:24:11 UTC.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import flashduty
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "flashduty/deepseek-summary-active-202608.json"


def test_deepseek_is_well(corpus: Path) -> None:
    page = PageContext(url="https://status.deepseek.com/", now=datetime(2026, 8, 22, tzinfo=UTC))
    (piece,) = drive(flashduty.poll(page), page, answer_of(corpus, CAPTURE))
    components = piece.components or ()

    assert [each.level for each in piece.observed or ()] == [Level.OPERATIONAL] * 8
    assert [each.group for each in components] == [None] * 3 + ["对话服务(Chat Service)"] * 5
    assert [each.start_date for each in components[:3]] == [
        date(2024, 2, 1),
        date(2024, 2, 1),
        date(2026, 8, 21),
    ]
    assert components[0].name == "DeepSeek V4 Pro API服务(API Service)"
    assert (piece.incidents, piece.unknown_words, piece.withdrawn) == ((), (), ())


def test_its_signs_are_on_its_own_answer_only(corpus: Path) -> None:
    assert claimed(corpus, flashduty) == {CAPTURE}
