"""`/v/<vendor>/day/<date>`: what is behind a day, of the vendor or of one of its components."""

from datetime import UTC, datetime

from starlette.exceptions import HTTPException

from exporters.pages import day_view
from exporters.pages.day_band import band
from exporters.pages.incident_accounts import Teller, account_of, claims_of
from exporters.pages.visits import LONGEST_SECONDS, NotThere, Offer, Page, PageKind, Visit
from exporters.pages.words import sentence_case
from monitor import answers
from monitor.answers import DayQuery, Explanation, Reasons
from monitor.errors import ConfigError
from monitor.intervals import day_of
from monitor.spans import parse_day
from monitor.store import PageRecord

MOST_INCIDENTS = 50
"""So many incidents are told in full."""

MOST_TRIED = 12
"""With more components than this it is not tried what would make it another day."""


def day_page(visit: Visit) -> Page:
    """Return the page. Raises NoSuchVendor, NotThere, and HTTPException for what is no day or
    instant.
    """
    slug = visit.path["vendor"]
    vendor, page = visit.watched.vendor(slug), visit.watched.page(slug)
    offer = Offer(f"All that is known of {vendor.name}", visit.links.vendor(slug))
    if page is None:
        raise NotThere(f"{vendor.name} has never been read: nothing is known of its days.", [offer])
    query = _query(visit, page)
    try:
        explanation = answers.explanation(visit.store, page, vendor, query)
    except ValueError as error:
        raise NotThere(f"There is no such day: {error}.", [offer]) from None
    return _page(visit, explanation, query)


def _query(visit: Visit, page: PageRecord) -> DayQuery:
    """Return what the address asks. Raises HTTPException 400."""
    try:
        day = parse_day(visit.path["date"], day_of(visit.now, page.zone))
    except ConfigError as error:
        raise HTTPException(400, str(error)) from None
    component = visit.path.get("component") or visit.question.get("component") or None
    return DayQuery(day=day, now=visit.now, component=component, known_at=_known_at(visit))


def _known_at(visit: Visit) -> datetime | None:
    """Return the instant whose knowledge is asked for. Raises HTTPException 400."""
    text = visit.question.get("known_at")
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, "known_at is an instant such as 2026-05-22T12:00:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _page(visit: Visit, explanation: Explanation, query: DayQuery) -> Page:
    page, links = explanation.page, visit.links
    today = day_of(visit.now, page.zone)
    as_of = visit.told_at or explanation.as_of
    head, day_band = day_view.head(explanation, as_of), band(explanation)
    teller = teller_of(visit, explanation)
    incidents = explanation.incidents
    component = explanation.component
    reasons = _reasons(visit, explanation, query)
    versions = answers.day_versions(visit.store, page, query)
    values: dict[str, object] = {
        "head": head,
        "slug": page.slug,
        "vendor_name": explanation.vendor.name,
        "component": component and component.component.full_name,
        "whole_day": links.day(page.slug, query.day),
        "switch": day_view.switch(versions, explanation, links),
        "band": day_band,
        "chosen": list(day_view.chosen_rows(explanation, links)),
        "rule": sentence_case(reasons.rule),
        "witnesses": reasons.witnesses,
        "changes": list(day_view.tried_changes(reasons)),
        "incidents": [account_of(each, teller) for each in incidents[:MOST_INCIDENTS]],
        "more_incidents": max(len(incidents) - MOST_INCIDENTS, 0),
        "loose": claims_of(explanation.loose_impacts, teller),
        "speakers": list(day_view.speakers(explanation)),
        "bodies": list(day_view.bodies(explanation, links)),
        "before": day_view.neighbour(explanation, -1, today, links),
        "after": day_view.neighbour(explanation, 1, today, links),
        "api": links.api(f"vendors/{page.slug}/days/{query.day}"),
        "is_past_view": query.known_at is not None,
    }
    return Page(
        template="day.html",
        title=f"{explanation.vendor.name}, {head.title}",
        values=values,
        max_age_seconds=min(LONGEST_SECONDS, explanation.vendor.interval_seconds),
    )


def teller_of(visit: Visit, explanation: Explanation) -> Teller:
    """Return what telling of the day's incidents takes."""
    return Teller(
        slug=explanation.page.slug,
        components=explanation.components,
        mapping=explanation.vendor.impact_mapping,
        zone=explanation.page.zone,
        now=visit.now,
        links=visit.links,
        with_texts=visit.site.with_texts,
    )


def _reasons(visit: Visit, explanation: Explanation, query: DayQuery) -> Reasons:
    with_changes = len(explanation.components) <= MOST_TRIED
    page, vendor = explanation.page, explanation.vendor
    return answers.reasons(visit.store, page, vendor, query, with_changes=with_changes)


DAY = PageKind("/v/{vendor}/day/{date}", day_page)
COMPONENT_DAY = PageKind("/v/{vendor}/{component}/day/{date}", day_page)
