"""Explained days as the documented JSON object. Pure.

Instants are UTC in ISO 8601, days those of the page's zone, shares 0..1; what is unknown is null.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from exporters.explain.coverage import covered_parts
from exporters.explain.incidents import current_message_keys
from exporters.explain.phrases import SOURCE_REASONS, dispute_reason, why_unknown
from exporters.figures import second_columns
from exporters.names import NO_NAMES, name_columns
from exporters.wording import iso, level_key
from monitor.answers import DayAccount, Dispute, Explanation, IncidentAccount, Overview
from monitor.impacts import impact_level
from monitor.model import Bar, Day, Impact, Incident, KnownComponent, ObservedRun, PostedState
from monitor.store import DayRevision, PinnedBody, UpdateVersion

_Components = Mapping[str, KnownComponent]


def overview_json(overview: Overview, days: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the object for a span with these of its days."""
    page, component = overview.page, overview.component
    return {
        "vendor": page.slug,
        "name": page.page_name or page.name,
        "page": page.url,
        "zone": page.zone_name,
        "as_of": iso(overview.as_of),
        "component": None if component is None else _component(component.id, overview.components),
        "first": iso(overview.window.first),
        "last": iso(overview.window.last),
        "days": list(days),
    }


def account_json(account: DayAccount, overview: Overview) -> dict[str, Any]:
    """Return one day of a span at a glance."""
    return _day(account.day, overview.components, account.disputes, account.incidents)


def _day(
    day: Day,
    components: _Components,
    disputes: Sequence[Dispute],
    incidents: Sequence[Incident],
) -> dict[str, Any]:
    """Return a day at a glance; `seconds_of` is the component whose seconds a vendor's day has."""
    whose = None if day.component_id is None else _component(day.component_id, components)
    return {
        "day": iso(day.day),
        "level": level_key(day.level),
        "absence": None if day.absence is None else day.absence.value,
        **second_columns(day.known_seconds),
        "seconds_of": whose,
        "source": None if day.source is None else day.source.value,
        "source_reason": None if day.source is None else SOURCE_REASONS[day.source],
        "confidence": None if day.confidence is None else day.confidence.value,
        "length_seconds": day.length_seconds,
        "covered_seconds": day.covered_seconds,
        "coverage_ratio": day.coverage,
        "known_components": day.known_components,
        "counted_components": day.counted_components,
        "disputed": day.disputed,
        "disputes": [_dispute(dispute, components) for dispute in disputes],
        "incidents": list(map(_incident, incidents)),
    }


def explained_json(explanation: Explanation) -> dict[str, Any]:
    """Return one day with everything that is behind it."""
    day, components = explanation.day, explanation.components
    return {
        **_day(day, components, explanation.disputes, ()),
        "start": iso(explanation.span.start),
        "end": iso(explanation.span.end),
        "worst_components": list(_worst(explanation)),
        "unknown_because": why_unknown(explanation) if day.level is None else None,
        "incidents": [_account(account, explanation) for account in explanation.incidents],
        "impacts": _impacts(explanation.loose_impacts, explanation),
        "bars": [_bar(bar, components) for bar in explanation.bars],
        "polls": [_run(run, components) for run in explanation.runs],
        "sources": list(_sources(explanation)),
        "revisions": list(map(_revision, explanation.revisions)),
        "answers": list(map(_body, explanation.bodies)),
    }


def _component(component_id: str, components: _Components) -> dict[str, Any]:
    """Return a component by its names; null names for one that the page does not list."""
    entry = components.get(component_id)
    if entry is None:
        return NO_NAMES | {"component_id": component_id}
    return name_columns(entry.slug, entry.component)


def _dispute(dispute: Dispute, components: _Components) -> dict[str, Any]:
    return {
        **_component(dispute.component.id, components),
        "reason": dispute_reason(dispute),
        "counted": second_columns(dispute.day.seconds),
        "other": second_columns(dispute.other),
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "title": incident.title,
        "url": incident.url,
        "maintenance": incident.maintenance,
        "impact": incident.impact,
        "status": incident.status,
        "phase": incident.phase.value,
        "started_at": iso(incident.started_at),
        "resolved_at": iso(incident.resolved_at),
        "unlisted_at": iso(incident.unlisted_at),
        "component_ids": list(incident.component_ids),
    }


