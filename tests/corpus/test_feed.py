"""Real captured feeds and a real page of no platform, read as such."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Level, Phase
from monitor.platforms import feed, html
from monitor.protocol import FeedSettings, HtmlSettings, PageContext
from tests.corpus.captures import answer_of
from tests.drive import drive

pytestmark = pytest.mark.corpus

NOON = datetime(2026, 8, 22, 12, 0, tzinfo=UTC)


def test_github_s_feed_has_twenty_five_incidents_and_all_are_over(corpus: Path) -> None:
    """The newest, "Intermittent failures creating agent tasks", has one update, of 00:37 on 08-21. Four titles speak of
    an outage, a disruption or of something unavailable.
    """
    page = PageContext(url="https://www.githubstatus.com/", now=NOON, feed=FeedSettings(path="/history.atom"))
    (piece,) = drive(feed.poll(page), page, answer_of(corpus, "statuspage/github-history-20260822.atom"))

    assert len(piece.incidents) == 25
    assert {incident.phase for incident in piece.incidents} == {Phase.CLOSED}
    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL]
    newest = max(piece.incidents, key=lambda incident: incident.started_at)
    assert newest.title == "Intermittent failures creating agent tasks"


def test_feeds_that_do_not_speak_in_states_are_unknown_and_never_green(corpus: Path) -> None:
    """AWS posts "Service is operating normally:" in a title, Microsoft a component's name, Azure a description."""
    for capture, now in (
        ("aws/aws-all-20260818.rss", datetime(2026, 3, 2, 12, 0, tzinfo=UTC)),
        ("microsoft/m365-feed-mac-20260801.xml", datetime(2026, 8, 1, 12, 0, tzinfo=UTC)),
        ("azure/azure-feed-20260723-active.xml", datetime(2026, 7, 23, 18, 20, tzinfo=UTC)),
    ):
        page = PageContext(url="https://status.vendor.example/", now=now, feed=FeedSettings(path="/feed"))
        (piece,) = drive(feed.poll(page), page, answer_of(corpus, capture))
        assert [seen.level for seen in piece.observed or ()] == [None], capture


def test_signal_s_page_is_one_sentence_and_it_is_green(corpus: Path) -> None:
    """A check mark, a line break and "Signal is up and running." are all there is."""
    settings = HtmlSettings(component="body > div", words=(("✓ signal is up and running.", Level.OPERATIONAL),))
    page = PageContext(url="https://status.signal.org/", now=NOON, html=settings)
    (piece,) = drive(html.poll(page), page, answer_of(corpus, "html-bespoke/signal-page-20260731.html"))

    assert [(component.name, component.id) for component in piece.components or ()] == [
        ("Signal Status", "Signal Status")
    ]
    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL]
