"""What Upptime's pages are recognised by, and the repository of a page. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.errors import UnexpectedShape
from monitor.kit.fields import Row, maybe_row
from monitor.kit.protocol import (
    Get,
    Response,
    Signal,
)
from monitor.kit.responses import (
    require_ok,
    try_json,
)

HISTORY = "https://raw.githubusercontent.com/{repository}/HEAD/history/{file}"
SUMMARY = "summary.json"
REPOSITORY_HOSTS = frozenset({"raw.githubusercontent.com", "github.com"})

REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}")
SITE, SITE_SPANS = (
    {"slug", "status", "uptime"},
    {"uptimeWeek", "uptimeYear", "timeWeek", "timeYear"},
)
LINK = re.compile(rb"https://(?:github|raw\.githubusercontent)\.com/([\w.-]{1,100}/[\w.-]{1,100})")

MAKER = "upptime/"

REMEDY = (
    "configure the address of the repository that makes the page,"
    " https://github.com/<owner>/<repository>"
)


def probe(url: str) -> tuple[Get, ...]:
    """Return what to ask to recognise the page at this URL: the summary, if it is a repository on
    GitHub.
    """
    repository = repository_in(url)
    return (Get(path=summary_of(repository)),) if repository else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an Upptime page or of its summary."""
    if b"upptime.js.org" in response.body or b"upptime-icon.svg" in response.body:
        yield Signal("brand", "the page names Upptime or has its icon")
        if b'<div id="sapper">' in response.body:
            yield Signal("sapper", "the page is drawn as Upptime's are")
    if b'"dailyMinutesDown"' not in response.body:
        return
    site = _first_site(try_json(response))
    if site.keys() >= SITE and isinstance(site.get("dailyMinutesDown"), dict):
        yield Signal("shape", "sites have a slug, a state and minutes of downtime by day")
    if site.keys() >= SITE_SPANS:
        yield Signal("spans", "sites have uptimes and response times of the week and the year")


def _first_site(answer: object) -> Row:
    """Return the first site in what may be a summary; nothing of it in any other answer."""
    site = answer[0] if isinstance(answer, list) and answer else None
    return maybe_row(site)


def summary_of(repository: str) -> str:
    """Return the address of a repository's summary."""
    return HISTORY.format(repository=repository, file=SUMMARY)


def repository_in(url: str) -> str | None:
    """Return the repository in an address on GitHub; None elsewhere."""
    parts = urlsplit(url)
    if parts.hostname not in REPOSITORY_HOSTS:
        return None
    match = REPOSITORY.match(parts.path.lstrip("/"))
    return None if match is None else str(match[0]).removesuffix(".git")


def repository_of(page: Response) -> str:
    """Return the repository that a page links most: it stands in its head line and at its end.

    Raises UnexpectedShape when there is none.
    """
    links: Counter[str] = Counter()
    for link in LINK.findall(require_ok(page).body):
        name = link.decode().removesuffix(".git")
        if not name.startswith(MAKER):
            links[name] += 1
    if not links:
        raise UnexpectedShape("the page links no repository", url=page.url, remedy=REMEDY)
    return links.most_common(1)[0][0]
