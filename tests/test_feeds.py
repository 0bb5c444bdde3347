"""RSS and Atom: entries whichever it is, and nothing taken for a feed that is none."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import PageError, Truncated, UnexpectedShape
from monitor.kit.feeds import Feed, read_feed, text_lines
from monitor.kit.protocol import Response

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Examplestatus</title><link>https://status.vendor.example</link>
<atom:link href="https://status.vendor.example/feed.xml" rel="self"/>
<lastBuildDate>Wed, 20 May 2026 12:00:00 Z</lastBuildDate>
<item><guid isPermaLink="false">one</guid><title>Slow answers</title><category>API</category><category>EU</category>
<description><![CDATA[<p><b>Resolved</b> &ndash; all is well</p><p>Second</p>]]></description>
<pubDate>Wed, 20 May 2026 09:00:00 GMT</pubDate></item>
<item><link>https://status.vendor.example/two</link><title>Two</title></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Examplestatus</title><updated>2026-05-20T12:00:00Z</updated>
<entry><id>tag:vendor.example,2026:1</id><title>Slow answers</title><link href="https://status.vendor.example/1"/>
<published>2026-05-20T09:00:00Z</published><updated>2026-05-20T10:00:00+00:00</updated>
<category term="API"/><content type="html">&lt;p&gt;Resolved&lt;/p&gt;</content></entry></feed>"""


def fed(body: str | bytes) -> Feed:
    raw = body.encode() if isinstance(body, str) else body
    return read_feed(Response(url="https://status.vendor.example/feed", status=200, body=raw))


def test_rss_is_read() -> None:
    feed = fed(RSS)

    assert (feed.title, feed.built) == ("Examplestatus", datetime(2026, 5, 20, 12, 0, tzinfo=UTC))
    one, two = feed.entries
    assert (one.id, one.title, one.categories, one.link) == (
        "one",
        "Slow answers",
        ("API", "EU"),
        None,
    )
    assert (one.published, one.updated) == (datetime(2026, 5, 20, 9, 0, tzinfo=UTC), None)
    assert one.lines == ("Resolved", "– all is well", "Second")
    assert (two.id, two.published, two.lines) == ("https://status.vendor.example/two", None, ())


def test_atom_is_read() -> None:
    (entry,) = fed(ATOM).entries

    assert (entry.id, entry.link) == (
        "tag:vendor.example,2026:1",
        "https://status.vendor.example/1",
    )
    assert entry.updated == datetime(2026, 5, 20, 10, 0, tzinfo=UTC)
    assert (entry.categories, entry.lines) == (("API",), ("Resolved",))


def test_a_well_formed_error_page_is_no_empty_feed() -> None:
    with pytest.raises(UnexpectedShape, match="the root is <Error>"):
        fed("<Error><Code>AccessDenied</Code></Error>")


def test_a_web_page_is_no_feed() -> None:
    with pytest.raises(UnexpectedShape, match="a web page"):
        fed("<!DOCTYPE html><html><body>All systems operational</body></html>")


def test_entities_are_refused() -> None:
    with pytest.raises(UnexpectedShape):
        fed('<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>')


@given(cut=st.integers(80, len(RSS) - 10))
def test_a_feed_that_breaks_off_is_never_a_shorter_feed(cut: int) -> None:
    with pytest.raises((Truncated, UnexpectedShape)):
        fed(RSS[:cut])


@given(place=st.integers(0, len(RSS)), junk=st.binary(max_size=6))
def test_a_damaged_feed_is_read_or_refused(place: int, junk: bytes) -> None:
    raw = RSS.encode()
    with suppress(PageError):
        assert all(
            entry.id and entry.title for entry in fed(raw[:place] + junk + raw[place + 1 :]).entries
        )


def test_text_lines_leave_tags_out_and_keep_comparisons() -> None:
    assert text_lines("<p>errors &lt; 5 %<br/>next</p><!-- not shown --> 3 < 4") == (
        "errors < 5 %",
        "next",
        "3 < 4",
    )


def test_a_date_whose_parts_are_marked_stays_on_its_line() -> None:
    assert text_lines(
        "<small>Aug <var data-var='date'>21</var>, <var>00:37</var> UTC</small><br>Up"
    ) == (
        "Aug 21, 00:37 UTC",
        "Up",
    )


def test_a_comment_that_nothing_closes_hides_the_rest() -> None:
    """Two million of them are read at once, not one after the other."""
    assert text_lines("<p>Slow<!-- and --> searches<!-- " + "<!--" * 2_000_000) == (
        "Slow",
        "searches",
    )
