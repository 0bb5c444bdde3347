"""One vendor over a window, and its components."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, Subject, desk_of
from exporters.api.forms import about, record_head, vendor_figures
from exporters.api.paging import page
from exporters.api.parameters import Days, PagedComponents, VendorPath
from exporters.report import record_json
from monitor.answers import ReportQuery

router = APIRouter()


@router.get(
    "/vendors/{vendor}", response_model=models.Vendor, summary="What a vendor did over a window"
)
async def vendor_record(
    request: Request, vendor: VendorPath, parameters: Annotated[Days, Query()]
) -> Response:
    """Answer what `monitor report --format json` says of a vendor, but for the lists of its days
    and components, which have addresses of their own.
    """

    def ask(moment: Moment) -> Reply:
        subject = moment.subject(vendor)
        query = parameters.report_query(moment, subject)
        return Reply.about(subject, lambda: _vendor(subject, query))

    return await desk_of(request).answer(request, ask)


def _vendor(subject: Subject, query: ReportQuery) -> Mapping[str, Any]:
    record = subject.record(query)
    return {**record_head(record), **vendor_figures(record)}


@router.get(
    "/vendors/{vendor}/components",
    response_model=models.Components,
    summary="What a vendor's components did over a window",
)
async def components(
    request: Request, vendor: VendorPath, parameters: Annotated[PagedComponents, Query()]
) -> Response:
    """Answer the components that were on the page in the window, those that do not count too."""

    def ask(moment: Moment) -> Reply:
        subject = moment.subject(vendor)
        query = parameters.report_query(moment, subject)
        return Reply.about(subject, lambda: _components(subject, query, parameters))

    return await desk_of(request).answer(request, ask)


def _components(
    subject: Subject, query: ReportQuery, parameters: PagedComponents
) -> Mapping[str, Any]:
    record = subject.record(query)
    places = {
        own.component.id: (own.component.group or "", own.component.position, own.component.name)
        for own in record.components
    }
    entries = record_json(record)["components"]
    part = page(
        entries, lambda each: (*places[each["id"]], each["id"]), parameters.limit, parameters.cursor
    )
    return {
        **about(record),
        "components": [_without_days(each) for each in part.entries],
        "next_cursor": part.cursor,
    }


def _without_days(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "days"}
