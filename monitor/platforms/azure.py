"""Azure's public status: an RSS feed of what is going on, and the reviews of past outages. Pure.

The feed holds an item only while something is wrong, so an empty channel is the healthy state;
`lastBuildDate`, made new every minute, proves that the channel speaks for now. status.azure.com is
never asked: it is routed to the nearest region, and one that was itself out has served an empty,
valid channel for hours. An item says no severity; its categories mix services and regions, which a
table of regions separates; its `pubDate` is when it was published, while its text may say when it
began. When it is over it vanishes, and nothing else says so.

`statushistoryapi` has pieces of HTML, ten reviews a page, with the time of an outage in prose and
without its services. Only outages worth a review are among them: a day that has none is not
covered. No format is published; the feed is as observed, the reviews are as programs read them.

Components are the services items name, or the regions when they name no service. "page" stands for
all other services, and is what a review is about. A user may choose `regions`: items and reviews
that name only others are left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from monitor.errors import Moved, Truncated, UnexpectedShape
from monitor.intervals import ONE_DAY, day_of
from monitor.kit.events import ComponentState, Event, spans_for
from monitor.kit.evidence import evidence
from monitor.kit.feeds import ACCEPT, Entry, Feed, read_feed, text_lines
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, require_ok, shape_error
from monitor.model import Component, Evidence, Gap, Level, PageInfo, Phase

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

LIVE, REVIEWS = "azure.feed", "azure.reviews"
FEED = "https://rssfeed.azure.status.microsoft/en-us/status/feed/"
PROBE = Get(path=FEED, accept=ACCEPT)
PAST = (
    "https://azure.status.microsoft/en-us/statushistoryapi/"
    "?serviceSlug=all&regionSlug=all&startDate=all&page={}&shdrefreshflag=true"
)
SITE = "azure.status.microsoft"
HOSTS = (SITE, f"rssfeed.{SITE}", "status.azure.com")
"""Hosts people know; only those under `SITE` are ever asked."""

VOCABULARY: Mapping[str, Level] = {"item": Level.PARTIAL_OUTAGE}
"""An item of the feed does not say how bad it is. Some regions of a service are out, or some
services."""
ITEM, REVIEW = "item", "review"

FRESH_FOR = timedelta(hours=1)
"""How far the feed's own date may be from now. It is a minute old at most, unless a copy was kept
somewhere."""

RATED_FOR = timedelta(days=7)
"""How long an item rates what it names. It is dated only by its publication, and some were left in
the feed."""

RECORD = "run `monitor record URL DIR` and send the folder: nobody has shown us a real answer yet"
OK = 200
MOST_PAGES = 40
MOST_TITLE = 300
MOST_TEXT = 20_000
"""Characters of a review that are read, and before it for its heading; the time is in the first
sentences."""

WHOLE = "page"

REGIONS = frozenset(
    {
        "East US",
        "East US 2",
        "East US 3",
        "Central US",
        "North Central US",
        "South Central US",
        "West Central US",
        "West US",
        "West US 2",
        "West US 3",
        "Canada Central",
        "Canada East",
        "Brazil South",
        "Brazil Southeast",
        "Mexico Central",
        "Chile Central",
        "North Europe",
        "West Europe",
        "Austria East",
        "Belgium Central",
        "Denmark East",
        "France Central",
        "France South",
        "Germany North",
        "Germany West Central",
        "Italy North",
        "Norway East",
        "Norway West",
        "Poland Central",
        "Spain Central",
        "Sweden Central",
        "Sweden South",
        "Switzerland North",
        "Switzerland West",
        "UK South",
        "UK West",
        "East Asia",
        "Southeast Asia",
        "Australia Central",
        "Australia Central 2",
        "Australia East",
        "Australia Southeast",
        "Central India",
        "South India",
        "West India",
        "India South Central",
        "Jio India Central",
        "Jio India West",
        "Indonesia Central",
        "Japan East",
        "Japan West",
        "Korea Central",
        "Korea South",
        "Malaysia South",
        "Malaysia West",
        "New Zealand North",
        "Taiwan North",
        "Taiwan Northwest",
        "Israel Central",
        "Israel Northwest",
        "Qatar Central",
        "Saudi Arabia East",
        "South Africa North",
        "South Africa West",
        "UAE Central",
        "UAE North",
        "China East",
        "China East 2",
        "China East 3",
        "China North",
        "China North 2",
        "China North 3",
        "US DoD Central",
        "US DoD East",
        "US Gov Arizona",
        "US Gov Iowa",
        "US Gov Texas",
        "US Gov Virginia",
    }
)
"""Regions that Azure had or had announced in 2026. A misspelt one would look calm for ever, so it
is pointed out."""
EVERYWHERE = frozenset({"*non-regional", "non-regional", "global", "worldwide"})
"""How categories say that no region in particular is meant."""

IN_TEXT = re.compile(rf"\b(?:{'|'.join(sorted(REGIONS, key=len, reverse=True))})\b")
CLOCK = r"(?:approximately )?(\d{1,2}):(\d\d)"
DAY = r"(\d{1,2}) ([A-Z][a-z]+)"
BEGAN = re.compile(rf"Starting at {CLOCK} UTC on {DAY},? (20\d\d)")
WINDOW = re.compile(
    rf"Between {CLOCK}(?: UTC)?(?: on {DAY}(?:,? (20\d\d))?)?,? and {CLOCK} UTC on {DAY},? (20\d\d)"
)
PANEL = re.compile(r'\bid="incident-history-collapse-([A-Za-z0-9_-]{1,40})"')
HEADING = re.compile(r"\b(\d\d)/(\d\d)/(20\d\d)\b ?(.*)")


# detection


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of Azure's feed or page; the host counts only beside another sign."""
    return _signals(response.body[:8192])


