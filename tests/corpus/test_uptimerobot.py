"""Trakt's real list of 19 September 2026, and what a person reads off it.

Two monitors, "Trending API" and "Web App", both up. Of their 90 days, 22 June to 19 September in
UTC, one is below 100 %: 13 July at the first, 98.845 %, which is 997.9 seconds down. Its last
downtime began that day at 15:48:48 and took 998 s, so it ended at 16:05:26; the other had none. The
page prints 99.987 % of 90 days for the first.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import uptimerobot
from tests.corpus.captures import answer_of, claimed, readers
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "uptimerobot/trakt-getmonitorlist-20260919.json"
POSTS = "uptimerobot/trakt-geteventfeed-20260919-empty.json"
TRENDING, WEB = "784479624", "798645058"


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=UTC)


PAGE = PageContext(url="https://status.trakt.tv/", now=at(9, 19, 3, 54, 1), cursor="key")


def test_trakt_is_well(corpus: Path) -> None:
    (piece,) = drive(uptimerobot.poll(PAGE), PAGE, answer_of(corpus, CAPTURE))

    assert {each.component_id: each.level for each in piece.observed or ()} == {
        TRENDING: Level.OPERATIONAL,
        WEB: Level.OPERATIONAL,
    }
    assert [(each.name, each.group) for each in piece.components or ()] == [
        ("Trending API", "API"),
        ("Web App", "Apps"),
    ]
    assert piece.unknown_words == ()


def test_the_history_of_trakt(corpus: Path) -> None:
    (told,) = drive(uptimerobot.backfill(PAGE, at(6, 22)), PAGE, answer_of(corpus, CAPTURE))

    assert [
        (bar.component_id, bar.day, bar.partial_seconds, bar.major_seconds) for bar in told.bars
    ] == [(TRENDING, date(2026, 7, 13), 0, 998)]
    assert [(i.component_id, i.start, i.end) for i in told.impacts] == [
        (TRENDING, at(7, 13, 15, 48, 48), at(7, 13, 16, 5, 26))
    ]
    assert [(cover.component_id, cover.span.start, cover.span.end) for cover in told.coverage] == [
        (TRENDING, at(6, 22), PAGE.now),
        (WEB, at(6, 22), PAGE.now),
    ]
    assert {(each.component_id, each.window_days): round(each.ratio, 5) for each in told.reported} == {
        (TRENDING, 30): 1.0, (TRENDING, 90): 0.99987, (WEB, 30): 1.0, (WEB, 90): 1.0,
    }  # fmt: skip


def test_its_signs_are_on_its_own_list_only(corpus: Path) -> None:
    """An event feed without events shows none."""
    assert claimed(corpus, uptimerobot) == {CAPTURE}


def test_the_feed_of_posts_is_never_asked_for_and_nobody_reads_it(corpus: Path) -> None:
    """No posts within 30 days. It is empty and names no monitor, so it would say nothing of them in
    any case."""
    asked: list[str] = []
    drive(uptimerobot.poll(PAGE), PAGE, answer_of(corpus, CAPTURE), asked=asked)
    drive(uptimerobot.backfill(PAGE, at(6, 22)), PAGE, answer_of(corpus, CAPTURE), asked=asked)

    assert {url.partition("?")[0] for url in asked} == {
        "https://status.trakt.tv/api/getMonitorList/key"
    }
    assert readers(corpus, POSTS) == set()
