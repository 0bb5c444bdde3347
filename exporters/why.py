"""The reasons of one day, or of two with what differs between them, as text and as JSON. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from exporters.wording import level_key, level_title, percent
from monitor.answers import Reasons
from monitor.model import Day
from monitor.plain import duration, indent


def lines(days: Sequence[Reasons]) -> Iterator[str]:
    """Yield one or two days as lines of text, and of two what differs between them."""
    for reasons in days:
        yield from _lines(reasons)
        yield ""
    if len(days) > 1:
        yield "what differs:"
        yield from indent(differences(*days[:2]) or ["nothing"])


def _lines(reasons: Reasons) -> Iterator[str]:
    yield f"{reasons.name}, {reasons.day.day} ({reasons.zone}): {_verdict(reasons.day)}"
    yield f"  rule: {reasons.rule}"
    if reasons.seconds_of is not None:
        yield f"  seconds: those of {reasons.seconds_of}, which was out or bad longest"
    yield from indent(reasons.witnesses, "  witness: ")
    if not reasons.changes:
        yield "  no single change of a source, an incident or a setting would make it another day"
        return
    yield "  it would be another day:"
    for change in reasons.changes:
        yield f"    {change.what}: {_verdict(change.day)}"


def _verdict(day: Day) -> str:
    if day.known_seconds is None:
        return level_title(day.level)
    return f"{level_title(day.level)}, outage {duration(day.known_seconds.outage)}"


def differences(one: Reasons, other: Reasons) -> list[str]:
    """Return in what two days differ, one line each; empty when they are alike."""
    ours, theirs = dict(_traits(one)), dict(_traits(other))
    return [f"{name}: {ours[name]} | {theirs[name]}" for name in ours if ours[name] != theirs[name]]


def _traits(reasons: Reasons) -> Iterator[tuple[str, str]]:
    day = reasons.day
    yield "level", level_title(day.level)
    yield "outage", "unknown" if day.known_seconds is None else duration(day.known_seconds.outage)
    yield "known", percent(day.coverage)
    yield "rule", reasons.rule
    yield "source", day.source.value if day.source else "none"
    yield "witness", "; ".join(reasons.witnesses) or "none"
    yield "changed by", "; ".join(change.what for change in reasons.changes) or "nothing"


def as_json(days: Sequence[Reasons]) -> dict[str, Any]:
    """Return the days as JSON; unknown levels and outage seconds are null."""
    document: dict[str, Any] = {"days": list(map(_json, days))}
    return document | {"differences": differences(*days[:2])} if len(days) > 1 else document


def _json(reasons: Reasons) -> dict[str, Any]:
    return {
        "name": reasons.name,
        "day": reasons.day.day.isoformat(),
        "zone": reasons.zone,
        **_day_json(reasons.day),
        "seconds_of": reasons.seconds_of,
        "rule": reasons.rule,
        "witnesses": list(reasons.witnesses),
        "changes": [
            {"kind": change.kind, "what": change.what, **_day_json(change.day)}
            for change in reasons.changes
        ],
    }


def _day_json(day: Day) -> dict[str, Any]:
    seconds = day.known_seconds
    return {
        "level": level_key(day.level),
        "outage_seconds": None if seconds is None else seconds.outage,
    }
