"""Three captured StatusIQ feeds, and what a person reads off them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level
from monitor.platforms import statusiq
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

KOBV = "statusiq/kobv-rss-20250306-major.xml"
INRIVER = "statusiq/inriver-rss-20250224.xml"
TMDB = "statusiq/tmdb-rss-20260919.xml"


def page_at(*parts: int) -> PageContext:
    return PageContext(url="https://status.vendor.example/", now=datetime(*parts, tzinfo=UTC))  # type: ignore[misc]


def read(corpus: Path, capture: str, *parts: int) -> Evidence:
    page = page_at(*parts)
    (piece,) = drive(statusiq.poll(page), page, answer_of(corpus, capture))
    return piece


def levels(piece: Evidence) -> dict[str, Level | None]:
    return {seen.component_id: seen.level for seen in piece.observed or ()}


def test_kobv_has_one_of_nine_services_in_a_major_outage(corpus: Path) -> None:
    """ "The service "GVI via SRU" since 14:44:59; its item has no link and no guid. The rest
    changed last between 14 February and one second before the feed was made, and is operational.
    """
    piece = read(corpus, KOBV, 2025, 3, 6, 14, 50)

    assert levels(piece) == dict.fromkeys(
        ["ALBERT", "B-TU Laubert", "FHP FHPKat+", "Fernleihe", "K2 Portal", "OPUS Uni Würzburg", "Opus Uni Potsdam",
         "THW WILBERT"],
        Level.OPERATIONAL,
    ) | {"GVI via SRU": Level.MAJOR_OUTAGE}  # fmt: skip
    assert piece.page is not None
    assert piece.page.name == "KOBV Service Status -- ZIB Wartungstag am 11.03.2025 - Status"
    assert piece.unknown_words == ()


def test_inriver_has_14_names_in_up_to_four_groups_and_all_are_well(corpus: Path) -> None:
    """50 items. "Asset API" and, twice, "Control Center" are informational since November; the rest
    is operational."""
    piece = read(corpus, INRIVER, 2025, 2, 24, 21)

    assert (corpus / "captures" / INRIVER).read_text().count("<item>") == 50
    assert list(levels(piece)) == [
        "Asset API", "Control Center", "Channel", "Connect", "Content Store", "Digital Shelf Analytics (DSA)", "Print",
        "Print 2.0", "Remoting API", "Rest API", "Supplier Onboarding", "Web Portal", "Workflow", "xConnect API",
    ]  # fmt: skip
    assert set(levels(piece).values()) == {Level.OPERATIONAL}
    assert piece.unknown_words == ()


@pytest.mark.parametrize("at", range(4))
def test_any_one_of_a_name_s_items_in_an_outage_makes_it_one(corpus: Path, at: int) -> None:
    """ "Workflow" is in four groups, changed on 24 February and 31 January."""
    pieces = (corpus / "captures" / INRIVER).read_text().split("Workflow - Operational")
    joined = "Workflow - Operational".join(pieces[: at + 1]) + "Workflow - Major Outage"
    body = (joined + "Workflow - Operational".join(pieces[at + 1 :])).encode()
    page = page_at(2025, 2, 24, 21)

    (piece,) = drive(
        statusiq.poll(page),
        page,
        lambda url: Response(url=url, final_url=url, status=200, body=body),
    )

    bad = {name: level for name, level in levels(piece).items() if level is not Level.OPERATIONAL}
    assert bad == {"Workflow": Level.MAJOR_OUTAGE}


def test_tmdb_has_three_services_under_one_guid_unchanged_for_eleven_months(corpus: Path) -> None:
    piece = read(corpus, TMDB, 2026, 9, 19)

    assert levels(piece) == dict.fromkeys(["tmdb-api", "tmdb-image", "tmdb-web"], Level.OPERATIONAL)
    assert (piece.incidents, piece.impacts, piece.coverage) == ((), (), ())


def test_its_feeds_are_recognised_and_nobody_elses(corpus: Path) -> None:
    assert claimed(corpus, statusiq) == {KOBV, INRIVER, TMDB}
