"""`/changes`: what vendors edited after the fact, of days and of incidents."""

from datetime import UTC, date, datetime, time, timedelta

from starlette.exceptions import HTTPException

from exporters.pages import changes_view
from exporters.pages.compare_view import choices
from exporters.pages.visits import Page, PageKind, Visit
from monitor import answers
from monitor.answers import Edits, EditsQuery
from monitor.errors import ConfigError
from monitor.spans import parse_day

DAYS = 90
"""So far back it goes unless it is asked otherwise."""

ROWS = 50
"""So many days, and so many incidents, stand on one page."""

_MOST_PAGES = 1_000


def changes_page(visit: Visit) -> Page:
    """Return the page. Raises NoSuchVendor, and HTTPException 400 for what is no day or number."""
    since, number = _since(visit), _number(visit)
    slug = visit.question.get("vendor") or None
    vendors = visit.watched.vendors()
    asked = vendors if slug is None else {slug: visit.watched.vendor(slug)}
    query = EditsQuery(
        now=visit.now,
        since=datetime.combine(since, time(), UTC),
        skip=(number - 1) * ROWS,
        most=ROWS,
    )
    edits = answers.edits(visit.store, asked, query)
    names = {vendor.slug: vendor.name for vendor in vendors.values()}
    links = visit.links
    values: dict[str, object] = {
        "sentence": changes_view.sentence(edits),
        "since": since.isoformat(),
        "choices": choices(names, slug),
        "days": list(changes_view.day_rows(edits, names.__getitem__, links, visit.now)),
        "day_count": edits.day_count,
        "incidents": list(changes_view.incident_rows(edits, names.__getitem__, links, visit.now)),
        "incident_count": edits.incident_count,
        "first": (number - 1) * ROWS + 1,
        "newer": _address(visit, slug, since, number - 1) if number > 1 else None,
        "older": _address(visit, slug, since, number + 1) if _has_more(edits, number) else None,
    }
    return Page(
        template="changes.html",
        title="What vendors changed afterwards",
        values=values,
        navigation="Changes",
    )


def _since(visit: Visit) -> date:
    today = visit.now.astimezone(UTC).date()
    text = visit.question.get("since")
    if not text:
        return today - timedelta(days=DAYS - 1)
    try:
        return parse_day(text, today)
    except ConfigError as error:
        raise HTTPException(400, str(error)) from None


def _number(visit: Visit) -> int:
    text = visit.question.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _MOST_PAGES):
        raise HTTPException(400, f"page is a number from 1 to {_MOST_PAGES}")
    return int(text[:6])


def _has_more(edits: Edits, number: int) -> bool:
    return max(edits.day_count, edits.incident_count) > number * ROWS


def _address(visit: Visit, slug: str | None, since: date, number: int) -> str | None:
    """Return where another page of the list is; None where there is no asking for one."""
    if not visit.links.takes_questions:
        return None
    vendor = {} if slug is None else {"vendor": slug}
    return visit.links.changes(**vendor, since=since, page=number)


CHANGES = PageKind("/changes", changes_page)
