"""A store whose vendor changed days after they were over, for the tests of what tells of them."""

from datetime import date, datetime

from store_support import DAY, HOUR, NOW, add_page, component, evidence, impact, incident, save

from monitor import history
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level
from monitor.store import Store

ACME = VendorConfig(slug="acme", name="Acme", url="https://acme.example/")
FIRST, LAST = date(2026, 5, 15), NOW.date()
START = NOW - 3 * DAY  # noon on 19 May
EDITED, AGAIN = NOW + HOUR, NOW + 2 * HOUR


def edited_store() -> Store:
    """Return a store in which five days were well; an hour later the 19th had an outage of the API,
    and one more hour later that was longer, and the 20th had one of the web too."""
    store = Store.open("sqlite://")
    page = add_page(store)
    span = Interval(NOW - 6 * DAY, NOW)
    parts = (component(), component("web", "Web"))
    covered = Coverage(span=span, aspect=Aspect.IMPACTS, complete=True)
    save(store, page, evidence(components=parts, coverage=(covered,)))
    _derive(store, NOW, revised_since=None)
    _tell(store, EDITED, impact(START, START + HOUR))
    longer = impact(START, START + 2 * HOUR)
    of_web = impact(START + DAY, START + DAY + HOUR, component_id="web", level=Level.MAJOR_OUTAGE)
    _tell(store, AGAIN, longer, of_web)
    return store


def _tell(store: Store, now: datetime, *impacts) -> None:
    page = store.pages()[0]
    told = incident(started_at=START, component_ids=("api", "web"))
    save(store, page, evidence(now, incidents=(told,), impacts=impacts))
    _derive(store, now, revised_since=FIRST)


def _derive(store: Store, now: datetime, *, revised_since: date | None) -> None:
    page = store.pages()[0]
    _, days = history.read(store, page, ACME, first=FIRST, last=LAST, now=now)
    store.save_days(page.id, days, today=LAST, now=now, revised_since=revised_since)
