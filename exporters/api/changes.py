"""Which days a vendor changed after they were over."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, Subject, address, desk_of
from exporters.api.forms import CHANGE, now_head
from exporters.api.paging import page
from exporters.api.parameters import PagedComponents, VendorPath
from exporters.figures import second_columns
from exporters.names import NO_NAMES, name_columns
from exporters.wording import iso, level_key, window_json
from monitor import answers
from monitor.model import Day, Window

router = APIRouter()


@router.get(
    "/vendors/{vendor}/changes",
    response_model=models.Changes,
    summary="Days that were changed after they were over",
)
async def changes(
    request: Request, vendor: VendorPath, parameters: Annotated[PagedComponents, Query()]
) -> Response:
    """Answer each change of a day of the window, of the vendor and of its components."""

    def ask(moment: Moment) -> Reply:
        subject = moment.subject(vendor)
        window = parameters.window(subject, moment.window_days)
        return Reply.about(subject, lambda: _changes(subject, window, parameters))

    return await desk_of(request).answer(request, ask)


def _changes(subject: Subject, window: Window, parameters: PagedComponents) -> Mapping[str, Any]:
    moment = min(subject.now, parameters.known_at or subject.now)
    revisions = answers.revised_days(subject.store, subject.page, window, moment=moment)
    part = page(revisions, _key, parameters.limit, parameters.cursor)
    row = subject.page
    return {
        **now_head(moment, CHANGE),
        "vendor": row.slug,
        "zone": row.zone_name,
        "window": window_json(window),
        "coverage": address(f"/vendors/{row.slug}", since=window.first, until=window.last),
        "known_at": iso(parameters.known_at),
        "changes": list(map(_change, part.entries)),
        "next_cursor": part.cursor,
    }


def _key(change: answers.RevisedDay) -> tuple[str, str, int]:
    slug = "" if change.component is None else change.component.slug
    return change.date.isoformat(), slug, change.number


def _change(change: answers.RevisedDay) -> dict[str, Any]:
    part = change.component
    return {
        **(NO_NAMES if part is None else name_columns(part.slug, part.component)),
        "date": iso(change.date),
        "number": change.number,
        "changed_at": iso(change.changed_at),
        "before": _value(change.before),
        "after": _value(change.after),
    }


def _value(day: Day) -> dict[str, Any]:
    return {
        "level": level_key(day.level),
        **second_columns(day.known_seconds),
        "coverage_ratio": day.coverage,
        "source": None if day.source is None else day.source.value,
        "disputed": day.disputed,
    }
