"""Windows of any length, and spans of the calendar, beside each other."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.days import component_of
from exporters.api.desk import Moment, Reply, Subject, desk_of
from exporters.api.forms import about
from exporters.api.parameters import VendorPath, Windows
from exporters.report import record_json
from monitor.answers import ReportQuery

router = APIRouter()


@router.get(
    "/vendors/{vendor}/windows",
    response_model=models.Windows,
    summary="Windows of several lengths, months, quarters and years",
)
async def windows(
    request: Request, vendor: VendorPath, parameters: Annotated[Windows, Query()]
) -> Response:
    """Answer the figures of each window and span, and what became of a target in it."""

    def ask(moment: Moment) -> Reply:
        subject = moment.subject(vendor)
        query = parameters.report_query(moment, subject)
        slug = (
            None if parameters.component is None else subject.component(parameters.component).slug
        )
        return Reply.about(subject, lambda: _windows(subject, query, slug))

    return await desk_of(request).answer(request, ask)


def _windows(subject: Subject, query: ReportQuery, slug: str | None) -> Mapping[str, Any]:
    record = subject.record(query)
    whole = record_json(record)
    owner = whole if slug is None else component_of(whole, slug)
    return {
        **about(record),
        "coverage_ratio": owner["coverage_ratio"],
        "component": slug,
        "windows": owner["spans"],
    }