def _signals(head: bytes) -> Iterator[Signal]:
    if b"<title>Azure Status</title>" in head or b"<title>Azure status</title>" in head:
        yield Signal("title", "the title is Azure Status")
    if re.search(
        rb"<link>https://(?:azurestatusprod\w*\.azurewebsites\.net|azure\.status\.microsoft)/", head
    ):
        yield Signal("link", "the channel's link leads to Azure's status site")
    if b'name="RegionalSiteName" content="AzureStatusProd' in head:
        yield Signal("assets", "the page names the site that serves it")


def _host(response: Response) -> str:
    return urlsplit(response.final_url or response.url).hostname or ""


# poll


def poll(page: PageContext) -> Steps:
    """Yield what the feed says is going on, in one request; what has left it has ended.

    The request is never conditional: only a feed made anew proves that it speaks for now.
    """
    response = yield from get(FEED, accept=ACCEPT)
    with locate_errors(response.url):
        yield _live(_feed(response), page)


def _feed(response: Response) -> Feed:
    feed = read_feed(response)
    if not _host(response).endswith(SITE):
        raise Moved(
            f"the feed was taken from {_host(response)}, which may be routed to a region that"
            " is out"
        )
    if feed.title != "Azure Status":
        raise UnexpectedShape(f"the feed's title is {feed.title[:40]!r}")
    return feed


def _live(feed: Feed, page: PageContext) -> Evidence:
    if feed.built is None or abs(page.now - feed.built) > FRESH_FOR:
        made = (
            f"at {feed.built:%Y-%m-%d %H:%M} UTC"
            if feed.built is not None
            else "at a time it does not say"
        )
        unknown = [
            ComponentState(component=_component(each), level=None) for each in sorted(_known(page))
        ]
        info = PageInfo(name="Azure", remark=f"the feed was made {made}, so it says nothing of now")
        return evidence(LIVE, page, info=info, parts=unknown, cursor=page.cursor)
    chosen = [each for each in map(_sorted, feed.entries) if _concerns(page, each.regions)]
    events = [_event(each, page.now) for each in chosen]
    over, withdrawn = closed_since(page, events)
    return evidence(
        LIVE,
        page,
        info=PageInfo(name="Azure", remark=_remark(events, page)),
        parts=_parts(events, page),
        events=[*over, *events],
        withdrawn=withdrawn,
        cursor=dump_open(events),
    )


