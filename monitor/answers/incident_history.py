"""How one incident was told: every version of it that we read, its messages and its claims."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from monitor.answers.explanation import IncidentAccount
from monitor.answers.incidents import worst_of
from monitor.config import VendorConfig
from monitor.intervals import day_of, days_between
from monitor.model import Incident, KnownComponent, Level, PageFacts, Phase, by_id
from monitor.overrides import apply, overridden, overrides_by_id
from monitor.store import IncidentVersion, PageRecord, Store

FIELDS = (
    "title",
    "impact",
    "status",
    "phase",
    "maintenance",
    "started_at",
    "resolved_at",
    "component_ids",
    "url",
    "unlisted_at",
)
"""What an incident says, in the order in which it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEdit:
    """One field that another version of an incident has otherwise; `seen_at` (UTC) is when that
    version was read first. `is_afterwards`: the incident was over by then, or the vendor withdrew
    it.
    """

    field: str
    before: Incident
    after: Incident
    seen_at: datetime
    is_afterwards: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentHistory:
    """An incident as it stands (`account`), and how it came to that. `versions` and `edits` are
    oldest first, `components` all of the page by id, `days` those of the page's zone that it
    touches until now. `level` is the worst at which it put a component, None = none is known. The
    user's overrides count in it and in the impacts.
    """

    page: PageRecord
    vendor: VendorConfig
    account: IncidentAccount
    level: Level | None
    components: Mapping[str, KnownComponent]
    versions: tuple[IncidentVersion, ...]
    edits: tuple[FieldEdit, ...]
    days: tuple[date, ...]


def incident_history(
    store: Store, page: PageRecord, vendor: VendorConfig, incident_id: str, now: datetime
) -> IncidentHistory | None:
    """Return how an incident was told until `now`; None = the page told of none by that id."""
    versions = _read_by(now, store.incident_versions(page.id, incident_id))
    if not versions:
        return None
    incident = versions[-1].incident
    impacts = store.incident_impacts(page.id, incident_id)
    facts = PageFacts(incidents=(incident,), impacts=tuple(impacts))
    decisions = overrides_by_id(overridden(facts.incidents, vendor.overrides))
    messages = store.incident_updates(page.id, incident_id, known_at=now, edits=True)
    account = IncidentAccount(
        incident=incident,
        impacts=apply(facts, vendor.overrides).impacts,
        messages=tuple(messages),
        override=decisions.get(incident_id),
    )
    return IncidentHistory(
        page=page,
        vendor=vendor,
        account=account,
        level=worst_of(account.impacts, vendor),
        components=by_id(store.known_components(page.id)),
        versions=versions,
        edits=tuple(field_edits(versions)),
        days=tuple(_days(account, page, now)),
    )


def _read_by(moment: datetime, versions: Iterable[IncidentVersion]) -> tuple[IncidentVersion, ...]:
    return tuple(version for version in versions if version.recorded_at <= moment)


def field_edits(versions: Iterable[IncidentVersion]) -> Iterator[FieldEdit]:
    """Yield what each version, given oldest first, says otherwise than the one before."""
    for before, after in pairwise(versions):
        is_withdrawn = after.incident.phase is Phase.WITHDRAWN
        for field in FIELDS:
            if _value(before.incident, field) != _value(after.incident, field):
                yield FieldEdit(
                    field=field,
                    before=before.incident,
                    after=after.incident,
                    seen_at=after.recorded_at,
                    is_afterwards=before.incident.phase is Phase.CLOSED or is_withdrawn,
                )


def _value(incident: Incident, field: str) -> object:
    value: object = getattr(incident, field)
    return frozenset(value) if isinstance(value, tuple) else value


def _days(account: IncidentAccount, page: PageRecord, now: datetime) -> Iterator[date]:
    """Yield the days from the first instant that it tells of to the last one, up to now."""
    incident = account.incident
    starts = [incident.started_at, *(impact.start for impact in account.impacts)]
    ends = [incident.resolved_at or now, *(impact.end or now for impact in account.impacts)]
    first, last = min(starts), min(max(ends), now)
    if first <= last:
        yield from days_between(day_of(first, page.zone), day_of(last, page.zone))
