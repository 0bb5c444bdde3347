"""Several vendors over the same days."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, Subject, desk_of
from exporters.api.forms import vendor_figures
from exporters.api.parameters import Comparison
from exporters.report import head_json
from monitor.answers import ReportQuery

router = APIRouter()


@router.get("/compare", response_model=models.Comparison, summary="Vendors beside each other")
async def compare(request: Request, parameters: Annotated[Comparison, Query()]) -> Response:
    """Answer the figures of several vendors, in the order they are named, each in its own zone.

    Vendors publish different records: `trust` says what a page leaves out.
    """

    def ask(moment: Moment) -> Reply:
        subjects = moment.distinct_subjects(parameters.vendor)
        queries = [parameters.report_query(moment, subject) for subject in subjects]
        return Reply.about_all(subjects, moment.now, lambda: _compare(subjects, queries))

    return await desk_of(request).answer(request, ask)


def _compare(subjects: Sequence[Subject], queries: Sequence[ReportQuery]) -> Mapping[str, Any]:
    records = [subject.record(query) for subject, query in zip(subjects, queries, strict=True)]
    longest = max(queries, key=lambda query: query.window_days)
    return {
        **head_json(longest, [record.window.last for record in records]),
        "vendors": list(map(vendor_figures, records)),
    }
