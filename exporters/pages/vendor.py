"""`/v/<vendor>` and `/v/<vendor>/<component>`: how reliable it has been, with all that is behind
the figure; with `/<days>d/<date>` after it, the lasting address of a figure.
"""

from collections.abc import Sequence
from datetime import date

from starlette.exceptions import HTTPException

from exporters.pages import component_rows, vendor_windows
from exporters.pages.calendar_months import WEEKDAYS, CalendarMonth, calendar_months
from exporters.pages.cells import KEYS, Strip, strip
from exporters.pages.incident_rows import MOST, incident_rows
from exporters.pages.marked_days import marked_days
from exporters.pages.source_rows import source_rows
from exporters.pages.vendor_head import head, present
from exporters.pages.vendor_subject import Subject
from exporters.pages.visits import LONGEST_SECONDS, NotThere, Offer, Page, PageKind, Visit
from monitor import answers
from monitor.answers import ComponentRecord, IncidentLevel, Record, RevisedDay, WindowSum
from monitor.plain import safe_link
from monitor.store import PageRecord

DAYS = 90
LONGEST_DAYS = 3660
"""The longest window one can ask for."""


def vendor_page(visit: Visit) -> Page:
    """Return the page. Raises NoSuchVendor, NotThere, and HTTPException for a window that is
    none.
    """
    slug = visit.path["vendor"]
    vendor, page = visit.watched.vendor(slug), visit.watched.page(slug)
    if page is None:
        return _unread_page(vendor.name)
    record = _record(visit, page)
    subject = Subject(record, _component(visit, record))
    return _page(visit, subject)


def _unread_page(name: str) -> Page:
    return Page(template="vendor_unread.html", title=name, values={"name": name})


def _record(visit: Visit, page: PageRecord) -> Record:
    """Return the record of the window that the address names. Raises HTTPException 400, and 404 for
    one that has not begun.
    """
    days, as_of = visit.path.get("days", str(DAYS)), visit.path.get("date")
    try:
        window_days = int(days)
        last = None if as_of is None else date.fromisoformat(as_of)
    except ValueError:
        raise HTTPException(400, "a window is such as 90d/2026-05-22") from None
    if not 1 <= window_days <= LONGEST_DAYS:
        raise HTTPException(400, f"a window has 1 to {LONGEST_DAYS} days")
    query = answers.ReportQuery(
        now=visit.now, window_days=window_days, as_of=last, policy=visit.site.policy()
    )
    try:
        return answers.record(visit.store, page, visit.watched.vendor(page.slug), query)
    except (ValueError, OverflowError) as error:
        raise HTTPException(404, str(error)) from None


def _component(visit: Visit, record: Record) -> ComponentRecord | None:
    """Return the component that the address names; None = the vendor as a whole. Raises
    NotThere.
    """
    slug = visit.path.get("component")
    if slug is None:
        return None
    for part in record.components:
        if part.slug == slug:
            return part
    offer = Offer(f"All components of {record.name}", visit.links.vendor(record.page.slug))
    raise NotThere(f"{record.name} had no component “{slug}” on these days.", [offer])


def _page(visit: Visit, subject: Subject) -> Page:
    record, links = subject.record, visit.links
    incidents, revisions = _incidents(visit, subject), _revisions(visit, subject)
    strip = _strip(subject, revisions)
    is_whole = subject.component is None
    groups, more = component_rows.rows_and_links(subject, links) if is_whole else ([], [])
    values: dict[str, object] = {
        "subject": subject,
        "vendor_name": record.name,
        "slug": subject.slug,
        "head": head(subject, links),
        "present": present(subject, links),
        "keys": KEYS,
        "strip": strip,
        "groups": groups,
        "more_components": more,
        "windows": vendor_windows.window_rows(
            _windows(visit, subject), record.query.policy, subject, links
        ),
        "bar_width": vendor_windows.BAR_WIDTH,
        "policy": record.query.policy,
        "weekdays": WEEKDAYS,
        "months": _months(visit, subject, strip),
        "incidents": list(
            incident_rows(incidents, subject.slug, record.page.zone, visit.now, links)
        ),
        "more_incidents": max(len(incidents) - MOST, 0),
        "marks": marked_days(subject, revisions, links),
        "sources": source_rows(record),
        "page_url": safe_link(record.page.url),
        "badge": f"outage-days-{record.window.days}d",
    }
    title = record.name if is_whole else f"{subject.name}, {record.name}"
    interval = visit.watched.vendor(subject.slug).interval_seconds
    return Page(
        template="vendor.html",
        title=title,
        values=values,
        max_age_seconds=min(LONGEST_SECONDS, interval),
    )


def _incidents(visit: Visit, subject: Subject) -> Sequence[IncidentLevel]:
    """Return the incidents of the window, of those that name the component if it is about one."""
    page = subject.record.page
    incidents = answers.incidents(
        visit.store, page, visit.watched.vendor(page.slug), subject.window, now=visit.now
    )
    if subject.component is None:
        return incidents
    key = subject.component.component.id
    return [each for each in incidents if key in each.incident.component_ids]


def _revisions(visit: Visit, subject: Subject) -> Sequence[RevisedDay]:
    return answers.revised_days(visit.store, subject.record.page, subject.window, moment=visit.now)


def _strip(subject: Subject, revisions: Sequence[RevisedDay]) -> Strip:
    revised = {change.date for change in revisions if subject.is_meant(change.component)}
    return strip(subject.days, today=subject.today, revised=revised)


def _windows(visit: Visit, subject: Subject) -> tuple[WindowSum, ...]:
    page, component = subject.record.page, subject.component
    query = answers.WindowsQuery(
        spans=vendor_windows.spans_until(subject.window.last),
        now=visit.now,
        component_id=None if component is None else component.component.id,
        policy=subject.record.query.policy,
    )
    return answers.windows(visit.store, page, visit.watched.vendor(page.slug), query)


def _months(visit: Visit, subject: Subject, strip: Strip) -> list[CalendarMonth]:
    def address(day: date) -> str:
        return visit.links.day(subject.slug, day)

    return calendar_months(subject.days, strip.cells, address, subject.today)


VENDOR = PageKind("/v/{vendor}", vendor_page)
VENDOR_WINDOW = PageKind("/v/{vendor}/{days:int}d/{date}", vendor_page)
COMPONENT = PageKind("/v/{vendor}/{component}", vendor_page)
COMPONENT_WINDOW = PageKind("/v/{vendor}/{component}/{days:int}d/{date}", vendor_page)
