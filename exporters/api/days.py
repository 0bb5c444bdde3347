"""The days of a vendor or of one of its components."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, Subject, desk_of
from exporters.api.forms import about
from exporters.api.paging import page
from exporters.api.parameters import PagedDays, VendorPath
from exporters.api.problems import NotThere
from exporters.report import record_json
from monitor.answers import ReportQuery

router = APIRouter()


@router.get("/vendors/{vendor}/days", response_model=models.Days, summary="Each day of a window")
async def days(
    request: Request, vendor: VendorPath, parameters: Annotated[PagedDays, Query()]
) -> Response:
    """Answer each day of a vendor, or of one of its components, oldest first."""

    def ask(moment: Moment) -> Reply:
        subject = moment.subject(vendor)
        query = parameters.report_query(moment, subject)
        name = parameters.component
        slug = None if name is None else subject.component(name).slug
        return Reply.about(subject, lambda: _days(subject, query, slug, parameters))

    return await desk_of(request).answer(request, ask)


def _days(
    subject: Subject, query: ReportQuery, slug: str | None, parameters: PagedDays
) -> Mapping[str, Any]:
    record = subject.record(query)
    whole = record_json(record)
    owner = whole if slug is None else component_of(whole, slug)
    part = page(owner["days"], lambda each: (each["date"],), parameters.limit, parameters.cursor)
    return {
        **about(record),
        "coverage_ratio": owner["coverage_ratio"],
        "component": slug,
        "days": list(part.entries),
        "next_cursor": part.cursor,
    }


def component_of(whole: Mapping[str, Any], slug: str) -> Mapping[str, Any]:
    """Return a component's part of a report. Raises NotThere where it was not on the page then."""
    for entry in whole["components"]:
        if entry["slug"] == slug:
            part: Mapping[str, Any] = entry
            return part
    raise NotThere(f"{whole['vendor']}: {slug!r} was not on the page in these days")
