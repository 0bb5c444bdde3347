"""The page itself."""

from collections.abc import Mapping
from html import escape

from monitor.demo.posts import Answer, Query, ok
from monitor.demo.statuspage.api import overall_status
from monitor.demo.statuspage.page import HEADERS, STATES, Page
from monitor.demo.truth import TruthComponent


def root(page: Page, _parts: Mapping[str, str], _query: Query) -> Answer:
    """Answer with the page."""
    status = overall_status(page)
    name = escape(page.truth.name)
    body = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}'
        " Status</title>\n"
        f'<meta name="issued" content="{int(page.now.timestamp())}">\n'
        '<link rel="stylesheet" href="https://dka575ofm4ao0.cloudfront.net/packs/common.css">\n'
        '<link rel="alternate" type="application/atom+xml" href="/history.atom">\n</head>\n'
        f'<body class="status index status-{status["indicator"]}">\n<h1>{name}</h1>\n'
        f'<span class="status font-large">{status["description"]}</span>\n'
        f"{''.join(_row(page, c) for c in page.truth.components)}"
        '<a href="https://www.atlassian.com/software/statuspage?utm_campaign=x'
        '&amp;utm_source=SP-notifications">'
        "Powered by Atlassian Statuspage</a>\n</body>\n</html>\n"
    )
    return ok(body.encode(), {**HEADERS, "content-type": "text/html; charset=utf-8"}, etag=True)


def _row(page: Page, component: TruthComponent) -> str:
    state = STATES[page.level(component.id)]
    bars = (
        '<div class="shared-partial uptime-90-days-wrapper"'
        f' data-uptime-lazy="{component.id}"></div>'
    )
    return (
        f'<div class="component-inner-container" data-component-id="{component.id}"'
        f' data-component-status="{state}">'
        f'<span class="name">{escape(component.name)}</span>'
        f'<span class="component-status">{state.replace("_", " ").title()}</span></div>\n'
        f"{bars if component.showcase else ''}\n"
    )
