"""The signs of a Statuspage, and why there may be no public page. Pure.

That `/api/v2` answers is no sign: several other platforms imitate it.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import is_challenge, try_json
from monitor.platforms.statuspage.answers import PAGE_ID

HEADERS = ("x-statuspage-version", "x-statuspage-skip-logging")
ASSET_HOST = b"dka575ofm4ao0.cloudfront.net"
MARKUP = {
    "body class": re.compile(
        rb'<body[^>]*class="status (?:index|history|inactive|incident|uptime)\b'
    ),
    "meta issued": re.compile(rb'<meta name="issued" content="\d+"'),
    "data-uptime-lazy": re.compile(rb'data-uptime-lazy="[a-z0-9]{12}"'),
    "HistoryIndex": re.compile(rb'data-react-class="HistoryIndex"'),
    "powered-by link": re.compile(rb"statuspage[^\"']*utm_[^\"']*SP-notifications"),
}
EMBED = re.compile(rb'uptimeData\s*=\s*\{\s*"[a-z0-9]{12}":\s*\{\s*"component"')

INACTIVE = re.compile(r'<body[^>]*class="[^"]*\bstatus inactive\b')
MARKETING = re.compile(rb'<body[^>]*id="statuspage"[^>]*class="wac\b')
LOGIN = re.compile(r"<title>[^<]*(?:- Login|Sign In|Log in)\s*</title>", re.IGNORECASE)
HOSTS = (".statuspage.io",)
MARKETING_HOSTS = ("statuspage.io", "www.statuspage.io")


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Statuspage in a response, of kinds header, asset, markup, embed, ids and
    zone.

    Atlassian's own site, which a deleted page leads to, and bot challenges give none.
    """
    if is_challenge(response) or _is_marketing(response):
        return
    yield from _header_signals(response)
    yield from (_json_signals if _looks_like_json(response) else _html_signals)(response)


def _header_signals(response: Response) -> Iterator[Signal]:
    marks = [name for name in HEADERS if name in response.headers]
    if response.headers.get("server", "").lower() == "atlassianedge":
        marks.append("server: AtlassianEdge")
    if marks:
        yield Signal("header", ", ".join(marks))


def _html_signals(response: Response) -> Iterator[Signal]:
    body = response.body
    if ASSET_HOST in body:
        yield Signal("asset", ASSET_HOST.decode())
    marks = [name for name, pattern in MARKUP.items() if pattern.search(body)]
    if marks:
        yield Signal("markup", ", ".join(marks))
    if EMBED.search(body):
        yield Signal("embed", "uptimeData")


def _json_signals(response: Response) -> Iterator[Signal]:
    answer = try_json(response)
    try:
        page = answer["page"]
        ids = [page["id"]]
        ids += [component["id"] for component in answer.get("components", ())]
    except (KeyError, TypeError, AttributeError):
        return
    if all(isinstance(each, str) and PAGE_ID.fullmatch(each) for each in ids):
        yield Signal("ids", f"page id {page['id']}")
        # Imitations keep old ids and may write whole seconds; the original writes milliseconds.
        if page.get("time_zone") and re.search(r":\d\d\.\d{3}", str(page.get("updated_at"))):
            yield Signal("zone", f"time_zone {page['time_zone']}")


def why_unavailable(response: Response) -> str | None:
    """Say why there is no public page behind a response: deleted, inactive or private. None when it
    is not so.
    """
    if _is_marketing(response):
        return "the page was deleted: its address leads to Atlassian's own site"
    text = "" if _looks_like_json(response) else response.text
    if INACTIVE.search(text):
        return "the page is inactive: only its own team may see it"
    if response.status == 401 or LOGIN.search(text):  # noqa: PLR2004
        return "the page is private: it asks for a login"
    return None


def _looks_like_json(response: Response) -> bool:
    return response.body[:64].lstrip()[:1] in {b"{", b"["}


def _is_marketing(response: Response) -> bool:
    return urlsplit(response.final_url).hostname in MARKETING_HOSTS or bool(
        MARKETING.search(response.body[:200_000])
    )
