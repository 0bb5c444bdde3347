"""Prints a truth as an incident.io status page: the page's own data calls, the page and its feed.
Pure.

Sources: https://docs.incident.io/status-pages/widget-api,
https://docs.incident.io/status-pages/uptime-calculation. Everything is as of `now`. Kept on
purpose: a component that is not listed is operational, an open impact has no `end_at`, absent
values are the text ``$undefined`` inside the HTML, the Statuspage-compatible summary shows only 25
components in changing order and cannot say which component an incident concerns, and nothing
carries a validator.
"""

import re
from collections.abc import Callable
from datetime import datetime

from monitor.demo.incidentio import compat, data, html
from monitor.demo.incidentio.page import HEADERS, STATES, Page
from monitor.demo.posts import Answer, Query, not_found
from monitor.demo.truth import Truth

__all__ = ["HEADERS", "STATES", "answer"]

ROUTES: tuple[tuple[str, Callable[[Page, Query], Answer]], ...] = (
    (r"/", html.root),
    (r"/proxy/[^/]+", data.summary),
    (r"/proxy/[^/]+/component_impacts", data.impacts),
    (r"/proxy/[^/]+/incidents", data.incidents),
    (r"/api/v2/status\.json", compat.status),
    (r"/api/v2/summary\.json", compat.summary),
    (r"/api/v2/components\.json", compat.components),
    (r"/api/v2/incidents\.json", compat.incidents),
    (r"/feed\.atom", html.feed),
)


def answer(truth: Truth, path: str, query: Query, now: datetime) -> Answer:
    """Return (status, headers, body) of a GET at `now`; 404 for a path the platform does not have.

    Header names are lower case. Any host name is accepted after ``/proxy/``.
    """
    page = Page(truth, now)
    for pattern, handler in ROUTES:
        if re.fullmatch(pattern, path):
            return handler(page, query)
    return not_found(HEADERS)
