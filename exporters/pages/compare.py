"""`/compare?v=a&v=b`: vendors beside each other, and on which days they were out at once."""

from collections.abc import Iterator, Sequence

from starlette.exceptions import HTTPException

from exporters.cells import KEYS
from exporters.pages import compare_view
from exporters.pages.visits import Page, PageKind, Visit
from monitor import answers
from monitor.answers import Record
from monitor.lookups import by_slug, slugs_of

WINDOWS = (30, 90, 365)
"""The windows one can choose, in days."""

MOST = 6
"""So many vendors are compared at once."""


def compare_page(visit: Visit) -> Page:
    """Return the page. Raises HTTPException 400 for a question that has no answer, NoSuchVendor."""
    days = _window_days(visit)
    slugs = _slugs(visit)
    names = {vendor.slug: vendor.name for vendor in visit.watched.vendors().values()}
    records = list(_records(visit, slugs, days))
    read = slugs_of(record.page for record in records)
    values: dict[str, object] = {
        "keys": KEYS,
        "windows": WINDOWS,
        "window_days": days,
        "selects": list(compare_view.selects(names, slugs, MOST)),
        "records": records,
        "axis": compare_view.common_axis(records),
        "unread": [names[slug] for slug in slugs if slug not in read],
        "rows": list(compare_view.rows(records, visit.links)),
        "figures": list(compare_view.side_by_side(records, visit.site.policy())),
        "joint": None,
    }
    if len(records) > 1:
        values |= _joint_values(visit, records)
    title = " and ".join(names[slug] for slug in slugs) or "Compare vendors"
    return Page(template="compare.html", title=title, values=values, navigation="Compare")


def _joint_values(visit: Visit, records: Sequence[Record]) -> dict[str, object]:
    joint = answers.joint_days(records)
    return {
        "joint": joint,
        "joint_rows": list(compare_view.joint_rows(records, joint, visit.links)),
        "sentence": compare_view.sentence(records, joint),
        "note": compare_view.note(records, joint),
    }


def _window_days(visit: Visit) -> int:
    word = visit.question.get("window", "90")
    if word not in map(str, WINDOWS):
        raise HTTPException(400, f"window must be {', '.join(map(str, WINDOWS))} (days)")
    return int(word)


def _slugs(visit: Visit) -> list[str]:
    """Return the vendors that are asked for, each once."""
    slugs = list(dict.fromkeys(slug for slug in visit.question.getlist("v") if slug))
    if len(slugs) > MOST:
        raise HTTPException(400, f"at most {MOST} vendors are compared at once")
    return slugs


def _records(visit: Visit, slugs: Sequence[str], days: int) -> Iterator[Record]:
    """Yield the records of the vendors of which anything was ever read. Raises NoSuchVendor."""
    query = answers.ReportQuery(now=visit.now, window_days=days, policy=visit.site.policy())
    vendors = [visit.watched.vendor(slug) for slug in slugs]
    pages = by_slug(visit.store.pages(set(slugs), removed=True))
    for vendor in vendors:
        if vendor.slug in pages:
            yield answers.record(visit.store, pages[vendor.slug], vendor, query)


COMPARE = PageKind("/compare", compare_page)
