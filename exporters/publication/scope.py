"""What is published: which vendors, over which months, as of which moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from exporters.pages import Site
from exporters.publication.moments import Moments, beginning_of_day
from exporters.publication.months import Month, months_until
from exporters.watched import Watched
from monitor import answers
from monitor.answers import IncidentLevel, Record, ReportQuery
from monitor.config import VendorConfig
from monitor.intervals import day_of
from monitor.lookups import by_slug
from monitor.model import Window, without_none
from monitor.store import PageRecord, Store

PAGE_DAYS = 90
"""The window that the pages show."""

ANNOUNCED = timedelta(days=3650)
"""So far ahead vendors announce work at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is published of a site. Everything is as of `now`, and reaches back `months` calendar
    months, the present one included.
    """

    site: Site
    now: datetime
    months: int
    _records: dict[str, Record] = field(default_factory=dict)
    _moments: dict[str, Moments] = field(default_factory=dict)

    @property
    def base_url(self) -> str | None:
        """Where the folder will be, with a slash at the end; None = it is not known."""
        return self.site.base_url

    @property
    def has_texts(self) -> bool:
        """Whether vendors' own prose about incidents is published, too."""
        return self.site.with_texts

    @property
    def watched(self) -> Watched:
        """The vendors."""
        return self.site.watched

    @property
    def store(self) -> Store:
        """The store, which is only read."""
        return self.site.watched.store

    @property
    def vendors(self) -> Mapping[str, VendorConfig]:
        """The vendors by slug, in order."""
        return dict(sorted(self.watched.vendors().items()))

    def pages(self) -> Iterator[PageRecord]:
        """Yield the vendors' pages that are in the database, by slug."""
        vendors = self.vendors
        for _, page in sorted(by_slug(self.store.pages(set(vendors), removed=True)).items()):
            yield page

    def read_until(self) -> datetime | None:
        """Return the last reading of any vendor that is in the database; None = there is none.
        Where it is later than `now`, what was read since is shown with what was known then.
        """
        readings = (page.last_success_at for page in self.pages())
        return max(without_none(readings), default=None)

    def moments(self, slug: str) -> Moments | None:
        """Return of which moments a vendor's pages are; None = nothing of it is in the database.
        They are read once, for all vendors.
        """
        if not self._moments:
            for page in self.pages():
                self._moments[page.slug] = Moments(
                    page,
                    self.vendors[page.slug].interval_seconds,
                    self.now,
                    self.store.change_times(page.id),
                )
        return self._moments.get(slug)

    def present(self, slug: str | None = None) -> datetime:
        """Return the moment of what shows how a vendor is now; None = all of them."""
        begun_at = beginning_of_day(self.now)
        slugs = self.vendors if slug is None else [slug]
        moments = without_none(map(self.moments, slugs))
        return max((each.present for each in moments), default=begun_at)

    def today(self, page: PageRecord) -> date:
        """Return the page's day."""
        return day_of(self.now, page.zone)

    def months_of(self, page: PageRecord) -> list[Month]:
        """Return the months that are published of a page, from the first of which anything is
        known.
        """
        known = self.known_days(page)
        if known is None:
            return []
        months = months_until(self.today(page), self.months)
        return [month for month in months if month.last >= known.first]

    def month_ends(self, page: PageRecord) -> list[date]:
        """Return the last days of the months that are published of a page and are over."""
        today = self.today(page)
        return [month.last for month in self.months_of(page) if month.last < today]

    def known_days(self, page: PageRecord) -> Window | None:
        """Return the days of the months that are published, from the first that is known until
        today; None = none is.
        """
        for day in self.record(page).days:
            if day.level is not None:
                return Window(day.day, self.today(page))
        return None

    def record(self, page: PageRecord) -> Record:
        """Return the record over the months that are published. It is read once."""
        record = self._records.get(page.slug)
        if record is None:
            today = self.today(page)
            first = months_until(today, self.months)[0].first
            record = self._record(page, (today - first).days + 1)
            self._records[page.slug] = record
        return record

    def incidents(self, page: PageRecord) -> Iterator[IncidentLevel]:
        """Yield the incidents and maintenances that any of the pages may lead to: of the months
        that are published, of the window that pages show, and those that are announced. One that
        was told of after the moment that is shown has no page.
        """
        today = self.today(page)
        shown = today - timedelta(days=PAGE_DAYS - 1)
        first = min(months_until(today, self.months)[0].first, shown)
        window = Window(first, today + ANNOUNCED)
        vendor = self.vendors[page.slug]
        for each in answers.incidents(self.store, page, vendor, window, now=self.now):
            key = each.incident.id
            if answers.incident_history(self.store, page, vendor, key, self.now) is not None:
                yield each

    def page_record(self, page: PageRecord, last: date | None = None) -> Record:
        """Return the record over the window that the pages show, which ends with a day; None =
        today.
        """
        return self._record(page, PAGE_DAYS, last)

    def _record(self, page: PageRecord, days: int, last: date | None = None) -> Record:
        query = ReportQuery(now=self.now, window_days=days, as_of=last, policy=self.site.policy())
        return answers.record(self.store, page, self.vendors[page.slug], query)
