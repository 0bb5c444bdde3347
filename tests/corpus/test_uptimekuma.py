"""Two answers of a real Uptime Kuma, recorded for another program's tests, and what a person reads
off them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level, Phase
from monitor.platforms import uptimekuma
from tests.corpus.captures import answers_by_end, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

BEATS = "uptimekuma/isitdown-heartbeat-20260912-down.json"
SETTINGS = "uptimekuma/isitdown-page-20260912-maintenance.json"
PAGE = PageContext(
    url="https://kuma.vendor.example/status/demo", now=datetime(2026, 9, 12, 12, 27, 30, tzinfo=UTC)
)


ANSWERS = {"/api/status-page/heartbeat/demo": BEATS, "/api/status-page/demo": SETTINGS}


def test_webhooks_are_down_and_the_api_is_in_maintenance(corpus: Path) -> None:
    """Ten beats of each, the last at 12:27:20; one of the API's is status 3 since 12:26:20. Pinned
    is "Elevated error rates" of 12:24:51, version 1's only incident, which names no monitor.
    """
    (piece,) = drive(uptimekuma.poll(PAGE), PAGE, answers_by_end(corpus, ANSWERS))

    names = {each.id: (each.group, each.name) for each in piece.components or ()}
    assert {names[seen.component_id]: seen.level for seen in piece.observed or ()} == {
        ("Services", "API"): Level.MAINTENANCE,
        ("Services", "Webhooks"): Level.MAJOR_OUTAGE,
    }
    (incident,) = piece.incidents
    assert (incident.title, incident.phase, incident.started_at, incident.component_ids) == (
        "Elevated error rates", Phase.OPEN, datetime(2026, 9, 12, 12, 24, 51, tzinfo=UTC), (),
    )  # fmt: skip
    assert piece.page is not None
    assert (piece.page.name, piece.page.remark) == ("Demo", "under maintenance: Database upgrade")
    assert [(each.component_id, each.window_days, each.ratio) for each in piece.reported] == [
        ("1", 1, 1.0),
        ("2", 1, 0.0),
    ]


def test_its_beats_are_known_for_three_minutes(corpus: Path) -> None:
    told, gap = drive(
        uptimekuma.backfill(PAGE, datetime(2026, 9, 1, tzinfo=UTC)),
        PAGE,
        answers_by_end(corpus, ANSWERS),
    )

    assert [
        (one.component_id, one.level, f"{one.start:%H:%M:%S}", one.end) for one in told.impacts
    ] == [
        ("1", Level.MAINTENANCE, "12:26:20", None),
        ("2", Level.MAJOR_OUTAGE, "12:24:39", None),
    ]
    assert {(cover.component_id, f"{cover.span.start:%H:%M:%S}", cover.span.end) for cover in told.coverage} == {
        ("1", "12:24:39", PAGE.now), ("2", "12:24:39", PAGE.now),
    }  # fmt: skip
    assert len(gap.gaps) == 1


def test_its_answers_are_recognised_and_nobody_elses(corpus: Path) -> None:
    """Beats beside uptimes are one sign."""
    assert claimed(corpus, uptimekuma) == {SETTINGS}
