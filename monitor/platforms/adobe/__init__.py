"""Adobe's status page: forty days of events in one document, the products in another. Pure.

A component is a product. `StatusEvents` holds incidents and maintenances, each with the products it
is about, and for each product the history of what was posted, by the second it was posted. What is
easily misread:

- `endedOn` may be 0 for a product whose last post says that it is closed: the posts tell what goes
  on, and `endedOn` when it ended, where it is told. After a product was reopened an earlier
  `endedOn` counts no more.
- Each post has its own severity, so a product's level changes within an incident. A potential issue
  is one that is not known to be any.
- A maintenance goes on once that was posted; that its time has come says nothing.
- What was dismissed was none, and what was cancelled did not take place.

The products stand in `SnowServiceRegistry`; a poll remembers them and asks for the events only. The
host answers 403 to programs it does not know. Nobody has shown us a real answer: the shape is as
programs read it that follow the page, and whatever differs from it is refused.
"""

from datetime import datetime, timedelta

from monitor.errors import UnexpectedShape
from monitor.kit.cursor import read_names, write_cursor
from monitor.kit.events import Event, unlisted
from monitor.kit.evidence import evidence, gap_before
from monitor.kit.fields import identifier, maybe_text, row
from monitor.kit.protocol import About, Get, PageContext, Steps, StepsTo, get
from monitor.kit.responses import locate_errors, read_json
from monitor.kit.states import current_states
from monitor.model import PageInfo, Phase
from monitor.platforms.adobe.courses import VOCABULARY
from monitor.platforms.adobe.detection import detect
from monitor.platforms.adobe.events import read_events

__all__ = ["ABOUT", "HOSTS", "MAX_BODY_MIB", "PROBE", "VOCABULARY", "backfill", "detect", "poll"]

ABOUT = About(
    title="Adobe",
    verified=None,
    live="StatusEvents, 1 request of some 5 MB; 1 more for the products the first time",
    reach_days=40,
    reach="The events of the last 40 days.",
    granularity="component",
    precision="seconds",
    caveat=(
        "A product counts as hit though an event may be about some of its features or regions only."
    ),
)

SOURCE = "adobe.events"
HOSTS = ("status.adobe.com", "data.status.adobe.com")
API = "https://data.status.adobe.com/adobestatus"
EVENTS = f"{API}/StatusEvents"
PRODUCTS = f"{API}/SnowServiceRegistry"
PROBE = Get(path=PRODUCTS)
MAX_BODY_MIB = 16

REACH = timedelta(days=40)


def poll(page: PageContext) -> Steps:
    """Yield every product's state from the events; the products themselves are asked for the first
    time only.
    """
    products = read_names(page.cursor)
    response = yield from get(EVENTS, conditional=bool(products) and not page.open_incidents)
    if response.unchanged:
        return
    with locate_errors(response.url):
        listing = read_events(read_json(response), page.now)
    products = products or (yield from _get_products())
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name="Adobe"),
        parts=current_states(listing.components(products), listing.events, page.now),
        events=listing.events,
        withdrawn=unlisted(page, listing.events),
        cursor=write_cursor(**products),
    )


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the products and the events of forty days, which is all that is kept."""
    products = yield from _get_products()
    response = yield from get(EVENTS)
    with locate_errors(response.url):
        listing = read_events(read_json(response), page.now)
    first = max(since, page.now - REACH)
    yield evidence(
        SOURCE,
        page,
        components=listing.components(products),
        events=[event for event in listing.events if _touches(event, first)],
        since=first,
        cursor=write_cursor(**products),
    )
    yield from gap_before(SOURCE, page, since, first, "Adobe keeps forty days")


def _touches(event: Event, first: datetime) -> bool:
    """Whether an event bears on the time from `first` on. The end of one that goes on is only that
    of the products that are well again.
    """
    return event.phase is Phase.OPEN or event.end is None or event.end >= first


def _get_products() -> StepsTo[dict[str, str]]:
    """Return the names of all products by id; what has no name is not shown on the page either."""
    response = yield from get(PRODUCTS)
    names: dict[str, str] = {}
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        for value in row(answer.get("products"), "products").values():
            product = row(value, "product")
            name = maybe_text(product.get("name"))
            if name is not None:
                names[identifier(product.get("id"), "product.id")] = name
        if not names:
            raise UnexpectedShape("the answer lists no product")
    return names
