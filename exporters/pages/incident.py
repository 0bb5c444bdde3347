"""`/v/<vendor>/incident/<id>`: an incident in every version that we read, with what changed."""

from exporters.cells import level_class
from exporters.pages.incident_accounts import Teller, account_of
from exporters.pages.incident_fields import FieldWords
from exporters.pages.links import Links, incident_key
from exporters.pages.times import day_title
from exporters.pages.visits import LONGEST_SECONDS, NotThere, Offer, Page, PageKind, Visit
from exporters.wording import level_title
from monitor import answers
from monitor.answers import IncidentHistory
from monitor.store import PageRecord

MOST_EDITS = 200
MOST_DAYS = 60


def incident_page(visit: Visit) -> Page:
    """Return the page. Raises NoSuchVendor and NotThere."""
    slug, key = visit.path["vendor"], visit.path["incident"]
    vendor, page = visit.watched.vendor(slug), visit.watched.page(slug)
    told = None
    if page is not None:
        incident_id = _id_of(visit, page, key)
        told = answers.incident_history(visit.store, page, vendor, incident_id, visit.now)
    if told is None:
        offer = Offer(f"All incidents of {vendor.name}", f"{visit.links.vendor(slug)}#incidents")
        raise NotThere(f"{vendor.name} told of no incident “{key}”, as far as we read.", [offer])
    return _page(visit, told)


def _id_of(visit: Visit, page: PageRecord, key: str) -> str:
    """Return the id that a key of an address stands for: itself, unless it is a digest."""
    if not key.startswith("~"):
        return key
    for incident_id in visit.store.incident_ids(page.id):
        if incident_key(incident_id) == key:
            return incident_id
    return key


def _page(visit: Visit, told: IncidentHistory) -> Page:
    page, account = told.page, told.account
    teller = Teller(
        slug=page.slug,
        components=told.components,
        mapping=told.vendor.impact_mapping,
        zone=page.zone,
        now=visit.now,
        links=visit.links,
        with_texts=visit.site.with_texts,
    )
    words = FieldWords(teller.at, teller.name_of)
    first, last = told.versions[0], told.versions[-1]
    values: dict[str, object] = {
        "slug": page.slug,
        "vendor_name": told.vendor.name,
        "zone": page.zone_name,
        "incident": account_of(account, teller),
        "classes": level_class(told.level),
        "level": level_title(told.level),
        "version_count": len(told.versions),
        "first_read": teller.at(first.recorded_at),
        "last_read": teller.at(last.recorded_at),
        "comparison": words.comparison(first.incident, last.incident),
        "edits": [words.change(edit) for edit in told.edits[:MOST_EDITS]],
        "more_edits": max(len(told.edits) - MOST_EDITS, 0),
        "days": _days(told, visit.links),
        "more_days": max(len(told.days) - MOST_DAYS, 0),
        "read_as_of": teller.at(visit.as_of),
    }
    return Page(
        template="incident.html",
        title=f"{account.incident.title}, {told.vendor.name}",
        values=values,
        max_age_seconds=min(LONGEST_SECONDS, told.vendor.interval_seconds),
    )


def _days(told: IncidentHistory, links: Links) -> list[Offer]:
    slug = told.page.slug
    return [Offer(day_title(day), links.day(slug, day)) for day in told.days[:MOST_DAYS]]


INCIDENT = PageKind("/v/{vendor}/incident/{incident}", incident_page)
