"""`/v/<vendor>` and `/v/<vendor>/<component>`: how reliable it has been, with all that is behind
the figure; with `/<days>d/<date>` after it, the lasting address of a figure.
"""

from collections.abc import Sequence
from datetime import date

from starlette.exceptions import HTTPException

from exporters.cells import KEYS, Strip, strip
from exporters.pages import component_rows, vendor_windows
from exporters.pages.axis import axis
from exporters.pages.calendar_months import WEEKDAYS, CalendarMonth, calendar_months
from exporters.pages.dossiers import Dossier, DossierKey
from exporters.pages.incident_rows import MOST, incident_rows
from exporters.pages.marked_days import marked_days
from exporters.pages.source_rows import source_rows
from exporters.pages.vendor_head import head, present
from exporters.pages.vendor_subject import Subject
from exporters.pages.visits import LONGEST_SECONDS, NotThere, Offer, Page, PageKind, Visit
from monitor import answers
from monitor.answers import ComponentRecord, IncidentLevel, Record, RevisedDay
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
    dossier = _dossier(visit, page)
    subject = Subject(dossier.record, _component(visit, dossier.record))
    return _page(visit, subject, dossier)


def _unread_page(name: str) -> Page:
    return Page(template="vendor_unread.html", title=name, values={"name": name})


def _dossier(visit: Visit, page: PageRecord) -> Dossier:
    """Return what is behind the window that the address names. Raises HTTPException 400 for one
    that is none, and 404 for one that has not begun.
    """
    key = _key(visit, page)
    vendor = visit.watched.vendor(page.slug)
    try:
        return visit.site.dossiers.of(
            key, page, vendor, visit.now, lambda: _new_dossier(visit, page, key)
        )
    except (ValueError, OverflowError) as error:
        raise HTTPException(404, str(error)) from None


def _key(visit: Visit, page: PageRecord) -> DossierKey:
    days, as_of = visit.path.get("days", str(DAYS)), visit.path.get("date")
    try:
        window_days = int(days)
        last = None if as_of is None else date.fromisoformat(as_of)
    except ValueError:
        raise HTTPException(400, "a window is such as 90d/2026-05-22") from None
    if not 1 <= window_days <= LONGEST_DAYS:
        raise HTTPException(400, f"a window has 1 to {LONGEST_DAYS} days")
    return DossierKey(page_id=page.id, days=window_days, last=last, policy=visit.site.policy())


def _new_dossier(visit: Visit, page: PageRecord, key: DossierKey) -> Dossier:
    store, now, vendor = visit.store, visit.now, visit.watched.vendor(page.slug)
    query = answers.ReportQuery(now=now, window_days=key.days, as_of=key.last, policy=key.policy)
    record = answers.record(store, page, vendor, query)
    spans = vendor_windows.spans_until(record.window.last)
    longer = answers.WindowsQuery(spans=spans, now=now, policy=key.policy)
    return Dossier(
        record=record,
        windows=answers.windows(store, page, vendor, longer),
        incidents=answers.incidents(store, page, vendor, record.window, now=now),
        revisions=answers.revised_days(store, page, record.window, moment=now),
    )


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


def _page(visit: Visit, subject: Subject, dossier: Dossier) -> Page:
    record, links = subject.record, visit.links
    incidents, revisions = _incidents(subject, dossier), dossier.revisions
    strip = _strip(subject, revisions)
    is_whole = subject.component is None
    sums = dossier.windows.of(subject.component_id)
    interval = visit.watched.vendor(subject.slug).interval_seconds
    groups, more = component_rows.rows_and_links(subject, links) if is_whole else ([], [])
    values: dict[str, object] = {
        "subject": subject,
        "vendor_name": record.name,
        "slug": subject.slug,
        "head": head(subject, links, visit.as_of),
        "present": present(subject, links, interval),
        "keys": KEYS,
        "strip": strip,
        "axis": axis(record.window),
        "groups": groups,
        "more_components": more,
        "windows": vendor_windows.window_rows(sums, record.query.policy, subject, links),
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
    }
    title = record.name if is_whole else f"{subject.name}, {record.name}"
    return Page(
        template="vendor.html",
        title=title,
        values=values,
        max_age_seconds=min(LONGEST_SECONDS, interval),
    )


def _incidents(subject: Subject, dossier: Dossier) -> Sequence[IncidentLevel]:
    """Return the incidents of the window, of those that name the component if it is about one."""
    key = subject.component_id
    if key is None:
        return dossier.incidents
    return [each for each in dossier.incidents if key in each.incident.component_ids]


def _strip(subject: Subject, revisions: Sequence[RevisedDay]) -> Strip:
    revised = {change.date for change in revisions if subject.is_meant(change.component)}
    return strip(subject.days, today=subject.today, revised=revised)


def _months(visit: Visit, subject: Subject, strip: Strip) -> list[CalendarMonth]:
    def address(day: date) -> str:
        return visit.links.day(subject.slug, day, **subject.question)

    return calendar_months(subject.days, strip.cells, address, subject.today)


VENDOR = PageKind("/v/{vendor}", vendor_page)
VENDOR_WINDOW = PageKind("/v/{vendor}/{days:int}d/{date}", vendor_page)
COMPONENT = PageKind("/v/{vendor}/{component}", vendor_page)
COMPONENT_WINDOW = PageKind("/v/{vendor}/{component}/{days:int}d/{date}", vendor_page)
