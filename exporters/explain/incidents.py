"""An incident as it bears on a day: what it claims, and how it was told. Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import tzinfo

from exporters.explain.forms import Entry
from exporters.explain.phrases import local
from monitor.answers import Explanation, IncidentAccount
from monitor.impacts import impact_level
from monitor.model import Basis, Impact, Incident, Level, Phase, PostedState
from monitor.store import UpdateVersion


def incident_entries(account: IncidentAccount, explanation: Explanation) -> Iterator[Entry]:
    """Yield an incident: when and where it was, what you decided, its impacts and its messages."""
    incident, override, zone = account.incident, account.override, explanation.page.zone
    kind = "maintenance" if incident.maintenance else "incident"
    state = f"impact {incident.impact}, {incident.status}, {incident.phase.value}"
    yield Entry(f"{incident.title} ({kind} {incident.id}, {state})")
    yield Entry(_when(incident, zone), 1)
    if incident.url:
        yield Entry(incident.url, 1, link=incident.url)
    if override is not None:
        decision = f"{override.decision}, because {override.reason}"
        yield Entry(f"DECIDED BY YOU on {override.decided}: {decision}", 1)
    for impact in account.impacts:
        yield Entry(impact_text(impact, explanation), 1)
    if incident.unlisted_at:
        since = local(incident.unlisted_at, zone)
        yield Entry(f"no longer on the vendor's list since {since}", 1)
    yield from _message_entries(account, explanation)
    if not incident.component_ids:
        yield Entry("names no component, so it changes no level", 1)


def _when(incident: Incident, zone: tzinfo) -> str:
    start, end = local(incident.started_at, zone), incident.resolved_at
    if end is not None:
        return f"{start} to {local(end, zone)}"
    is_over = incident.phase is Phase.CLOSED
    return f"since {start}, over, its end was not told" if is_over else f"since {start}, not ended"


def _message_entries(account: IncidentAccount, explanation: Explanation) -> Iterator[Entry]:
    """Yield each message: what it said, what it posted, and when we read it so."""
    if account.messages:
        yield Entry("how it was told:", 1)
    current_keys = current_message_keys(account)
    for version in account.messages:
        update = version.update
        posted_at = local(update.at, explanation.page.zone)
        reading = _reading(version, current_keys, explanation)
        yield Entry(f"{posted_at} {update.status or 'without a status'} ({reading})", 2)
        for state in update.states:
            yield Entry(_state(state, explanation), 3)
        for line in update.text.splitlines():
            yield Entry(f"| {line}", 3)


def current_message_keys(account: IncidentAccount) -> set[str]:
    """Return the messages that the vendor still shows, edited or not."""
    return {each.update.key for each in account.messages if each.superseded_at is None}


def _reading(
    version: UpdateVersion, current_keys: Collection[str], explanation: Explanation
) -> str:
    zone = explanation.page.zone
    reading = f"read {local(version.recorded_at, zone)}"
    if version.superseded_at is None:
        return reading
    what = "edited" if version.update.key in current_keys else "taken back"
    return f"{reading}, {what} before {local(version.superseded_at, zone)}"


def _state(state: PostedState, explanation: Explanation) -> str:
    return f"{explanation.name_of(state.component_id)}: {state_words(state)}"


def state_words(state: PostedState) -> str:
    """Return the level that a message put a component at, and the one before where it says so."""
    level = f"unknown word {state.word!r}" if state.level is None else state.level.title
    before = "" if state.before is None else f", before {state.before.title}"
    return f"{level}{before}"


def impact_text(impact: Impact, explanation: Explanation) -> str:
    """Return an impact: of which component, at which level, when, and who says so."""
    zone = explanation.page.zone
    when = f"since {local(impact.start, zone)}, still going on when last read"
    if impact.end is not None:
        when = f"{local(impact.start, zone)} to {local(impact.end, zone)}"
    return (
        f"{explanation.name_of(impact.component_id)}:"
        f" {impact_words(impact, explanation.vendor.impact_mapping)},"
        f" {when} [{impact.basis.value}, {impact.source}]"
    )


def impact_words(impact: Impact, mapping: Mapping[str, Level]) -> str:
    """Return the level an impact stands for, and why; it is unknown where nobody can read its
    word.
    """
    level = impact_level(impact, mapping)
    if level is None:
        return f"unknown, its word {impact.word!r} is in no mapping" if impact.word else "unknown"
    if impact.basis is Basis.INFERRED:
        return f"{level.title}, inferred from {impact.word!r}"
    return level.title
