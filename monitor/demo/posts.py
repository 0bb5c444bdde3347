"""What a vendor posts about an incident: the updates both platforms print, and answers over HTTP.
Pure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from hashlib import sha256

from monitor.demo.truth import Truth, TruthIncident
from monitor.model import Level

Answer = tuple[int, dict[str, str], bytes]
Query = Mapping[str, str]

TEXTS = {
    "investigating": "We are investigating reports of problems.",
    "identified": "The cause has been identified and a fix is being prepared.",
    "monitoring": "A fix is in place and we are monitoring the recovery.",
    "resolved": "This incident has been resolved.",
    "postmortem": "A write-up of this incident is available.",
    "scheduled": "We will carry out planned work. Short interruptions are possible.",
    "in_progress": "The planned work has begun.",
    "completed": "The planned work is complete.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One update: `states` maps every component named so far to (level before, level after); None =
    only a text.
    """

    at: datetime
    status: str
    states: Mapping[str, tuple[Level, Level]] | None

    @property
    def text(self) -> str:
        """The words of the update."""
        return TEXTS[self.status]


def posts(incident: TruthIncident, now: datetime) -> list[Post]:
    """Return the updates posted by `now`, oldest first; every change of a component's level is in
    one of them.
    """
    updates: list[Post] = []
    before: dict[str, Level] = {}
    for at in sorted(set(incident.instants())):
        if at > now:
            break
        after = {}
        states = {}
        for key in incident.component_ids(at):
            after[key] = incident.level(key, at)
            states[key] = before.get(key, Level.OPERATIONAL), after[key]
        only_text = at in incident.notes or not states
        status = _status(incident, at, after, first=not updates)
        updates.append(Post(at=at, status=status, states=None if only_text else states))
        before = after
    return updates


def _status(
    incident: TruthIncident,
    at: datetime,
    after: Mapping[str, Level],
    *,
    first: bool,
) -> str:
    if incident.maintenance:
        if incident.is_over(at):
            return "completed"
        return "in_progress" if incident.started_at <= at else "scheduled"
    if incident.is_over(at):
        return "resolved" if at == incident.resolved_at else "postmortem"
    if first:
        return "investigating"
    is_well = bool(after) and max(after.values()) is Level.OPERATIONAL
    return "monitoring" if is_well else "identified"


def current_incidents(truth: Truth, now: datetime, *, maintenance: bool) -> list[TruthIncident]:
    """Return what has been announced or begun and has not ended, newest first."""
    incidents = newest_of(truth, now, maintenance=maintenance)
    return [incident for incident in incidents if not incident.is_over(now)]


def newest_of(truth: Truth, now: datetime, *, maintenance: bool) -> list[TruthIncident]:
    """Return the incidents, or the maintenances, as `newest_first` orders them."""
    return [each for each in newest_first(truth, now) if each.maintenance is maintenance]


def newest_first(truth: Truth, now: datetime) -> list[TruthIncident]:
    """Return what has been announced or begun, the last first."""
    return sorted(truth.visible(now), key=lambda incident: incident.visible_at, reverse=True)


def floor2(percent: Decimal) -> Decimal:
    """Return the number cut to two decimals, as vendors print it."""
    return percent.quantize(Decimal("0.01"), rounding=ROUND_FLOOR)


def json_answer(document: object, headers: Mapping[str, str], *, etag: bool = False) -> Answer:
    """Answer 200 with a JSON document, with a weak validator if `etag`."""
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return ok(body, {**headers, "content-type": "application/json; charset=utf-8"}, etag=etag)


def ok(body: bytes, headers: Mapping[str, str], *, etag: bool = False) -> Answer:
    """Answer 200 with a body, with a weak validator if `etag`."""
    validator = {"etag": f'W/"{sha256(body).hexdigest()[:32]}"'} if etag else {}
    return 200, {**headers, **validator}, body


def not_found(headers: Mapping[str, str]) -> Answer:
    """Answer 404."""
    return (
        404,
        {**headers, "content-type": "text/html; charset=utf-8"},
        b"<!DOCTYPE html><title>Not Found</title>",
    )