@dataclass(frozen=True, slots=True)
class _Item:
    """An item, its categories told apart."""

    entry: Entry
    services: tuple[str, ...]
    regions: tuple[str, ...]


def _sorted(entry: Entry) -> _Item:
    places = tuple(each for each in entry.categories if each in REGIONS)
    services = (
        each for each in entry.categories if each not in REGIONS and each.lower() not in EVERYWHERE
    )
    return _Item(entry, tuple(services), places)


def _concerns(page: PageContext, regions: Iterable[str]) -> bool:
    """Whether the user chose one of these regions. What names no region concerns everybody."""
    named = [_folded(each) for each in regions]
    patterns = [_folded(each) for each in page.regions]
    return (
        not named
        or not patterns
        or any(fnmatchcase(each, pattern) for pattern in patterns for each in named)
    )


def _folded(region: str) -> str:
    """Return a region's name as Azure's own tools write it: `West US` is `westus` there."""
    return region.replace(" ", "").lower()


def _event(item: _Item, now: datetime) -> Event:
    entry = item.entry
    published = entry.published or shape_error(f"the item {entry.id[:40]}", "a pubDate", None)
    start, silent = _began(entry, published), published + RATED_FOR
    named = item.services or item.regions or (WHOLE,)
    return Event(
        id=entry.id,
        title=entry.title,
        phase=Phase.OPEN,
        start=start,
        status="listed",
        impact=ITEM,
        url=f"https://{SITE}/en-us/status",
        spans=spans_for(named, VOCABULARY[ITEM], start, silent if silent <= now else None),
    )


def _began(entry: Entry, published: datetime) -> datetime:
    """Return when the text says it began, if that is a while before its publication and no more;
    else the latter.
    """
    found = BEGAN.search(" ".join(entry.lines))
    began = found and _moment(*found.groups())
    return began if began and published - RATED_FOR <= began <= published else published


def _moment(hour: str, minute: str, day: str, month: str, year: str) -> datetime | None:
    """Return a time that is told in UTC; None when there is no such time."""
    try:
        return datetime.strptime(f"{day} {month} {year} {hour}:{minute}", "%d %B %Y %H:%M").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def _parts(events: Iterable[Event], page: PageContext) -> list[ComponentState]:
    """Return the state of all that is named, and of the rest, which is well unless a region is
    chosen that is none.
    """
    spans = [span for event in events for span in event.spans]
    rest = None if _no_regions(page) else Level.OPERATIONAL
    named = [
        ComponentState(
            component=_component(s.component_id), level=s.level if s.end is None else None
        )
        for s in spans
    ]
    unnamed = _known(page) - {span.component_id for span in spans}
    return [
        *(ComponentState(component=_component(each), level=rest) for each in sorted(unnamed)),
        *named,
    ]


def _known(page: PageContext) -> set[str]:
    return {WHOLE, *page.components}


def _component(key: str) -> Component:
    if key == WHOLE:
        return Component(id=WHOLE, name="Azure")
    return Component(id=key, name=key, region=key if key in REGIONS else None)


def _no_regions(page: PageContext) -> list[str]:
    """Return the patterns of the user that no region matches."""
    known = [_folded(each) for each in REGIONS]
    return [
        each
        for each in page.regions
        if not any(fnmatchcase(region, _folded(each)) for region in known)
    ]


def _remark(events: Iterable[Event], page: PageContext) -> str | None:
    told = [
        f"{event.title} is listed since {event.start:%Y-%m-%d}: shown, not rated"
        for event in events
        if any(span.end is not None for span in event.spans)
    ]
    told += [
        f"Azure has no region {each!r} that we know of, so nothing is rated by it"
        for each in _no_regions(page)
    ]
    return "; ".join(told) or None


