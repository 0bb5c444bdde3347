"""What Slack's status API is recognised by. Pure."""

import re
from collections.abc import Iterator

from monitor.kit.fields import has_keys
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json

HOSTS = frozenset({"slack-status.com", "www.slack-status.com", "status.slack.com"})

CURRENT = "/api/v2.0.0/current"
PROBE = Get(path=CURRENT)

QUIET = "ok"
BUSY = "active"

INCIDENT = {"id", "type", "status", "url", "services", "notes"}
ADDRESS = re.compile(r"https://(slack-status|status\.slack)\.com/\d{4}-\d\d/[0-9a-f]{8,}")


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Slack's status API: its incidents, and their addresses."""
    answer = try_json(response)
    incidents = _incidents_in(answer)
    if not isinstance(incidents, list) or not all(map(_is_incident, incidents)):
        return
    if isinstance(answer, dict) or incidents:
        yield Signal("shape", "incidents with a type, services and notes")
    if any(ADDRESS.match(str(incident["url"])) for incident in incidents):
        yield Signal("urls", "incidents have addresses on Slack's status host")


def _incidents_in(answer: object) -> object:
    """Return what stands where either answer has its incidents."""
    if (
        isinstance(answer, dict)
        and answer.get("status") in (QUIET, BUSY)
        and isinstance(answer.get("date_created"), str)
    ):
        return answer.get("active_incidents")
    return answer


def _is_incident(value: object) -> bool:
    return has_keys(value, INCIDENT)
