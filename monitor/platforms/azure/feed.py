"""Azure's feed of what is going on. Pure.

An item says no severity. Its categories mix services and regions, which a table of regions
separates; its `pubDate` is when it was published, while its text may say when it began. When it is
over it vanishes, and nothing else says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from monitor.errors import Moved, UnexpectedShape
from monitor.kit.events import ComponentState, Event, all_spans, spans_for
from monitor.kit.evidence import evidence, one_remark
from monitor.kit.feeds import Entry, Feed, read_feed
from monitor.kit.hosts import host_of
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.protocol import PageContext, Response
from monitor.kit.responses import shape_error
from monitor.kit.states import components_of
from monitor.model import Component, Evidence, Level, PageInfo, Phase, id_set
from monitor.platforms.azure.prose import beginning_in
from monitor.platforms.azure.regions import EVERYWHERE, REGIONS, concerns, unknown_patterns

SOURCE = "azure.feed"
SITE = "azure.status.microsoft"

VOCABULARY: Mapping[str, Level] = {"item": Level.PARTIAL_OUTAGE}
"""An item of the feed does not say how bad it is. Some regions of a service are out, or some
services."""
ITEM = "item"

WHOLE = "page"
"""The component that stands for all services that no item names."""

FRESH_FOR = timedelta(hours=1)
"""How far the feed's own date may be from now. It is a minute old at most, unless a copy was kept
somewhere."""

RATED_FOR = timedelta(days=7)
"""How long an item rates what it names. It is dated only by its publication, and some were left in
the feed."""


def read_status(response: Response) -> Feed:
    """Return the feed in an answer. Raises what `read_feed` raises, Moved where another host than
    the feed's answered, and UnexpectedShape for another feed.
    """
    feed = read_feed(response)
    host = host_of(response.final_url or response.url)
    if not host.endswith(SITE):
        raise Moved(f"the feed was taken from {host}, which may be routed to a region that is out")
    if feed.title != "Azure Status":
        raise UnexpectedShape(f"the feed's title is {feed.title[:40]!r}")
    return feed


def current_evidence(feed: Feed, page: PageContext) -> Evidence:
    """Return what the feed says is going on; of a feed that was not made just now, that nothing is
    known.
    """
    if feed.built is None or abs(page.now - feed.built) > FRESH_FOR:
        return _stale_evidence(feed.built, page)
    events = list(_events(feed.entries, page))
    ended_events, withdrawn = closed_since(page, events)
    return evidence(
        SOURCE,
        page,
        info=PageInfo(name="Azure", remark=one_remark(_remarks(events, page))),
        parts=_states(events, page),
        events=[*ended_events, *events],
        withdrawn=withdrawn,
        cursor=dump_open(events),
    )


def _stale_evidence(made_at: datetime | None, page: PageContext) -> Evidence:
    when = "a time it does not say" if made_at is None else f"{made_at:%Y-%m-%d %H:%M} UTC"
    remark = f"the feed was made at {when}, so it says nothing of now"
    return evidence(
        SOURCE,
        page,
        info=PageInfo(name="Azure", remark=remark),
        parts=_states_at(None, _component_ids(page)),
        cursor=page.cursor,
    )


def _events(entries: Iterable[Entry], page: PageContext) -> Iterator[Event]:
    """Yield the items that concern the user, each as an event of its services; of its regions when
    it names no service.
    """
    for entry in entries:
        regions, services = _regions_and_services(entry)
        if concerns(page, regions):
            yield _event(entry, services or regions or [WHOLE], page.now)


def _regions_and_services(entry: Entry) -> tuple[list[str], list[str]]:
    regions, services = [], []
    for label in entry.categories:
        if label in REGIONS:
            regions.append(label)
        elif label.lower() not in EVERYWHERE:
            services.append(label)
    return regions, services


def _event(entry: Entry, component_ids: Iterable[str], now: datetime) -> Event:
    """Return an item as an event of these components."""
    published_at = entry.published or shape_error(f"the item {entry.id[:40]}", "a pubDate", None)
    start, rated_until = _start(entry, published_at), published_at + RATED_FOR
    return Event(
        id=entry.id,
        title=entry.title,
        phase=Phase.OPEN,
        start=start,
        status="listed",
        impact=ITEM,
        url=f"https://{SITE}/en-us/status",
        spans=spans_for(
            component_ids,
            VOCABULARY[ITEM],
            start,
            rated_until if rated_until <= now else None,
        ),
    )


def _start(entry: Entry, published_at: datetime) -> datetime:
    """Return when the text says it began, if that is a while before its publication and no more;
    else the latter.
    """
    start = beginning_in(" ".join(entry.lines))
    if start is not None and published_at - RATED_FOR <= start <= published_at:
        return start
    return published_at


def _states(events: Iterable[Event], page: PageContext) -> list[ComponentState]:
    """Return the state of the rest and of all that is named. The rest is operational unless the
    user chose a region that there is not.
    """
    states: list[ComponentState] = []
    for span in all_spans(events):
        level = span.level if span.end is None else None
        states.append(ComponentState(component=_component(span.component_id), level=level))
    rest = _component_ids(page) - id_set(components_of(states))
    return [*_states_at(None if unknown_patterns(page) else Level.OPERATIONAL, rest), *states]


def _states_at(level: Level | None, keys: Iterable[str]) -> list[ComponentState]:
    return [ComponentState(component=_component(key), level=level) for key in sorted(keys)]


def _component_ids(page: PageContext) -> set[str]:
    return {WHOLE, *page.components}


def _component(key: str) -> Component:
    if key == WHOLE:
        return Component(id=WHOLE, name="Azure")
    return Component(id=key, name=key, region=key if key in REGIONS else None)


def _remarks(events: Iterable[Event], page: PageContext) -> Iterator[str]:
    for event in events:
        if any(span.end is not None for span in event.spans):
            yield f"{event.title} is listed since {event.start:%Y-%m-%d}: shown, not rated"
    for pattern in unknown_patterns(page):
        yield f"Azure has no region {pattern!r} that we know of, so nothing is rated by it"
