"""Answers of a Gatus that was run for it, and what a person reads off them.

Four endpoints and one suite, checked every ten seconds from 04:08:03 to 04:09:53 on 29 November
2026.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import gatus
from tests.corpus.captures import answers_by_end, claimed, readers
from tests.drive import drive

pytestmark = pytest.mark.corpus

STATUSES = "gatus/own-statuses-20261129-down.json"
BACK_END = "gatus/own-endpoint-core_back-end-20261129.json"
REFUSED = "gatus/own-endpoint-refused-20261129.json"
SUITES = "gatus/own-suites-20261129.json"
CONFIG = "gatus/own-config-20261129.json"
FILES = {
    "/api/v1/endpoints/statuses": STATUSES,
    "/api/v1/suites/statuses": SUITES,
    "/api/v1/endpoints/core_back-end/statuses": BACK_END,
    "/api/v1/endpoints/_refused/statuses": REFUSED,
}
PAGE = PageContext(
    url="https://health.vendor.example/", now=datetime(2026, 11, 29, 4, 10, tzinfo=UTC)
)


def test_two_endpoints_are_down_and_the_suite_is_well(corpus: Path) -> None:
    """By the last result of each: "refused" was never reached, "back-end" answered 503 again in the
    last one. "planned" was in a maintenance of its own, which nothing tells.
    """
    (piece,) = drive(gatus.poll(PAGE), PAGE, answers_by_end(corpus, FILES))

    levels = {seen.component_id: seen.level for seen in piece.observed or ()}
    assert levels == {
        "_refused": Level.MAJOR_OUTAGE, "core_back-end": Level.MAJOR_OUTAGE, "core_front-end": Level.OPERATIONAL,
        "internal_planned": Level.OPERATIONAL, "flows_check": Level.OPERATIONAL,
    }  # fmt: skip


def test_the_back_end_was_down_twice_and_the_other_from_its_first_check(corpus: Path) -> None:
    """Its events: HEALTHY 04:08:03, UNHEALTHY 04:08:43, HEALTHY 04:09:13, UNHEALTHY 04:09:53."""
    pieces = drive(
        gatus.backfill(PAGE, datetime(2026, 11, 1, tzinfo=UTC)), PAGE, answers_by_end(corpus, FILES)
    )

    assert sorted(
        (one.component_id, one.level, f"{one.start:%H:%M:%S}", one.end and f"{one.end:%H:%M:%S}")
        for piece in pieces
        for one in piece.impacts
    ) == [
        ("_refused", Level.MAJOR_OUTAGE, "04:08:03", None),
        ("core_back-end", Level.MAJOR_OUTAGE, "04:08:43", "04:09:13"),
        ("core_back-end", Level.MAJOR_OUTAGE, "04:09:53", None),
    ]
    covered = {
        cover.component_id: f"{cover.span.start:%H:%M:%S}"
        for piece in pieces
        for cover in piece.coverage
    }
    assert covered == {"_refused": "04:08:03", "core_back-end": "04:08:02"}


def test_its_answers_are_recognised_and_nobody_elses(corpus: Path) -> None:
    """Its settings and one endpoint alone have one sign at most."""
    assert claimed(corpus, gatus) == {STATUSES, SUITES}


def test_its_settings_are_no_answer_to_anything(corpus: Path) -> None:
    assert readers(corpus, CONFIG) == set()
