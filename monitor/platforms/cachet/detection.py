"""What a Cachet page is recognised by. Pure."""

from collections.abc import Iterator

from monitor.kit.fields import Row, has_keys, maybe_row
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import marks_in, try_row

OWN_KEYS = (
    {"status", "group_id", "enabled"},
    {"component_id", "stickied", "visible", "status"},
    {"status", "scheduled_at", "completed_at", "components"},
    {"status", "order", "enabled", "created"},
    {"status", "guid", "stickied", "occurred"},
    {"status", "scheduled", "completed"},
)
"""What components, incidents and schedules have, of version 2 and then of 3."""

PAGE_KEYS = {"current_page", "from", "per_page", "to"}
LINKS = (b"://cachethq.io", b"/vendor/cachethq/cachet/")


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Cachet page: its markup, how it cuts lists into pages, and its rows."""
    if response.body[:64].lstrip()[:1] != b"<":
        yield from _json_signals(response)
    elif marks_in(response.body, LINKS):
        yield Signal("markup", "the page links to cachethq.io or loads Cachet's files")


def _json_signals(response: Response) -> Iterator[Signal]:
    answer = try_row(response)
    items = answer.get("data")
    if not isinstance(items, list):
        return
    if _is_in_pages(answer.get("meta")):
        yield Signal("pages", "a list is cut into pages as Cachet does")
    first = items[0] if items and isinstance(items[0], dict) else {}
    attributes = first.get("attributes", first)
    if isinstance(attributes, dict) and _has_own_keys(attributes):
        yield Signal("rows", "rows have the fields of Cachet's components, incidents or schedules")


def _has_own_keys(attributes: Row) -> bool:
    return any(keys <= attributes.keys() for keys in OWN_KEYS)


def _is_in_pages(meta: object) -> bool:
    if not isinstance(meta, dict):
        return False
    pages = meta.get("pagination")
    links = maybe_row(pages).get("links")
    return has_keys(links, {"next_page"}) or meta.keys() >= PAGE_KEYS
