"""A real answer of IBM Cloud, cut down by its archive, with the counts and times read off it by
hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Evidence, Level
from monitor.platforms import ibm
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "ibm-cloud/ibm-cloud-enhancedstatus-20260801-trimmed.json"


def backfilled(corpus: Path, now: datetime, days: int, **context: object) -> list[Evidence]:
    page = PageContext(url="https://cloud.ibm.com/status/", now=now, **context)  # type: ignore[arg-type]
    return drive(ibm.backfill(page, now - timedelta(days=days)), page, answer_of(corpus, CAPTURE))


def test_six_resolved_incidents_and_four_notes_say_that_all_is_well(corpus: Path) -> None:
    """12 regions of one service, 6 of four others less two that are global: 12 + 1 + 6 + 6 + 6 + 1
    components. All six incidents ended almost a year before, so nothing is told of them when 90
    days are asked for.
    """
    told, *_ = backfilled(corpus, datetime(2026, 8, 1, tzinfo=UTC), 90)

    assert len(told.observed or ()) == 32
    assert {each.level for each in told.observed or ()} == {Level.OPERATIONAL}
    assert told.incidents == ()
    assert told.unknown_words == ()


def test_all_six_are_partial_outages_of_11_august_2025(corpus: Path) -> None:
    """All have sev 2 and end at 13:50 UTC; two begin at 11:27 (12 + 1 components), four at 11:25 (6
    + 6 + 6 + 1)."""
    told, *_ = backfilled(corpus, datetime(2026, 8, 1, tzinfo=UTC), 365)

    assert len(told.incidents) == 6
    assert {each.word for each in told.impacts} == {"major"}
    assert Counter(
        (f"{each.start:%Y-%m-%d %H:%M}", f"{each.end:%H:%M}") for each in told.impacts
    ) == {
        ("2025-08-11 11:27", "13:50"): 13,
        ("2025-08-11 11:25", "13:50"): 19,
    }


def test_while_they_lasted_the_services_of_the_chosen_region_were_partly_out(corpus: Path) -> None:
    """At noon of that day: four services in au-syd and two that are global. The two resources that
    the archive kept in the list are in au-syd too, and no incident names them.
    """
    told, *_ = backfilled(corpus, datetime(2025, 8, 11, 12, 0, tzinfo=UTC), 1, regions=("au-syd",))
    bad = {each.component_id for each in told.observed or () if each.level is not Level.OPERATIONAL}

    assert bad == {
        "is-vpc@au-syd",
        "conversation@au-syd",
        "discovery@au-syd",
        "speech-to-text@au-syd",
        "vmware-directorsite@global",
        "natural-language-understanding@global",
    }
    assert {each.level for each in told.observed or () if each.component_id in bad} == {
        Level.PARTIAL_OUTAGE
    }
    assert len(told.observed or ()) == len(bad) + 2


def test_its_list_is_claimed_and_nothing_else(corpus: Path) -> None:
    assert claimed(corpus, ibm) == {CAPTURE}
