"""Prints a world as a page of each platform: pure functions of world, path, query and instant. One
file a platform."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from monitor.demo.posts import Answer, Query
from timeline.pages import betterstack, google, incidentio, instatus, slack, statuspage
from timeline.pages.common import Print
from timeline.world import World

PAGES: dict[str, Callable[[Print, str, Query], Answer]] = {
    "statuspage": statuspage.answer,
    "incidentio": incidentio.answer,
    "betterstack": betterstack.answer,
    "instatus": instatus.answer,
    "slack": slack.answer,
    "google": google.answer,
}


def answer(world: World, path: str, query: Query, now: datetime) -> Answer:
    """Return (status, headers, body) of a GET at `now`, whatever ails the page. Half of the hosts
    say what time it is."""
    status, headers, body = _answer(world, path, query, now)
    dated = {"date": format_datetime(now, usegmt=True)} if world.seed % 2 else {}
    return status, {**headers, **dated}, body


def _answer(world: World, path: str, query: Query, now: datetime) -> Answer:
    ailment = world.ailment(now)
    if ailment == "another" and world.stranger is not None:
        return _answer(world.stranger, path, query, now)
    match ailment:
        case "blocked":
            return (
                403,
                {"server": "cloudflare", "cf-mitigated": "challenge", "content-type": "text/html"},
                CHALLENGE,
            )
        case "empty":
            return 200, {"content-type": "application/json"}, b""
        case "failing":
            return (
                502,
                {"content-type": "text/html"},
                b"<html><title>502 Bad Gateway</title></html>",
            )
    return PAGES[world.platform](Print(world, now), path, query)


CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