# backfill


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the reviewed outages since then, which rate nothing, and say that the days are a
    gap.
    """
    for number in range(1, MOST_PAGES + 1):
        response = yield from get(PAST.format(number), accept="text/html")
        with locate_errors(response.url):
            reviews = _reviews(response, first=number == 1)
            events = [_past(each) for each in reviews if _concerns(page, each.regions)]
            yield evidence(
                REVIEWS, page, events=[each for each in events if (each.end or each.start) > since]
            )
        if all(each.day < day_of(since, UTC) - ONE_DAY for each in reviews):
            break
    what = f"days without a reviewed outage {day_of(since, UTC)}..{day_of(page.now, UTC)}"
    gap = Gap(
        what=what,
        reason=Truncated.reason,
        message="Azure's history lists only outages that got a review",
    )
    yield Evidence(source=REVIEWS, read_at=page.now, gaps=(gap,))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Review:
    """A review: the day it is filed under, and the time of the outage, None when its text does not
    say.
    """

    id: str
    title: str
    day: date
    window: tuple[datetime, datetime] | None
    regions: frozenset[str]


def _reviews(response: Response, *, first: bool) -> list[_Review]:
    """Return the reviews of a page. The first always has some; one after the last has none, and may
    be empty.
    """
    if not first and response.status == OK and not response.body.strip():
        return []
    html = require_ok(response).text
    panels = list(PANEL.finditer(html))
    if first and not panels:
        raise UnexpectedShape("the history holds no review", remedy=RECORD)
    ends = [*(panel.start() for panel in panels[1:]), len(html)]
    starts = [0, *(panel.end() for panel in panels)]
    return [
        _review(
            panel[1],
            html[max(start, panel.start() - MOST_TEXT) : panel.start()],
            html[panel.end() : end],
        )
        for panel, start, end in zip(panels, starts, ends, strict=False)
    ]


def _review(key: str, before: str, panel: str) -> _Review:
    """Return a review. Its heading, with its day, is in the link before it that opens it."""
    link = before.rfind(f'aria-controls="incident-history-collapse-{key}"')
    heading = HEADING.search(_flat(before[link:].partition(">")[2])) if link >= 0 else None
    day = heading and _day(heading[1], heading[2], heading[3])
    if heading is None or day is None:
        raise UnexpectedShape(f"the review {key} has no day in its heading", remedy=RECORD)
    title = heading[4].partition("Tracking ID:")[0].strip(" -\u2013") or f"Review {key}"
    text = _flat(panel[:MOST_TEXT])
    regions = frozenset(found[0] for found in IN_TEXT.finditer(f"{title} {text}"))
    return _Review(id=key, title=title[:MOST_TITLE], day=day, window=_window(text), regions=regions)


def _flat(html: str) -> str:
    return " ".join(text_lines(html))


def _day(month: str, day: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _window(text: str) -> tuple[datetime, datetime] | None:
    """Return from when to when it lasted; a time on one day that ends before it begins ended on the
    next.
    """
    found = WINDOW.search(text)
    if found is None:
        return None
    hour, minute, day, month, year, last_hour, last_minute, last_day, last_month, last_year = (
        found.groups()
    )
    end = _moment(last_hour, last_minute, last_day, last_month, last_year)
    start = _moment(hour, minute, day or last_day, month or last_month, year or last_year)
    if start is None or end is None:
        return None
    if end < start and day is None:
        end += ONE_DAY
    return (start, end) if start <= end else None


def _past(review: _Review) -> Event:
    """Return the outage, which is listed and rates nothing: were it rated, only bad days would be
    known before the first poll, and all known days would be bad. One whose time is not told is
    listed on its day.
    """
    noon = datetime(review.day.year, review.day.month, review.day.day, 12, tzinfo=UTC)
    start, end = review.window or (noon, noon)
    return Event(
        id=review.id,
        title=review.title,
        phase=Phase.CLOSED,
        start=start,
        end=end,
        status="reviewed",
        impact=REVIEW,
        url=f"https://{SITE}/en-us/status/history/?trackingId={review.id}",
        component_ids=(WHOLE,),
    )
