"""Real answers of Salesforce's Trust API, with the states and counts read off them by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import PageUnavailable
from monitor.kit.protocol import PageContext
from monitor.model import Evidence, Level, Phase
from monitor.platforms import salesforce
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

SITE = "https://status.salesforce.com/"


def polled(corpus: Path, capture: str, place: str, now: datetime, **context: object) -> Evidence:
    page = PageContext(url=SITE + place, now=now, **context)  # type: ignore[arg-type]
    (piece,) = drive(
        salesforce.poll(page), page, answer_of(corpus, f"salesforce/salesforce-{capture}.json")
    )
    return piece


def troubled(piece: Evidence) -> dict[str, Level | None]:
    return {
        each.component_id: each.level
        for each in piece.observed or ()
        if each.level is not Level.OPERATIONAL
    }


def test_2020_07_29_one_instance_of_1331_is_slow(corpus: Path) -> None:
    """Of 1528 rows 137 are sandboxes and 65 are not active, which leaves 1331. NA137 has a minor
    incident, open since 16:08 UTC with a null end.
    """
    now = datetime(2020, 7, 29, 20, 0, tzinfo=UTC)
    piece = polled(corpus, "instances-preview-20200729-incident", "", now)

    assert len(piece.observed or ()) == 1331
    assert troubled(piece) == {"NA137": Level.DEGRADED}
    assert [(i.id, i.phase, i.component_ids) for i in piece.incidents] == [
        ("5968", Phase.OPEN, ("NA137",))
    ]
    assert [(i.component_id, i.level, i.start, i.end) for i in piece.impacts] == [
        ("NA137", Level.DEGRADED, datetime(2020, 7, 29, 16, 8, tzinfo=UTC), None)
    ]
    assert piece.unknown_words == ()


def test_2020_07_29_seen_from_asia_all_is_well(corpus: Path) -> None:
    """57 rows are located in APAC, of which some are sandboxes; the incident in North America is
    not listed there."""
    now = datetime(2020, 7, 29, 20, 0, tzinfo=UTC)
    piece = polled(corpus, "instances-preview-20200729-incident", "", now, regions=("APAC",))

    assert {each.region for each in piece.components or ()} == {"APAC"}
    assert troubled(piece) == {}
    assert piece.incidents == ()
    assert [each.component_id for each in piece.impacts] == ["NA137"]


def test_2026_07_31_all_of_tableau_is_well(corpus: Path) -> None:
    """22 instances, all OK, of which 21 are in production and active."""
    piece = polled(
        corpus,
        "product-tableau-20260731",
        "products/Tableau/",
        datetime(2026, 7, 31, 12, tzinfo=UTC),
    )

    assert len(piece.observed or ()) == 21
    assert troubled(piece) == {}
    assert piece.page is not None
    assert piece.page.name == "Salesforce Tableau"


def test_a_sandbox_that_was_taken_out_of_use_has_no_state(corpus: Path) -> None:
    """CS96 says OK and, beside it, that it is not active; messages about other products hang on
    it."""
    with pytest.raises(PageUnavailable):
        polled(corpus, "instance-cs96-2023", "instances/CS96/", datetime(2024, 10, 10, tzinfo=UTC))


def test_the_three_captures_are_claimed_and_no_other(corpus: Path) -> None:
    assert claimed(corpus, salesforce) == {
        "salesforce/salesforce-instance-cs96-2023.json",
        "salesforce/salesforce-instances-preview-20200729-incident.json",
        "salesforce/salesforce-product-tableau-20260731.json",
    }