def _account(account: IncidentAccount, explanation: Explanation) -> dict[str, Any]:
    override, decision = account.override, None
    if override is not None:
        decision = {
            "decision": override.decision,
            "reason": override.reason,
            "day": iso(override.decided),
        }
    return {
        **_incident(account.incident),
        "override": decision,
        "impacts": _impacts(account.impacts, explanation),
        "updates": list(_updates(account, explanation.components)),
    }


def _impacts(impacts: Iterable[Impact], explanation: Explanation) -> list[dict[str, Any]]:
    return [_impact(impact, explanation) for impact in impacts]


def _updates(account: IncidentAccount, components: _Components) -> Iterator[dict[str, Any]]:
    current_keys = current_message_keys(account)
    for version in account.messages:
        yield _update(version, components, is_current=version.update.key in current_keys)


def _worst(explanation: Explanation) -> Iterator[dict[str, Any]]:
    for entry in explanation.worst:
        component = _component(entry.component.id, explanation.components)
        yield component | second_columns(entry.day.seconds)


def _impact(impact: Impact, explanation: Explanation) -> dict[str, Any]:
    return {
        **_component(impact.component_id, explanation.components),
        "level": level_key(impact_level(impact, explanation.vendor.impact_mapping)),
        "word": impact.word,
        "start": iso(impact.start),
        "end": iso(impact.end),
        "basis": impact.basis.value,
        "source": impact.source,
    }


def _update(version: UpdateVersion, components: _Components, *, is_current: bool) -> dict[str, Any]:
    """Return one version of a message; what became of it is null while the vendor shows it so."""
    update = version.update
    fate = None
    if version.superseded_at is not None:
        fate = "edited" if is_current else "taken back"
    return {
        "posted_at": iso(update.at),
        "status": update.status or None,
        "text": update.text,
        "states": [_state(state, components) for state in update.states],
        "read_at": iso(version.recorded_at),
        "superseded_at": iso(version.superseded_at),
        "superseded_because": fate,
    }


def _state(state: PostedState, components: _Components) -> dict[str, Any]:
    return {
        **_component(state.component_id, components),
        "level": level_key(state.level),
        "word": state.word,
        "level_before": level_key(state.before),
    }


def _bar(bar: Bar, components: _Components) -> dict[str, Any]:
    return {
        **_component(bar.component_id, components),
        "partial_seconds": bar.partial_seconds,
        "major_seconds": bar.major_seconds,
        "incident_ids": list(bar.incident_ids),
        "source": bar.source,
    }


def _run(run: ObservedRun, components: _Components) -> dict[str, Any]:
    return {
        **_component(run.component_id, components),
        "level": level_key(run.level),
        "start": iso(run.span.start),
        "end": iso(run.span.end),
    }


def _sources(explanation: Explanation) -> Iterator[dict[str, Any]]:
    """Yield what each source covers of the day; a component of null is all of them."""
    for part in covered_parts(explanation):
        inside = part.span.clip(explanation.span)
        if inside is not None:
            yield {
                "source": part.aspect.value,
                "component_id": part.component_id,
                "start": iso(inside.start),
                "end": iso(inside.end),
            }


def _revision(revision: DayRevision) -> dict[str, Any]:
    day = revision.day
    return {
        "revision": revision.revision,
        "level": level_key(day.level),
        **second_columns(day.known_seconds),
        "source": None if day.source is None else day.source.value,
        "disputed": day.disputed,
        "recorded_at": iso(revision.recorded_at),
        "superseded_at": iso(revision.superseded_at),
    }


def _body(body: PinnedBody) -> dict[str, Any]:
    ref = body.ref
    return {
        "url": ref.url,
        "status": ref.status,
        "read_at": iso(ref.read_at),
        "bytes": body.size_bytes,
        "media_type": body.media_type,
        "sha256": ref.sha256,
        "why": list(body.why),
    }
