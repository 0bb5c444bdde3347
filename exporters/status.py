"""`monitor status` for people, for programs and for Nagios and its kin. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from exporters.wording import age_words, counts_text, iso, level_key, level_title
from monitor.model import Incident, Level
from monitor.plain import count_of, join_names
from monitor.statuses.status import Outcome, Status, Thresholds

_MOST_NAMES = 3
_MOST_TITLE = 80
"""How many characters of an incident's title are shown: it is the vendor's text, of any length."""


def text_lines(statuses: Sequence[Status], thresholds: Thresholds) -> Iterator[str]:
    """Yield a line a target, in columns, then what the worst of them is."""
    width = max((len(str(status.target)) for status in statuses), default=0)
    for status in statuses:
        outcome = thresholds.outcome(status.level)
        yield f"{outcome.name:<8}  {status.target!s:<{width}}  {_sentence(status)}"
    yield _summary(statuses, thresholds)


def nagios_lines(statuses: Sequence[Status], thresholds: Thresholds) -> Iterator[str]:
    """Yield the output of a plugin: what all come to with performance data, then a line a target.

    A target's datum is its level, 0 to 4, ``U`` when unknown, with our thresholds as ranges; and
    its age in seconds.
    """
    yield f"VENDORSTATUS {_summary(statuses, thresholds)} | {_performance(statuses, thresholds)}"
    for status in statuses:
        outcome = thresholds.outcome(status.level)
        yield f"{outcome.name} - {status.target}: {_sentence(status)}".replace("|", "¦")


def as_json(statuses: Sequence[Status], thresholds: Thresholds, as_of: datetime) -> dict[str, Any]:
    """Return the statuses as a JSON object; what is unknown is null."""
    outcome = thresholds.worst(statuses)
    return {
        "as_of": iso(as_of.astimezone(UTC)),
        "status": outcome.name.lower(),
        "exit_code": int(outcome),
        "targets": targets_json(statuses, thresholds),
    }


def failure_as_json(message: str, as_of: datetime) -> dict[str, Any]:
    """Return why the question could not be answered, as `as_json` would; nothing is known."""
    return {
        "as_of": iso(as_of.astimezone(UTC)),
        "status": Outcome.UNKNOWN.name.lower(),
        "exit_code": int(Outcome.UNKNOWN),
        "error": message,
        "targets": [],
    }


def targets_json(statuses: Iterable[Status], thresholds: Thresholds) -> list[dict[str, Any]]:
    """Return each status as a JSON object, in their order."""
    return [target_json(status, thresholds) for status in statuses]


def target_json(status: Status, thresholds: Thresholds) -> dict[str, Any]:
    """Return one status as a JSON object."""
    return {
        "target": str(status.target),
        "vendor": status.target.vendor,
        "components": status.target.components,
        "page": status.page,
        "status": thresholds.outcome(status.level).name.lower(),
        "level": level_key(status.level),
        "why_unknown": status.why_unknown,
        "components_at_level": list(status.component_names),
        "known_components": status.known_components,
        "counted_components": status.counted_components,
        "read_at": iso(status.read_at),
        "age_seconds": status.age_seconds,
        "interval_seconds": status.interval_seconds,
        "incidents": _incidents(status.incidents),
        "maintenances": _incidents(status.maintenances),
    }


def _incidents(incidents: Iterable[Incident]) -> list[dict[str, Any]]:
    return [_incident(incident) for incident in incidents]


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "title": incident.title,
        "status": incident.status,
        "started_at": iso(incident.started_at),
        "url": incident.url,
    }


def _summary(statuses: Sequence[Status], thresholds: Thresholds) -> str:
    """Return the worst outcome and how many targets there are of each, worst first."""
    words = (thresholds.outcome(status.level).name.lower() for status in statuses)
    counts = counts_text(words, ("critical", "unknown", "warning", "ok"))
    return f"{thresholds.worst(statuses).name}: {counts or 'nothing is watched'}"


def _sentence(status: Status) -> str:
    return "; ".join(part for part in _parts(status) if part)


def _parts(status: Status) -> Iterator[str]:
    yield level_title(status.level)
    yield status.why_unknown or ""
    if status.component_names:
        yield join_names(status.component_names, _MOST_NAMES)
    for incident in [*status.incidents, *status.maintenances][:1]:
        yield f'"{_shorten(incident.title)}" since {incident.started_at:%Y-%m-%d %H:%M} UTC'
    if status.counted_components:
        every = count_of(status.counted_components, "component")
        yield f"{status.known_components} of {every} known"
    if status.age_seconds is not None:
        yield f"read {age_words(status.age_seconds)}"


def _shorten(title: str) -> str:
    return title if len(title) <= _MOST_TITLE else f"{title[: _MOST_TITLE - 3]}..."


def _performance(statuses: Sequence[Status], thresholds: Thresholds) -> str:
    data = []
    for status in statuses:
        name = str(status.target).replace("'", "").replace("=", "").replace("|", "")
        level = "U" if status.level is None else int(status.level)
        # A range "0:2" alerts on what lies outside of it.
        ranges = f"0:{thresholds.warning - 1};0:{thresholds.critical - 1}"
        data.append(f"'{name}'={level};{ranges};0;{int(max(Level))}")
        if status.age_seconds is not None:
            data.append(f"'{name} age'={status.age_seconds:.0f}s")
    return " ".join(data)
