"""Real captured feeds and a real page of no platform, read as such."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import FeedSettings, HtmlSettings, PageContext
from monitor.model import Level, Phase
from monitor.platforms import feed, html
from tests.corpus.captures import answer_of
from tests.drive import drive

pytestmark = pytest.mark.corpus

NOON = datetime(2026, 8, 22, 12, 0, tzinfo=UTC)


def test_github_s_feed_has_twenty_five_incidents_and_all_are_over(corpus: Path) -> None:
    """The newest goes from its first update, "Aug 20, 14:43 UTC", to its last, "Aug 21, 00:37 UTC
    Resolved". The next ends at 11:42 on 08-18 and was edited on 08-21. The longest lasts from 15:22
    on 08-06 to 02:04: 10 h 42 min. Four titles speak of a disruption, the rest of errors, incidents
    and what is degraded.
    """
    page = PageContext(
        url="https://www.githubstatus.com/", now=NOON, feed=FeedSettings(path="/history.atom")
    )
    (piece,) = drive(
        feed.poll(page), page, answer_of(corpus, "statuspage/github-history-20260822.atom")
    )

    assert len(piece.incidents) == 25
    assert {incident.phase for incident in piece.incidents} == {Phase.CLOSED}
    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL]
    newest, second, *_ = sorted(
        piece.incidents, key=lambda incident: incident.resolved_at or NOON, reverse=True
    )
    assert newest.title == "Intermittent failures creating agent tasks"
    assert (newest.started_at, newest.resolved_at) == (at(8, 20, 14, 43), at(8, 21, 0, 37))
    assert (second.started_at, second.resolved_at) == (at(8, 18, 7, 40), at(8, 18, 11, 42))
    longest = max((each.resolved_at or NOON) - each.started_at for each in piece.incidents)
    assert longest == timedelta(hours=10, minutes=42)
    assert Counter(impact.word for impact in piece.impacts) == {"minor": 21, "critical": 4}


def test_one_message_of_aws_that_is_resolved_does_not_end_the_others(corpus: Path) -> None:
    """All ids begin with the page's own address and differ after "#"; the newest of the items says
    "[RESOLVED]", at 21:01:19 Pacific on 08-17, the others have no word for their state.
    """
    page = PageContext(
        url="https://status.vendor.example/", now=at(8, 18, 14, 0), feed=FeedSettings(path="/rss")
    )
    (piece,) = drive(feed.poll(page), page, answer_of(corpus, "aws/aws-all-20260818.rss"))

    ended = [incident for incident in piece.incidents if incident.status == "ended"]
    assert [(incident.title[:43], incident.resolved_at) for incident in ended] == [
        ("Service is operating normally: [RESOLVED] I", at(8, 18, 4, 1, 19))
    ]
    assert [seen.level for seen in piece.observed or ()] == [None]


def at(*moment: int) -> datetime:
    return datetime(2026, *moment, tzinfo=UTC)


def test_feeds_that_do_not_speak_in_states_are_unknown_and_never_green(corpus: Path) -> None:
    """AWS posts "Service is operating normally:" in a title, Microsoft a component's name, Azure a
    description."""
    for capture, now in (
        ("aws/aws-all-20260818.rss", datetime(2026, 3, 2, 12, 0, tzinfo=UTC)),
        ("microsoft/m365-feed-mac-20260801.xml", datetime(2026, 8, 1, 12, 0, tzinfo=UTC)),
        ("azure/azure-feed-20260723-active.xml", datetime(2026, 7, 23, 18, 20, tzinfo=UTC)),
    ):
        page = PageContext(
            url="https://status.vendor.example/", now=now, feed=FeedSettings(path="/feed")
        )
        (piece,) = drive(feed.poll(page), page, answer_of(corpus, capture))
        assert [seen.level for seen in piece.observed or ()] == [None], capture


def test_signal_s_page_is_one_sentence_and_it_is_green(corpus: Path) -> None:
    """A check mark, a line break and "Signal is up and running." are all there is."""
    settings = HtmlSettings(
        component="body > div", words=(("✓ signal is up and running.", Level.OPERATIONAL),)
    )
    page = PageContext(url="https://status.signal.org/", now=NOON, html=settings)
    (piece,) = drive(
        html.poll(page), page, answer_of(corpus, "html-bespoke/signal-page-20260731.html")
    )

    assert [(component.name, component.id) for component in piece.components or ()] == [
        ("Signal Status", "Signal Status")
    ]
    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL]
