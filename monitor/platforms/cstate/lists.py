"""The lists of a cState page's issues: one document, or the feed and a document each. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitor.errors import BadStatus, FetchError, PageError, ParseError
from monitor.kit.events import Event, first_start
from monitor.kit.feeds import ACCEPT, read_feed
from monitor.kit.fields import Row, rows
from monitor.kit.protocol import PageContext, Response, StepsTo, get, get_all
from monitor.kit.responses import locate_errors, unwrap
from monitor.kit.times import earliest
from monitor.platforms.cstate.issues import read_answer, read_issue

ISSUES = "issues/index.json"
ISSUE = "issues/{name}/index.json"
FEED = "index.xml"

LINK = re.compile(r"/issues/([\w.%~-]{1,200})/?$")
"""An issue's address ends so. It is on this page whatever host the feed says."""


@dataclass(frozen=True, slots=True)
class IssueList:
    """Issues, and since when they are all there are; `error` where nothing lists them."""

    events: Sequence[Event] = ()
    since: datetime | None = None
    error: PageError | None = None


class _FeedIssue(NamedTuple):
    """An issue as the feed lists it: when it was published, and its name in its address."""

    at: datetime
    name: str


def get_issues(
    page: PageContext,
    since: datetime,
    *,
    most: int,
    in_feed: bool,
) -> StepsTo[IssueList]:
    """Ask for all issues in one document. Where there is none and they are `in_feed`, ask for the
    `most` newest of the feed since then and those we hold as open.
    """
    response = yield from get(ISSUES)
    try:
        with locate_errors(response.url):
            events = list(_issues(read_answer(response), page.now))
            return IssueList(events, first_start(events))
    except (BadStatus, ParseError) as error:
        if not in_feed:
            return IssueList(error=error)
    return (yield from _get_feed_issues(page, since, most))


def _issues(answer: Row, now: datetime) -> Iterator[Event]:
    for item in rows(answer.get("pages"), "pages"):
        if item.get("is") == "issue":
            yield read_issue(item, now)


def _get_feed_issues(page: PageContext, since: datetime, most: int) -> StepsTo[IssueList]:
    """Ask for the feed's issues; if one cannot be read, none counts."""
    response = yield from get(FEED, accept=ACCEPT)
    try:
        with locate_errors(response.url):
            newest = sorted(_feed_issues(response, page.now), reverse=True)
        recent = [issue for issue in newest if issue.at >= since][:most]
        events = yield from _get_each(page, recent, newest)
    except (BadStatus, ParseError) as error:
        return IssueList(error=error)
    all_read = newest[:most] if len(recent) == most else newest
    oldest = all_read[-1].at if all_read else None
    return IssueList(events, earliest(oldest, first_start(events)))


def _get_each(
    page: PageContext, recent: Sequence[_FeedIssue], newest: Sequence[_FeedIssue]
) -> StepsTo[list[Event]]:
    """Ask for the documents of recent issues, and of those we hold as open."""
    paths: dict[str, None] = {}
    for issue in recent:
        paths[ISSUE.format(name=issue.name)] = None
    for issue in newest:
        if issue.name in page.open_incidents:
            paths[ISSUE.format(name=issue.name)] = None
    answers = yield from get_all(list(paths))
    return [read_issue(_read_one(answer), page.now) for answer in answers]


def _feed_issues(response: Response, now: datetime) -> Iterator[_FeedIssue]:
    for entry in read_feed(response).entries:
        link = LINK.search(entry.link or "")
        if link is not None:
            yield _FeedIssue(entry.published or now, link[1])


def _read_one(answer: Response | FetchError) -> Row:
    response = unwrap(answer)
    with locate_errors(response.url):
        return read_answer(response)
