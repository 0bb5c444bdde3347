"""The days of a span at a glance: which are not quiet, and what was told on each."""

from dataclasses import dataclass
from datetime import date, datetime

from monitor import history
from monitor.answers.component_days import Dispute, days_of, disputes
from monitor.component_names import find_component
from monitor.config import VendorConfig
from monitor.intervals import day_of
from monitor.lookups import among
from monitor.model import Day, Incident, KnownComponent, Level, Window, by_id
from monitor.store import PageRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanQuery:
    """The days of a span in a page's zone, asked about at `now`; the last has begun.

    `component` and `known_at` as those of a `DayQuery`.
    """

    window: Window
    now: datetime
    component: str | None = None
    known_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """The instant whose knowledge counts."""
        return history.knowledge_at(self.now, self.known_at)


@dataclass(frozen=True, slots=True)
class DayAccount:
    """A day with its incidents, earliest first, and its disputes."""

    day: Day
    incidents: tuple[Incident, ...]
    disputes: tuple[Dispute, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether it was operational and nothing was told or disputed of it."""
        day = self.day
        return day.level is Level.OPERATIONAL and not (day.incident_ids or day.disputed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All days of a span, oldest first, of one component, or of the vendor when it is None.

    `components` are all of the page by id. Nothing here was learnt after `as_of`.
    """

    page: PageRecord
    as_of: datetime
    component: KnownComponent | None
    components: dict[str, KnownComponent]
    window: Window
    days: tuple[DayAccount, ...]

    @property
    def disputed_days(self) -> list[DayAccount]:
        """The days about which sources disagree."""
        return [account for account in self.days if account.disputes]

    @property
    def telling_days(self) -> list[DayAccount]:
        """The days that are not quiet."""
        return [account for account in self.days if not account.is_quiet]

    @property
    def latest_bad_day(self) -> date | None:
        """The latest day that is worse than operational; None when there is none."""
        for account in reversed(self.days):
            if account.day.level:
                return account.day.day
        return None


def overview(store: Store, page: PageRecord, vendor: VendorConfig, query: SpanQuery) -> Overview:
    """Return the days of a span.

    Raises ValueError when the component is not known or its name is not unique, or the span's last
    day has not begun.
    """
    window = query.window
    if window.last > day_of(query.moment, page.zone):
        raise ValueError(f"{window.last} has not begun in {page.zone}")
    facts, page_days = history.read(
        store,
        page,
        vendor,
        first=window.first,
        last=window.last,
        now=query.now,
        known_at=query.known_at,
    )
    component = None
    if query.component is not None:
        component = find_component(facts.components, query.component)
    components = by_id(facts.components)
    incidents = by_id(facts.incidents)
    accounts = []
    for day in days_of(page_days, component).each(window):
        own_incidents = list(among(incidents, day.incident_ids))
        own_incidents.sort(key=lambda incident: (incident.started_at, incident.id))
        own_disputes = disputes(page_days, components, component, day.day)
        accounts.append(DayAccount(day, tuple(own_incidents), own_disputes))
    return Overview(
        page=page,
        as_of=query.moment,
        component=component,
        components=components,
        window=window,
        days=tuple(accounts),
    )
