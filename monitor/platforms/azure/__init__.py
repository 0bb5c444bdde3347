"""Azure's public status: an RSS feed of what is going on, and the reviews of past outages. Pure.

The feed holds an item only while something is wrong, so an empty channel is the healthy state;
`lastBuildDate`, made new every minute, proves that the channel speaks for now. status.azure.com is
never asked: it is routed to the nearest region, and one that was itself out has served an empty,
valid channel for hours.

`statushistoryapi` has pieces of HTML, ten reviews a page, with the time of an outage in prose and
without its services. Only outages worth a review are among them: a day that has none is not
covered. No format is published; the feed is as observed, the reviews are as programs read them.

Components are the services items name, or the regions when they name no service. "page" stands for
all other services, and is what a review is about. A user may choose `regions`: items and reviews
that name only others are left out.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from monitor.intervals import ONE_DAY, day_of
from monitor.kit.events import Event
from monitor.kit.evidence import evidence, gap_until_now
from monitor.kit.feeds import ACCEPT
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors
from monitor.platforms.azure.feed import SITE, VOCABULARY, current_evidence, read_status
from monitor.platforms.azure.regions import concerns
from monitor.platforms.azure.reviews import Review, read_reviews

__all__ = ["ABOUT", "HOSTS", "PROBE", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="Microsoft Azure",
    verified=date(2026, 8, 1),
    live="the RSS feed, 1 request",
    reach_days=0,
    reach=(
        "None before the first poll: reviewed outages since 2021 are listed (read as other programs"
        " read them, not verified) and rate nothing, since no day without one is known to have been"
        " good."
    ),
    granularity="nothing",
    precision="none",
    regions="optional",
    caveat=(
        "Azure posts publicly only what hits many customers and says no severity: every item counts"
        " as a partial outage unless `impact_mapping` says otherwise. Its history lists only the"
        " outages that got a review."
    ),
)

FEED = f"https://rssfeed.{SITE}/en-us/status/feed/"
PROBE = Get(path=FEED, accept=ACCEPT)
HISTORY = (
    f"https://{SITE}/en-us/statushistoryapi/"
    "?serviceSlug=all&regionSlug=all&startDate=all&page={}&shdrefreshflag=true"
)
HOSTS = (SITE, f"rssfeed.{SITE}", "status.azure.com")
"""Hosts people know; only those under `SITE` are ever asked."""

REVIEWS = "azure.reviews"
MOST_PAGES = 40

LINK = re.compile(
    rb"<link>https://(?:azurestatusprod\w*\.azurewebsites\.net|azure\.status\.microsoft)/"
)


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Azure's feed or page; the host counts only beside another sign."""
    head = response.body[:8192]
    if b"<title>Azure Status</title>" in head or b"<title>Azure status</title>" in head:
        yield Signal("title", "the title is Azure Status")
    if LINK.search(head):
        yield Signal("link", "the channel's link leads to Azure's status site")
    if b'name="RegionalSiteName" content="AzureStatusProd' in head:
        yield Signal("assets", "the page names the site that serves it")


def poll(page: PageContext) -> Steps:
    """Yield what the feed says is going on, in one request; what has left it has ended.

    The request is never conditional: only a feed made anew proves that it speaks for now.
    """
    response = yield from get(FEED, accept=ACCEPT)
    with locate_errors(response.url):
        yield current_evidence(read_status(response), page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the reviewed outages since then, which rate nothing, and say that the days are a
    gap.
    """
    for number in range(1, MOST_PAGES + 1):
        response = yield from get(HISTORY.format(number), accept="text/html")
        with locate_errors(response.url):
            reviews = read_reviews(response, first=number == 1)
            events = list(_relevant_events(reviews, page, since))
            yield evidence(REVIEWS, page, events=events)
        if all(review.day < day_of(since, UTC) - ONE_DAY for review in reviews):
            break
    yield gap_until_now(
        REVIEWS,
        page,
        since,
        "Azure's history lists only outages that got a review",
        what="days without a reviewed outage",
    )


def _relevant_events(
    reviews: Iterable[Review], page: PageContext, since: datetime
) -> Iterator[Event]:
    """Yield the outages that concern the user and went on after `since`."""
    for review in reviews:
        event = review.event
        if concerns(page, review.regions) and (event.end or event.start) > since:
            yield event
