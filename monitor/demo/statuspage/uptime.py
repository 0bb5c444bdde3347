"""The uptime record: showcase, months and days, and the vendor's formula."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from monitor.demo.posts import Answer, Query, floor2
from monitor.demo.statuspage.api import component_row, component_rows
from monitor.demo.statuspage.page import (
    Json,
    Page,
    days_of_month,
    groups_of,
    json_document,
    midnight,
    months_before,
    page_number,
)
from monitor.demo.truth import TruthComponent
from monitor.intervals import ONE_DAY, days_between

SHOWCASE_IDS = 60
SHOWCASE_DAYS = 90


def showcase(page: Page, _parts: Mapping[str, str], query: Query) -> Answer:
    """Answer with the 90 days of the components that are asked for."""
    ids = [part for part in query.get("components", "").split(",") if part][:SHOWCASE_IDS]
    pictures = {}
    timelines = {}
    percentages = []
    for component in page.truth.showcase_components:
        if component.id in ids:
            pictures[component.id] = f'<svg id="uptime-component-{component.id}"></svg>'
            timelines[component.id] = _timeline(page, component)
            percentages.append(_percentages(page, component))
    return json_document({"components": pictures, "timelines": timelines, "values": percentages})


def _timeline(page: Page, component: TruthComponent) -> Json:
    first = page.today - (SHOWCASE_DAYS - 1) * ONE_DAY
    return {
        "component": {
            "code": component.id,
            "name": component.name,
            "startDate": component.start.isoformat(),
        },
        "days": [_showcase_day(page, component, day) for day in days_between(first, page.today)],
    }


def _showcase_day(page: Page, component: TruthComponent, day: date) -> Json:
    partial, major = page.outages(component, day)
    outages = ({"p": partial} if partial else {}) | ({"m": major} if major else {})
    return {
        "date": day.isoformat(),
        "outages": outages,
        "related_events": page.related_events(component.id, day),
    }


def _percentages(page: Page, component: TruthComponent) -> Json:
    figures: Json = {"component": component.id}
    for word, length in (("thirty", 30), ("sixty", 60), ("ninety", 90)):
        first = page.today - (length - 1) * ONE_DAY
        figures[word] = _percent(page, component, days_between(first, page.today))
    return figures


def _percent(page: Page, component: TruthComponent, days: Iterable[date]) -> float | None:
    """The vendor's formula: partial 0.3, major 1, whole days of 86,400 s, cut to two decimals."""
    share = _share(page, component, days)
    return None if share is None else float(floor2(100 * share))


def _share(page: Page, component: TruthComponent, days: Iterable[date]) -> Decimal | None:
    count = 0
    downtime = Decimal(0)
    for day in days:
        if component.start <= day <= page.today:
            partial, major = page.outages(component, day)
            downtime += Decimal("0.3") * partial + major
            count += 1
    return 1 - downtime / (count * 86_400) if count else None


def record(page: Page, parts: Mapping[str, str], query: Query) -> Answer | None:
    """Answer with three months of a component, or of a group."""
    months = months_before(page.today, 3 * (page_number(query) - 1))
    months.reverse()
    for name, members in groups_of(page.truth).items():
        if page.truth.group_id(name) == parts["id"]:
            children = [component for component in members if component.showcase]
            return json_document(_group_record(page, parts["id"], children, months))
    for component in page.truth.showcase_components:
        if component.id == parts["id"]:
            return json_document(_component_record(page, component, months))
    return None


def _component_record(page: Page, component: TruthComponent, months: list[date]) -> Json:
    return {
        **_record(page, component_row(page, component)),
        "is_group": False,
        "group_component_data": None,
        "months": [_component_month(page, component, month) for month in months],
    }


def _group_record(
    page: Page,
    group_id: str,
    children: list[TruthComponent],
    months: list[date],
) -> Json:
    row = next(row for row in component_rows(page) if row["id"] == group_id)
    data = []
    for component in children:
        start_date = midnight(page, component.start)
        data.append({"code": component.id, "start_date": start_date, "is_showcased": True})
    return {
        **_record(page, row),
        "is_group": True,
        "group_component_data": data,
        "months": [_group_month(page, children, month) for month in months],
    }


def _record(page: Page, row: Json) -> Json:
    choices = [
        {"name": each.full_name, "value": each.id} for each in page.truth.showcase_components
    ]
    return {"component": row, "component_select_list": choices, "renderUptimePatternFF": False}


def _month(month: date, share: Decimal | None, days: list[Json]) -> Json:
    return {
        "name": calendar.month_name[month.month],
        "year": month.year,
        "start_offset": month.isoweekday() % 7,
        "uptime_percentage": None if share is None else float(share),
        "days": days,
    }


def _component_month(page: Page, component: TruthComponent, month: date) -> Json:
    days = days_of_month(month)
    rows = [_record_day(page, component, day) for day in days]
    return _month(month, _share(page, component, days), rows)


def _record_day(page: Page, component: TruthComponent, day: date) -> Json:
    if day > page.today:
        return {"color": "#EAEAEA"}
    partial, major = page.outages(component, day)
    return {
        "color": "#e04343" if partial or major else "#76ad2a",
        "date": midnight(page, day),
        "events": page.related_events(component.id, day),
        "p": partial,
        "m": major,
    }


def _group_month(page: Page, children: list[TruthComponent], month: date) -> Json:
    days = days_of_month(month)
    shares = []
    for component in children:
        share = _share(page, component, days)
        if share is not None:
            shares.append(share)
    mean = sum(shares, Decimal(0)) / len(shares) if shares else None
    return _month(month, mean, [_group_day(page, children, day) for day in days])


def _group_day(page: Page, children: list[TruthComponent], day: date) -> Json:
    if day > page.today:
        return {"color": "#EAEAEA"}
    partial = major = 0
    for component in children:
        outages = page.outages(component, day)
        partial += outages.partial > 0
        major += outages.major > 0
    return {
        "color": "#e04343" if partial or major else "#76ad2a",
        "date": midnight(page, day),
        "pc": partial,
        "mc": major,
    }
