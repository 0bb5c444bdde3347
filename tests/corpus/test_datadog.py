"""OpenRouter's real document of September 2026, and what a person reads off it.

Seven components, six of them in the group "API - Gateway", all operational. Four incidents, all
over and all "degraded" at one component each, typed in between 02:34 and 02:43 on 11 September:
Video on 4 September 18:27 to 21:12, the web application on 28 August 07:05 to 22:33 and from 31 May
13:00 to 1 June 13:00, Chat on 28 August 02:15 to 02:19. The page began on 8 September at
22:25:02.658427, so all of them are from before it, and nothing else is known of that time.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import datadog
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "datadog/openrouter-config-202609.json"


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=UTC)


PAGE = PageContext(url="https://openrouter.statuspage.datadoghq.com/", now=at(9, 12))


def test_openrouter_is_well(corpus: Path) -> None:
    (piece,) = drive(datadog.poll(PAGE), PAGE, answer_of(corpus, CAPTURE))

    assert [each.level for each in piece.observed or ()] == [Level.OPERATIONAL] * 7
    assert [each.group for each in piece.components or ()] == ["API - Gateway"] * 6 + [None]
    assert (piece.incidents, piece.unknown_words) == ((), ())


def test_openrouter_s_page_is_three_days_old_and_all_its_past_incidents_are_older(
    corpus: Path,
) -> None:
    """The page was made on 09-08 at 22:25. Four past incidents were typed in, of 05-31, 08-28 (two)
    and 09-04: from before there was a page to say that a day was good, so they rate nothing.
    """
    told, gap = drive(datadog.backfill(PAGE, at(5, 1)), PAGE, answer_of(corpus, CAPTURE))

    assert (told.incidents, told.impacts) == ((), ())
    assert [(cover.span.start, cover.span.end) for cover in told.coverage] == [
        (at(9, 8, 22, 25, 2, 658427), at(9, 12))
    ]
    assert [each.what for each in gap.gaps] == ["impacts 2026-05-01..2026-09-07"]


def test_its_signs_are_on_its_own_answer_only(corpus: Path) -> None:
    assert claimed(corpus, datadog) == {CAPTURE}
