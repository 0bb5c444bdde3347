"""What vendors told of: incidents and maintenances, of one vendor or of all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, Subject, address, desk_of
from exporters.api.forms import INCIDENT, now_head
from exporters.api.paging import page
from exporters.api.parameters import Incidents
from exporters.api.problems import BadParameter
from exporters.tables.incidents import incident_row
from exporters.wording import iso, level_key
from monitor import answers
from monitor.model import Incident, Phase, Window

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Told:
    """One incident of one vendor."""

    subject: Subject
    found: answers.IncidentLevel

    @property
    def key(self) -> tuple[int, str, str]:
        """Its place: the latest start first."""
        incident = self.found.incident
        started = round(incident.started_at.timestamp() * 1_000_000)
        return -started, self.subject.page.slug, incident.id


@router.get("/incidents", response_model=models.Incidents, summary="Incidents and maintenances")
async def incidents(request: Request, asked: Annotated[Incidents, Query()]) -> Response:
    """Answer the incidents and maintenances that touch the days of the window, latest first."""
    if asked.component is not None and len(asked.vendor) != 1:
        raise BadParameter("component: it is one of a vendor; name that vendor, and only that one")

    def ask(moment: Moment) -> Reply:
        subjects = _subjects(moment, asked.vendor)
        windows = [asked.window(subject, moment.window_days) for subject in subjects]
        component = None if asked.component is None else subjects[0].component(asked.component).id
        return Reply.about_all(
            subjects, moment.now, lambda: _incidents(moment, subjects, windows, component, asked)
        )

    return await desk_of(request).answer(request, ask)


def _subjects(moment: Moment, words: Sequence[str]) -> list[Subject]:
    if not words:
        return moment.subjects(sorted(moment.vendors))
    found = {subject.page.slug: subject for subject in map(moment.subject, words)}
    return list(found.values())


def _incidents(
    moment: Moment,
    subjects: Sequence[Subject],
    windows: Sequence[Window],
    component: str | None,
    asked: Incidents,
) -> Mapping[str, Any]:
    told: list[_Told] = []
    for subject, window in zip(subjects, windows, strict=True):
        told += _told(subject, window, component, asked)
    part = page(told, lambda each: each.key, asked.limit, asked.cursor)
    return {
        **now_head(min(moment.now, asked.known_at or moment.now), INCIDENT),
        "known_at": iso(asked.known_at),
        "vendors": [_reach(*each) for each in zip(subjects, windows, strict=True)],
        "incidents": list(map(_incident, part.entries)),
        "next_cursor": part.cursor,
    }


def _told(
    subject: Subject, window: Window, component: str | None, asked: Incidents
) -> Iterator[_Told]:
    every = answers.incidents(
        subject.store,
        subject.page,
        subject.vendor,
        window,
        now=subject.now,
        known_at=asked.known_at,
        raw=asked.is_raw,
    )
    for found in every:
        is_named = component is None or component in found.incident.component_ids
        if is_named and _is_wanted(found, asked):
            yield _Told(subject, found)


def _is_wanted(found: answers.IncidentLevel, asked: Incidents) -> bool:
    incident = found.incident
    if asked.level and level_key(found.level) not in asked.level:
        return False
    if asked.maintenance is not None and incident.maintenance is not asked.maintenance:
        return False
    return asked.open is None or _is_open(incident) is asked.open


def _is_open(incident: Incident) -> bool:
    """Whether it goes on. An announced maintenance does not yet, and is not over either."""
    return incident.phase is Phase.OPEN


def _reach(subject: Subject, window: Window) -> dict[str, Any]:
    slug = subject.page.slug
    return {
        "vendor": slug,
        "zone": subject.page.zone_name,
        "window": {"first": iso(window.first), "last": iso(window.last)},
        "coverage": address(f"/vendors/{slug}", since=window.first, until=window.last),
    }


def _incident(told: _Told) -> dict[str, Any]:
    incident, row = told.found.incident, told.subject.page
    slugs = {entry.id: entry.slug for entry in told.found.components}
    columns = incident_row(row, incident, slugs)
    texts = {key: _text(value) for key, value in columns.items()}
    return {
        **texts,
        "id": incident.id,
        "level": level_key(told.found.level),
        "component_ids": list(incident.component_ids),
    }


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
