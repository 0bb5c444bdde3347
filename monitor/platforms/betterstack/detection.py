"""What a Better Stack page is recognised by. Pure."""

import json
from collections.abc import Iterator

from monitor.kit.fields import Row
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import marks_in

MARKUP = (b"status-page__overview", b"status-page__resource", b"text-statuspage-")
LINKS = (b"uptime.betterstack.com", b"betterstack.com/", b"betteruptime.com")
LOGOS = "https://d1lppblt9t2x15.cloudfront.net/"


def detect(response: Response) -> list[Signal]:
    """Return the signs of a Better Stack page, of kinds shape, history, assets and markup.

    That `/index.json` answers is no sign: some other generators write a file of that name.
    """
    head = response.body[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] == b"{":
        return list(_json_signals(response))
    return list(_html_signals(response.body)) if head[:1] == b"<" else []


def _json_signals(response: Response) -> Iterator[Signal]:
    try:
        answer = json.loads(response.text)
        page, resources = answer["data"], answer["included"]
        if page["type"] != "status_page" or "aggregate_state" not in page["attributes"]:
            return
        yield Signal("shape", "a JSON:API document of type status_page with an aggregate_state")
        if any(map(_has_history, resources)):
            yield Signal("history", "resources of type status_page_resource with a status_history")
        if str(page["attributes"].get("logo_url")).startswith(LOGOS):
            yield Signal("assets", f"the logo is kept on {LOGOS}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


def _has_history(row: Row) -> bool:
    return row["type"] == "status_page_resource" and "status_history" in row["attributes"]


def _html_signals(body: bytes) -> Iterator[Signal]:
    marks = marks_in(body, MARKUP)
    if not marks:
        return  # on any other page a link to its hosts is no sign
    yield Signal("markup", ", ".join(marks))
    hosts = marks_in(body, LINKS)
    if hosts:
        yield Signal("assets", ", ".join(hosts))
