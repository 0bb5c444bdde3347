"""Which pages are Status.io's, and their ids: read from addresses and from a page's HTML. Pure."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from monitor.kit.fields import has_keys, maybe_row
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json

API = "https://api.status.io/1.0/status/"
HOSTS = (".status.io", ".hostedstatus.com")

PAGES: Mapping[str, str] = {
    "letsencrypt.status.io": "55957a99e800baa4470002da",
    "neonstatus.com": "6878fc85709daa75be6c7e3c",
    "status.coreweave.com": "5e126e998f2f032e1f8f0f4b",
    "status.gitlab.com": "5b36dc6502d06804c08349f7",
    "status.roblox.com": "59db90dbcdeb2f04dadcf16d",
    "www.dockerstatus.com": "533c6539221ae15e3f000031",
}
"""Ids of well-known pages by host, which spares reading their HTML."""

OBJECT_ID = r"[0-9a-f]{24}"
IN_ADDRESS = re.compile(rf"/(?:1\.0/status|pages(?:/history)?)/({OBJECT_ID})(?![0-9a-f])")
ASSETS = re.compile(rb"https?://(?:[a-z0-9-]+\.)*(?:status\.io|hostedstatus\.com)[/\"'?]")


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: its state, if its id is known without
    reading it.
    """
    page_id = id_in_address(url)
    return (Get(path=API + page_id),) if page_id else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Status.io page: its host, links with page ids, its scripts, and the
    state's shape.
    """
    host = urlsplit(response.final_url or response.url).hostname or ""
    if _is_hosted(host):
        yield Signal("host", f"the host is {host}")
    if _is_state(try_json(response)):
        yield Signal("shape", "the state has status_overall with a status_code")
    head = response.body[:256].lstrip().removeprefix(b"\xef\xbb\xbf")
    if head[:1] == b"<" and response.status == 200:  # noqa: PLR2004
        yield from _signals_in_html(response)


def id_in_address(url: str) -> str | None:
    """Return the page id in a page's address, or of a well-known page; None for any other."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    match = IN_ADDRESS.search(parts.path)
    return match[1] if match and _is_hosted(host) else PAGES.get(host)


def ids_in_html(text: str) -> list[str]:
    """Return the page ids in a page's HTML, the one most often named first."""
    ids = IN_ADDRESS.findall(text)
    return sorted(dict.fromkeys(ids), key=ids.count, reverse=True)


def _signals_in_html(response: Response) -> Iterator[Signal]:
    ids = ids_in_html(response.text)
    if ids:
        yield Signal("markup", f"the page links to /pages/{ids[0]}")
    if ASSETS.search(response.body):
        yield Signal("assets", "the page refers to status.io")


def _is_state(answer: object) -> bool:
    result = maybe_row(answer).get("result")
    if not isinstance(result, dict) or not isinstance(result.get("status"), list):
        return False
    overall = result.get("status_overall")
    return has_keys(overall, {"status_code"})


def _is_hosted(host: str) -> bool:
    return f".{host}".endswith(HOSTS)
