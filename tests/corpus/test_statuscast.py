"""Fastly's page as the Internet Archive kept it on 20 January 2023 at 00:14:06 UTC, an older one
with a history grid.

The grid has 160 rows for 14 to 20 January, 15 of which are groups of others. One incident of
Fastly's is not closed: 375707, dated 23:05 on the 19th, last updated at 23:48, whose sign is green;
it names 100 of the rows that are no groups.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Evidence, Level, Phase
from monitor.platforms import statuscast
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "statuscast/fastly-page-202302-unavailable.html"
PAGE = PageContext(
    url="https://www.fastlystatus.com/", now=datetime(2023, 1, 20, 0, 14, 6, tzinfo=UTC)
)


def backfilled(corpus: Path) -> tuple[Evidence, Evidence]:
    told, gap = drive(
        statuscast.backfill(PAGE, PAGE.now - timedelta(days=90)), PAGE, answer_of(corpus, CAPTURE)
    )
    return told, gap


def spans(told: Evidence, incident: str) -> set[tuple[str, Level | None, str, str | None]]:
    names = {each.id: each.name for each in told.components or ()}
    return {
        (names[i.component_id], i.level, f"{i.start:%d %H:%M}", i.end and f"{i.end:%d %H:%M}")
        for i in told.impacts
        if i.incident_id == incident
    }


def test_what_an_open_incident_with_a_green_sign_names_is_unknown_and_the_rest_is_operational(
    corpus: Path,
) -> None:
    (piece,) = drive(statuscast.poll(PAGE), PAGE, answer_of(corpus, CAPTURE))

    assert Counter(seen.level for seen in piece.observed or ()) == {
        None: 100,
        Level.OPERATIONAL: 45,
    }
    assert piece.unknown_words == ()
    phases = Counter(incident.phase for incident in piece.incidents)
    assert phases == {Phase.OPEN: 2, Phase.CLOSED: 5, Phase.SCHEDULED: 3}
    groups = {each.name: each.group for each in piece.components or ()}
    assert groups["Ashburn (IAD)"] == "North America"


def test_the_global_incident_was_unavailability_for_43_minutes_as_far_as_is_told(
    corpus: Path,
) -> None:
    told, _ = backfilled(corpus)
    known = {each for each in spans(told, "375707") if each[1] is not None}

    assert len(known) == 100
    assert {each[1:] for each in known} == {(Level.MAJOR_OUTAGE, "19 23:05", "19 23:48")}


def test_incidents_of_one_type_are_told_apart_by_the_cells_of_their_days(corpus: Path) -> None:
    """All three are of the type serviceunavailable. The row "Rate Limiting and Alerts" is degraded
    on the 17th and 18th, "Rule Processing" on the 16th, "Requests" unavailable on the 15th and
    16th. Four more, that of 12 January among them, ended before the first cell and are left out.
    """
    told, _ = backfilled(corpus)

    assert spans(told, "375698") == {
        ("Rate Limiting and Alerts", Level.DEGRADED, "17 22:33", "18 00:34")
    }
    assert spans(told, "375696") == {("Rule Processing", Level.DEGRADED, "16 18:10", "16 23:38")}
    assert ("Requests", Level.MAJOR_OUTAGE, "15 22:22", "16 01:08") in spans(told, "375695")
    assert "375693" not in {incident.id for incident in told.incidents}


def test_the_grid_covers_seven_days_and_its_incidents_explain_all_of_its_cells(
    corpus: Path,
) -> None:
    told, gap = backfilled(corpus)

    assert [(c.span.start, c.span.end) for c in told.coverage] == [
        (datetime(2023, 1, 14, tzinfo=UTC), PAGE.now)
    ]
    assert [each.what for each in gap.gaps] == ["impacts 2022-10-22..2023-01-13"]
    assert [impact for impact in told.impacts if impact.incident_id is None] == []


def test_only_its_own_page_is_taken_for_it(corpus: Path) -> None:
    assert claimed(corpus, statuscast) == {CAPTURE}
