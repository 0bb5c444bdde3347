"""`/ranking`: the vendors of which enough is known, by their share of outage days.

It reads the record of every vendor, so it is published and not served.
"""

from collections.abc import Iterator

from exporters.pages import ranking_view
from exporters.pages.ranking_view import LEAST_COVERAGE, Unranked
from exporters.pages.visits import Page, PageKind, Visit
from exporters.wording import percent
from monitor import answers
from monitor.answers import Record
from monitor.lookups import by_slug, slugs_of

DAYS = 90


def ranking_page(visit: Visit) -> Page:
    """Return the page."""
    records = list(_records(visit))
    places = list(ranking_view.places(records, visit.links))
    unread = list(_unread(visit, records))
    return Page(
        template="ranking.html",
        title="Ranking",
        navigation="Ranking",
        values={
            "sentence": ranking_view.sentence(len(places), len(records) + len(unread)),
            "window": ranking_view.windows_words(records),
            "days": DAYS,
            "least": percent(LEAST_COVERAGE, 0),
            "places": places,
            "unranked": [*ranking_view.unranked(records, visit.links), *unread],
        },
    )


def _records(visit: Visit) -> Iterator[Record]:
    """Yield the records of the vendors that were ever read."""
    vendors = visit.watched.vendors()
    query = answers.ReportQuery(now=visit.now, window_days=DAYS, policy=visit.site.policy())
    for slug, page in sorted(by_slug(visit.store.pages(set(vendors), removed=True)).items()):
        yield answers.record(visit.store, page, vendors[slug], query)


def _unread(visit: Visit, records: list[Record]) -> Iterator[Unranked]:
    read = slugs_of(record.page for record in records)
    for slug, vendor in sorted(visit.watched.vendors().items()):
        if slug not in read:
            yield Unranked(vendor.name, visit.links.vendor(slug), "nothing of it was read yet")


RANKING = PageKind("/ranking", ranking_page)
