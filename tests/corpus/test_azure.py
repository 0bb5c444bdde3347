"""Real answers of Azure's feed, and what a person reads off them.

23 July 2026, made at 18:12:58 UTC: one item, published at 16:29:09, whose text says that it began
at 14:44 UTC. Its categories are 14 services and one region, West US. 1 August 2026, made at
00:22:00: an empty channel.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Evidence, Level, Phase
from monitor.platforms import azure
from tests.corpus.captures import answer_of, claimed, replayed
from tests.drive import drive

pytestmark = pytest.mark.corpus

ACTIVE, EMPTY = "azure/azure-feed-20260723-active.xml", "azure/azure-feed-20260801-empty.xml"
BUSY_AT, CALM_AT = (
    datetime(2026, 7, 23, 18, 13, tzinfo=UTC),
    datetime(2026, 8, 1, 0, 23, tzinfo=UTC),
)
KEY = "issues-connecting-to-resources-in-west-us"


def read(corpus: Path, capture: str, now: datetime, *regions: str, **context: object) -> Evidence:
    page = PageContext(
        url="https://azure.status.microsoft/en-us/status", now=now, regions=regions, **context
    )  # type: ignore[arg-type]

    def answer(url: str):
        return answer_of(corpus, capture)(url)

    (piece,) = drive(azure.poll(page), page, answer)
    return piece


def levels(piece: Evidence) -> dict[str, Level | None]:
    return {seen.component_id: seen.level for seen in piece.observed or ()}


def test_one_item_hits_fourteen_services_since_its_text_says_it_began(corpus: Path) -> None:
    piece = read(corpus, ACTIVE, BUSY_AT)
    found = levels(piece)

    assert found.pop("page") is Level.OPERATIONAL
    assert (len(found), set(found.values())) == (14, {Level.PARTIAL_OUTAGE})
    assert {"API Management", "Azure Kubernetes Service (AKS)", "Virtual WAN"} < found.keys()
    assert "West US" not in found
    (incident,) = piece.incidents
    assert (incident.id, incident.phase) == (KEY, Phase.OPEN)
    assert {i.start for i in piece.impacts} == {datetime(2026, 7, 23, 14, 44, tzinfo=UTC)}
    assert piece.unknown_words == ()


def test_a_user_of_another_region_sees_no_trouble(corpus: Path) -> None:
    piece = read(corpus, ACTIVE, BUSY_AT, "West Europe", "eastus*")

    assert levels(piece) == {"page": Level.OPERATIONAL}
    assert piece.incidents == ()


def test_the_empty_channel_is_healthy_and_ends_what_it_no_longer_lists(corpus: Path) -> None:
    before = read(corpus, ACTIVE, BUSY_AT)
    after = read(corpus, EMPTY, CALM_AT, cursor=before.cursor, open_incidents=frozenset({KEY}))

    assert levels(after) == {"page": Level.OPERATIONAL}
    assert [(i.id, i.phase, i.resolved_at) for i in after.incidents] == [
        (KEY, Phase.CLOSED, CALM_AT)
    ]


@pytest.mark.parametrize("name", ["azure-2026-07-23-active", "azure-2026-08-01-empty"])
def test_a_recording_whose_clock_is_hours_from_the_feeds_says_nothing_of_now(
    corpus: Path, name: str
) -> None:
    """Both are dated at noon of their day, one six hours before its feed was made and one eleven
    hours after."""
    vendor = replayed(corpus, name)

    assert (vendor["platform"], vendor["current_level"], vendor["known_days"]) == ("azure", None, 0)
    assert "so it says nothing of now" in vendor["remark"]


def test_only_azures_own_answers_are_taken_for_azure(corpus: Path) -> None:
    assert claimed(corpus, azure) == {
        "azure-2026-07-23-active",
        "azure-2026-08-01-empty",
        ACTIVE,
        EMPTY,
        "azure/azure-page-unknown.html",
    }
