"""What is behind one day."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, Subject, desk_of
from exporters.api.forms import EVIDENCE, now_head
from exporters.api.parameters import DayPath, Evidence, VendorPath
from exporters.api.problems import BadParameter
from exporters.explain import explained_json
from exporters.names import name_columns
from exporters.wording import iso
from monitor import answers
from monitor.model import KnownComponent
from monitor.spans import parse_day

router = APIRouter()


@router.get(
    "/vendors/{vendor}/days/{day}",
    response_model=models.Evidence,
    summary="The evidence behind a day",
)
async def evidence(
    request: Request, vendor: VendorPath, day: DayPath, parameters: Annotated[Evidence, Query()]
) -> Response:
    """Answer everything behind a day, as `monitor explain` does."""

    def ask(moment: Moment) -> Reply:
        subject = moment.subject(vendor)
        part = None if parameters.component is None else subject.component(parameters.component)
        query = answers.DayQuery(
            day=parse_day(day, subject.today(parameters.known_at)),
            now=subject.now,
            component=None if part is None else part.slug,
            known_at=parameters.known_at,
        )
        try:
            query.require_begun(subject.page)
        except ValueError as error:
            raise BadParameter(str(error)) from None
        return Reply.about(subject, lambda: _evidence(subject, query, part))

    return await desk_of(request).answer(request, ask)


def _evidence(
    subject: Subject, query: answers.DayQuery, part: KnownComponent | None
) -> Mapping[str, Any]:
    explanation = answers.explanation(subject.store, subject.page, subject.vendor, query)
    row = subject.page
    return {
        **now_head(explanation.as_of, EVIDENCE),
        "vendor": row.slug,
        "name": row.page_name or row.name,
        "page": row.url,
        "zone": row.zone_name,
        "known_at": iso(query.known_at),
        "coverage_ratio": explanation.day.coverage,
        "component": None if part is None else name_columns(part.slug, part.component),
        "day": explained_json(explanation),
    }
