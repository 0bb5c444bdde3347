"""Real captured feeds of xAI, with the components and times read off them by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Basis, Level
from monitor.platforms import xai
from tests.corpus.captures import answer_of, claimed, replayed
from tests.drive import drive

pytestmark = pytest.mark.corpus

RESOLVED = "xai/xai-feed-20260707-resolved.xml"
LATER = "xai/xai-feed-20260903.xml"


def test_three_regions_were_hit_within_an_hour_and_all_are_well_again(corpus: Path) -> None:
    """Three items, one a region of the API, all resolved, all "available" by now: 15:40:26 to
    16:37:02, 15:36:32 to 16:38:07 and 15:35:34 to 16:35:50. How bad they were is forgotten.
    """
    page = PageContext(url="https://status.x.ai/", now=datetime(2026, 7, 7, 16, 45, tzinfo=UTC))
    (now,) = drive(xai.poll(page), page, answer_of(corpus, RESOLVED))
    past, gap = drive(
        xai.backfill(page, page.now - timedelta(days=90)), page, answer_of(corpus, RESOLVED)
    )

    assert {seen.component_id: seen.level for seen in now.observed or ()} == dict.fromkeys(
        ("api-us-west-2", "api-eu-west-1", "api-us-east-1"), Level.OPERATIONAL
    )
    assert {
        (i.component_id, f"{i.start:%H:%M:%S}", f"{i.end:%H:%M:%S}", i.word, i.basis)
        for i in past.impacts
    } == {
        ("api-us-west-2", "15:40:26", "16:37:02", "minor", Basis.INFERRED),
        ("api-eu-west-1", "15:36:32", "16:38:07", "minor", Basis.INFERRED),
        ("api-us-east-1", "15:35:34", "16:35:50", "minor", Basis.INFERRED),
    }
    assert [cover.span.start for cover in past.coverage] == [
        datetime(2026, 7, 7, 15, 35, 34, tzinfo=UTC)
    ]
    assert [each.what for each in gap.gaps] == ["impacts 2026-04-08..2026-07-06"]


def test_the_recording_s_incident_ends_with_its_last_update(corpus: Path) -> None:
    """One item, from 01:58:00 on 05-18; it has no `Resolved:` line, and its last update is of
    12:00:00."""
    page = PageContext(url="https://status.x.ai/", now=datetime(2026, 9, 3, 12, 0, tzinfo=UTC))
    (past,) = drive(
        xai.backfill(page, datetime(2026, 5, 18, 1, 58, tzinfo=UTC)), page, answer_of(corpus, LATER)
    )

    assert [(i.component_id, i.start, i.end) for i in past.impacts] == [
        (
            "api-console",
            datetime(2026, 5, 18, 1, 58, tzinfo=UTC),
            datetime(2026, 5, 18, 12, 0, tzinfo=UTC),
        )
    ]


def test_the_recording_through_replay(corpus: Path) -> None:
    """Of 120 days up to 09-03 those from 05-18 on are covered: 109. One day is degraded, none is an
    outage day."""
    vendor = replayed(corpus, "xai-2026-09-03", "--days", "120")

    assert (vendor["platform"], vendor["current_level"]) == ("xai", "operational")
    assert (vendor["known_days"], vendor["degraded_days"], vendor["outage_days"]) == (109, 1, 0)


def test_it_claims_its_own_feeds_alone(corpus: Path) -> None:
    assert claimed(corpus, xai) == {"xai-2026-09-03", RESOLVED, LATER}
