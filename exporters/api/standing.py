"""How vendors stand now, one and all of them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, Subject, address, desk_of
from exporters.api.forms import STANDING, maybe_incidents, now_head
from exporters.api.paging import Page, page
from exporters.api.parameters import Nothing, Paged, VendorPath
from exporters.wording import level_key
from monitor import answers
from monitor.lookups import slugs_by_id
from monitor.model import KnownComponent
from monitor.shares import maybe_share
from monitor.store import CurrentState

router = APIRouter()


@router.get("/vendors", response_model=models.Vendors, summary="The vendors, each as it stands")
async def vendors(request: Request, parameters: Annotated[Paged, Query()]) -> Response:
    """Answer the vendors that are watched, by slug."""

    def ask(moment: Moment) -> Reply:
        part = page(moment.vendors, lambda slug: (slug,), parameters.limit, parameters.cursor)
        subjects = moment.subjects(part.entries)
        return Reply.about_all(subjects, moment.now, lambda: _vendors(moment, subjects, part))

    return await desk_of(request).answer(request, ask)


def _vendors(moment: Moment, subjects: Sequence[Subject], part: Page[str]) -> Mapping[str, Any]:
    entries = []
    for subject in subjects:
        current = subject.store.current(subject.page.id)
        slug = subject.page.slug
        entries.append({**_standing(subject, current), "url": address(f"/vendors/{slug}")})
    return {
        **now_head(moment.now, STANDING),
        "vendors": entries,
        "next_cursor": part.cursor,
    }


@router.get(
    "/vendors/{vendor}/standing",
    response_model=models.WholeStanding,
    summary="How a vendor stands now",
)
async def standing(
    request: Request, vendor: VendorPath, _parameters: Annotated[Nothing, Query()]
) -> Response:
    """Answer the vendor's level, those of its components, and what goes on."""

    def ask(moment: Moment) -> Reply:
        subject = moment.subject(vendor)
        return Reply.about(subject, lambda: _whole(subject))

    return await desk_of(request).answer(request, ask)


def _whole(subject: Subject) -> Mapping[str, Any]:
    current = subject.store.current(subject.page.id)
    now = answers.standing(subject.store, subject.page, subject.vendor, subject.now)
    slugs = slugs_by_id(current.components)
    return {
        **_standing(subject, current),
        "levels": dict(_levels(now, current.components)),
        "open_incidents": maybe_incidents(now.incidents, slugs),
        "open_maintenances": maybe_incidents(now.maintenances, slugs),
    }


def _levels(
    now: answers.Standing, components: Sequence[KnownComponent]
) -> list[tuple[str, str | None]]:
    """Return the level of each component on the page by its slug."""
    return [(entry.slug, level_key(now.levels.get(entry.id))) for entry in components]


def _standing(subject: Subject, current: CurrentState) -> dict[str, Any]:
    row, vendor = subject.page, subject.vendor
    now = answers.standing(subject.store, row, vendor, subject.now)
    target = answers.Target(row.slug)
    check = answers.status_of(row, current, vendor, target, subject.now)
    return {
        **now_head(subject.now, STANDING),
        "vendor": row.slug,
        "name": row.page_name or row.name,
        "page": row.url,
        "platform": row.platform,
        "zone": row.zone_name,
        "freshness": now.freshness.value,
        "read_at": None if now.read_at is None else now.read_at.isoformat(),
        "current_level": level_key(now.level),
        "known_components": now.known_components,
        "counted_components": now.counted_components,
        "coverage_ratio": maybe_share(now.known_components, now.counted_components),
        "error": row.last_error_message if row.last_ok is False else None,
        "remark": row.remark,
        "check": {
            "outcome": answers.Thresholds().outcome(check.level).name.lower(),
            "level": level_key(check.level),
            "why_unknown": check.why_unknown,
        },
    }
