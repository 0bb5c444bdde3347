"""Redis' real payload, and what a person reads off it.

Six components; four incidents, all resolved, so all six are operational on 2026-07-31. Only one
names components, and that one is a notice of severity MAINTENANCE which was resolved as it began: a
second of maintenance on 24 February for the five components of its list (LangCache is not in it).
The other three (8 January 15:41:13 to 16:06:48, 1 March 14:33:58 to 3 March 21:29:30, 26 March
19:46:58 to 19:48:41) name none: their time is not known. The oldest began on 8 January at 15:41:13.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Level
from monitor.platforms import firehydrant
from tests.corpus.captures import claimed, replayed
from tests.drive import answers_from, context_of, drive

pytestmark = pytest.mark.corpus

RECORDING = "redis-2026-07"


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=UTC)


def test_redis_is_well(corpus: Path) -> None:
    vendor = replayed(corpus, RECORDING)

    assert vendor["platform"] == "firehydrant"
    assert (vendor["current_level"], vendor["open_incidents"]) == ("operational", [])
    assert [each["name"] for each in vendor["components"]] == [
        "Admin Console", "Heroku Integration", "REST API", "Support Site", "DNS Resolvers", "LangCache",
    ]  # fmt: skip
    assert (vendor["known_days"], vendor["outage_days"], vendor["unknown_days"]) == (90, 0, 0)


def test_the_history_of_redis(corpus: Path) -> None:
    folder = corpus / "recordings" / RECORDING
    page = context_of(folder)
    told, gap = drive(firehydrant.backfill(page, at(1, 1)), page, answers_from(folder))

    assert len(told.incidents) == 4
    assert {(i.level, i.start, i.end) for i in told.impacts} == {
        (Level.MAINTENANCE, at(2, 24, 4, 52, 19), at(2, 24, 4, 52, 20))
    }
    langcache = "43ea3816-2e73-454f-8cda-6472ade0744e"
    assert {i.component_id for i in told.impacts} == {c.id for c in told.components or ()} - {
        langcache
    }
    assert [(cover.span.start, cover.span.end) for cover in told.coverage] == [
        (at(1, 8, 16, 6, 48), at(3, 1, 14, 33, 58)),
        (at(3, 3, 21, 29, 30), at(3, 26, 19, 46, 58)),
        (at(3, 26, 19, 48, 41), at(7, 31, 12)),
    ]
    assert [each.what for each in gap.gaps] == ["impacts 2026-01-01..2026-01-07"]
    assert told.unknown_words == ()


def test_its_signs_are_on_its_own_answers_only(corpus: Path) -> None:
    assert claimed(corpus, firehydrant) == {RECORDING, "firehydrant/redis-payload-202607.json"}
