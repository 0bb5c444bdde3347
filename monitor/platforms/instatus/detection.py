"""Which answers are an Instatus page's. Pure."""

import re
from collections.abc import Iterator

from monitor.kit.fields import maybe_row
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import try_json
from monitor.platforms.instatus.rows import as_list, has_cuid
from monitor.platforms.instatus.words import LEVELS, PAGE_LEVELS, PHASES

HOSTS = (".instatus.com",)
ASSETS = re.compile(r"https://(?:lang\.|[a-z0-9-]+\.)?instatus\.com/(?:user-content|api/og)")
MAIN_STATUS = re.compile(r'\\?"mainStatus\\?":\\?"([A-Z]+)\\?"')


def detect(response: Response) -> list[Signal]:
    """Return the signs that a response comes from an Instatus page."""
    head = response.body[:512].lstrip().removeprefix(b"\xef\xbb\xbf")
    is_html = head[:1] == b"<"
    return list(_html_signals(response.text) if is_html else _json_signals(try_json(response)))


def _json_signals(answer: object) -> Iterator[Signal]:
    owner = answer if isinstance(answer, dict) else {"components": answer}
    page = owner.get("page")
    word = maybe_row(page).get("status")
    if isinstance(word, str) and word in PAGE_LEVELS:
        yield Signal("shape", f"a summary whose page status is {word}")
    rows = as_list(owner.get("components"))
    rows = rows + as_list(owner.get("activeIncidents")) + as_list(owner.get("activeMaintenances"))
    if any(_has_state(row) for row in rows):
        yield Signal("ids", "a cuid beside a state in capitals")


def _has_state(row: object) -> bool:
    word = row.get("status") if has_cuid(row) else None
    return isinstance(word, str) and (word in LEVELS or word in PHASES)


def _html_signals(text: str) -> Iterator[Signal]:
    if match := ASSETS.search(text):
        yield Signal("assets", f"the page loads {match[0]}")
    if match := MAIN_STATUS.search(text):
        yield Signal("markup", f"the page's data has the main status {match[1]}")
