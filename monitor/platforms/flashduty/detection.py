"""Which answers are a Flashduty page's. Pure."""

from collections.abc import Iterator

from monitor.kit.fields import has_keys, maybe_row
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_row
from monitor.platforms.flashduty.answers import ACTIVE, well_known_id

SETTINGS = frozenset({"url_name", "date_view", "display_uptime_mode"})


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL, on hosts whose page is known."""
    key = well_known_id(url)
    return (Get(path=ACTIVE.format(id=key)),) if key else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Flashduty page or of its answers."""
    if b"flashcat.cloud/statuspage/" in response.body:
        yield Signal("assets", "pictures are kept at flashcat.cloud")
    if b'"active_changes"' not in response.body:
        return
    data = try_row(response).get("data")
    page = maybe_row(data).get("page")
    if has_keys(page, {"page_id", "components"}):
        yield Signal("shape", "a page with an id and components beside active changes")
        if page.keys() >= SETTINGS:
            yield Signal("settings", "Flashduty's ways of showing dates and percentages")
