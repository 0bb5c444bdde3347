"""Apple's real document of 31 July 2026, and what a person reads off it.

78 services; five of them have an event, all of 29 July and resolved. Event 1000005806, an outage of
some users from 22:24 UTC (15:24 PDT) to 02:31 UTC the next day, stands under four: App Store,
iTunes Store, Mac App Store, Subscription Purchase. Event 2000005540, an outage of all users from
23:00 to 02:45 UTC, stands under AppleCare on Device.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level, Phase
from monitor.platforms import apple
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "apple/apple-system-status-20260731.json"
STORES = ["App Store", "Mac App Store", "Subscription Purchase", "iTunes Store"]


def test_all_services_are_well_and_two_outages_are_over(corpus: Path) -> None:
    page = PageContext(
        url="https://www.apple.com/support/systemstatus/", now=datetime(2026, 7, 31, tzinfo=UTC)
    )
    (piece,) = drive(apple.poll(page), page, answer_of(corpus, CAPTURE))

    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL] * 78
    assert sorted((i.id, i.phase, sorted(i.component_ids)) for i in piece.incidents) == [
        ("1000005806", Phase.CLOSED, STORES),
        ("2000005540", Phase.CLOSED, ["AppleCare on Device"]),
    ]
    assert sorted(
        (i.component_id, i.word, f"{i.start:%d %H:%M}", f"{i.end:%d %H:%M}") for i in piece.impacts
    ) == sorted(
        [
            ("AppleCare on Device", "critical", "29 23:00", "30 02:45"),
            *((name, "major", "29 22:24", "30 02:31") for name in STORES),
        ]
    )
    assert piece.unknown_words == ()
    assert piece.page is not None
    assert piece.page.remark is None


def test_an_end_that_lies_ahead_of_what_is_called_resolved_is_now(corpus: Path) -> None:
    """At midnight UTC both ends lay ahead, and what a word ends is over."""
    page = PageContext(
        url="https://www.apple.com/support/systemstatus/", now=datetime(2026, 7, 30, tzinfo=UTC)
    )
    (piece,) = drive(apple.poll(page), page, answer_of(corpus, CAPTURE))

    assert {incident.phase for incident in piece.incidents} == {Phase.CLOSED}
    assert {impact.end for impact in piece.impacts} == {page.now}


def test_only_its_own_document_is_taken_for_it(corpus: Path) -> None:
    assert claimed(corpus, apple) == {CAPTURE}
