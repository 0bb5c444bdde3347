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
from exporters.wording import iso, level_key, window_json
from monitor import answers
from monitor.lookups import slugs_by_id
from monitor.model import Incident, Phase, Window

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Row:
    """One incident of one vendor."""

    subject: Subject
    entry: answers.IncidentLevel

    @property
    def key(self) -> tuple[int, str, str]:
        """Its place: the latest start first."""
        incident = self.entry.incident
        microseconds = round(incident.started_at.timestamp() * 1_000_000)
        return -microseconds, self.subject.page.slug, incident.id


@router.get("/incidents", response_model=models.Incidents, summary="Incidents and maintenances")
async def incidents(request: Request, parameters: Annotated[Incidents, Query()]) -> Response:
    """Answer the incidents and maintenances that touch the days of the window, latest first."""
    if parameters.component is not None and len(parameters.vendor) != 1:
        raise BadParameter("component: it is one of a vendor; name that vendor, and only that one")

    def ask(moment: Moment) -> Reply:
        subjects = _subjects(moment, parameters.vendor)
        windows = [parameters.window(subject, moment.window_days) for subject in subjects]
        name = parameters.component
        component = None if name is None else subjects[0].component(name).id
        return Reply.about_all(
            subjects,
            moment.now,
            lambda: _incidents(moment, subjects, windows, component, parameters),
        )

    return await desk_of(request).answer(request, ask)


def _subjects(moment: Moment, words: Sequence[str]) -> list[Subject]:
    if not words:
        return moment.subjects(sorted(moment.vendors))
    return moment.distinct_subjects(words)


def _incidents(
    moment: Moment,
    subjects: Sequence[Subject],
    windows: Sequence[Window],
    component: str | None,
    parameters: Incidents,
) -> Mapping[str, Any]:
    rows: list[_Row] = []
    for subject, window in zip(subjects, windows, strict=True):
        rows += _rows(subject, window, component, parameters)
    part = page(rows, lambda each: each.key, parameters.limit, parameters.cursor)
    return {
        **now_head(min(moment.now, parameters.known_at or moment.now), INCIDENT),
        "known_at": iso(parameters.known_at),
        "vendors": [_reach(*each) for each in zip(subjects, windows, strict=True)],
        "incidents": list(map(_incident, part.entries)),
        "next_cursor": part.cursor,
    }


def _rows(
    subject: Subject, window: Window, component: str | None, parameters: Incidents
) -> Iterator[_Row]:
    every = answers.incidents(
        subject.store,
        subject.page,
        subject.vendor,
        window,
        now=subject.now,
        known_at=parameters.known_at,
        raw=parameters.is_raw,
    )
    for entry in every:
        is_named = component is None or component in entry.incident.component_ids
        if is_named and _is_wanted(entry, parameters):
            yield _Row(subject, entry)


def _is_wanted(entry: answers.IncidentLevel, parameters: Incidents) -> bool:
    incident = entry.incident
    if parameters.level and level_key(entry.level) not in parameters.level:
        return False
    if parameters.maintenance is not None and incident.maintenance is not parameters.maintenance:
        return False
    return parameters.open is None or _is_open(incident) is parameters.open


def _is_open(incident: Incident) -> bool:
    """Whether it goes on. An announced maintenance does not yet, and is not over either."""
    return incident.phase is Phase.OPEN


def _reach(subject: Subject, window: Window) -> dict[str, Any]:
    slug = subject.page.slug
    return {
        "vendor": slug,
        "zone": subject.page.zone_name,
        "window": window_json(window),
        "coverage": address(f"/vendors/{slug}", since=window.first, until=window.last),
    }


def _incident(row: _Row) -> dict[str, Any]:
    incident = row.entry.incident
    columns = incident_row(row.subject.page, incident, slugs_by_id(row.entry.components))
    texts = {key: _text(value) for key, value in columns.items()}
    return {
        **texts,
        "id": incident.id,
        "level": level_key(row.entry.level),
        "component_ids": list(incident.component_ids),
    }


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
