"""Prints a truth as an Atlassian Statuspage: the JSON API, the uptime record, the history and the
page itself. Pure.

Sources: https://metastatuspage.com/api, https://help.statuspage.io/help/uptime-calendar. Everything
is as of `now`. Kept on purpose: no validator but a weak one and no Last-Modified, 50 incidents
without paging, group rows among the components, a maintenance whose `started_at` is its
announcement, components that vanish from a resolved incident.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from monitor.demo.posts import Answer, Query, not_found
from monitor.demo.statuspage import api, history, html, uptime
from monitor.demo.statuspage.page import HEADERS, INDICATORS, STATES, Page
from monitor.demo.truth import Truth

__all__ = ["HEADERS", "INDICATORS", "STATES", "answer"]

Handler = Callable[[Page, Mapping[str, str], Query], Answer | None]


ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"/", html.root),
    (r"/api/v2/status\.json", api.status),
    (r"/api/v2/summary\.json", api.summary),
    (r"/api/v2/components\.json", api.components),
    (r"/api/v2/incidents\.json", api.incidents),
    (r"/api/v2/incidents/(?P<id>[a-z0-9]+)\.json", api.incident),
    (r"/api/v2/scheduled-maintenances\.json", api.maintenances),
    (r"/uptime_showcase", uptime.showcase),
    (r"/uptime/(?P<id>[a-z0-9]+)\.json", uptime.record),
    (r"/history\.json", history.months),
    (r"/history\.atom", history.feed),
)


def answer(truth: Truth, path: str, query: Query, now: datetime) -> Answer:
    """Return (status, headers, body) of a GET at `now`; 404 for a path the platform does not have.

    Header names are lower case. Conditional requests are the server's business; the validator is in
    ``etag``.
    """
    page = Page(truth, now)
    for pattern, handler in ROUTES:
        if match := re.fullmatch(pattern, path):
            return handler(page, match.groupdict(), query) or not_found(HEADERS)
    return not_found(HEADERS)
