"""Which answers are an incident.io page's. Pure."""

import re
from collections.abc import Iterator

from monitor.kit.fields import Row
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import try_row
from monitor.platforms.incidentio.words import ULID

GENERATOR = re.compile(r"<generator[^>]*>\s*incident\.io\s*</generator>")
PAGE_ID = re.compile(rf'status_page_id\\*":\\*"({ULID})')
MARKS = ("incident-io-status-page-logos", "https://incident.io?utm_source=")


def detect(response: Response) -> list[Signal]:
    """Return the signs that a response comes from an incident.io page; `host` only ever beside
    another sign.

    That `/api/v2/summary.json` answers is no sign: many platforms imitate it.
    """
    signals = list(_signals(response))
    if signals and response.headers.get("server", "").lower() == "vercel":
        signals.append(Signal("host", "served by Vercel"))
    return signals


def _signals(response: Response) -> Iterator[Signal]:
    if "incident-io-team" in response.headers.get("content-security-policy", ""):
        yield Signal("header", "the content security policy names incident-io-team")
    head = response.body[:512].lstrip().removeprefix(b"\xef\xbb\xbf")
    if head[:1] == b"<":
        yield from _feed_signals(response.text)
        yield from _html_signals(response.text)
    else:
        yield from _json_signals(try_row(response))


def _json_signals(answer: Row) -> Iterator[Signal]:
    summary, page = answer.get("summary"), answer.get("page")
    listing = answer.get("components", answer.get("incidents"))
    if isinstance(summary, dict) and isinstance(summary.get("structure"), dict):
        if "display_uptime_mode" in summary:
            yield Signal("shape", "a summary with structure")
        yield from _id_signals(summary)
    elif isinstance(page, dict) and isinstance(listing, list):
        if "time_zone" not in page and str(page.get("url", "")).endswith("/"):
            shape = "a Statuspage imitation: no time zone, address with a trailing slash"
            yield Signal("shape", shape)
        yield from _id_signals(page)


def _id_signals(page: Row) -> Iterator[Signal]:
    if re.fullmatch(ULID, str(page.get("id", ""))):
        yield Signal("ids", f"page id {page['id']} is a ULID")


def _feed_signals(text: str) -> Iterator[Signal]:
    if GENERATOR.search(text[:4096]):
        yield Signal("feed", "the feed's generator is incident.io")
        if re.search(rf"/incidents/{ULID}", text):
            yield Signal("ids", "incident ids are ULIDs")


def _html_signals(text: str) -> Iterator[Signal]:
    if "self.__next_f" not in text:
        return
    for mark in MARKS:
        if mark in text:
            yield Signal("markup", f"the page contains {mark}")
            break
    if match := PAGE_ID.search(text):
        yield Signal("ids", f"page id {match[1]} is a ULID")
