"""Oh Dear status pages: one JSON document with the sites' present state. Pure.

`/json` on the page's own host lists the sites in named groups ("ungrouped" is none), each `up` or
`down`, and the texts that were posted in the last seven days. Those texts tell when a site seemed
to be down, in words, and a recovery may name fewer sites than the trouble did, so no outage can be
rebuilt from them. The format was read from a captured page.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, keyword, maybe_row, maybe_text, row, rows, text
from monitor.kit.protocol import About, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, try_json
from monitor.kit.zones import own_zone
from monitor.model import Component, Level, PageInfo

ABOUT = About(
    title="Oh Dear",
    verified=date(2024, 11, 26),
    live="/json, 1 request",
    reach_days=0,
    reach="None before the first poll: what was posted in the last week is text.",
    granularity="nothing",
    precision="none",
    caveat=(
        "A site is up or down, nothing between; what came and went between two polls is not known."
    ),
)

SOURCE = "ohdear.json"
DOCUMENT = "/json"
COMMON_PATHS = (DOCUMENT,)
NO_GROUP = "ungrouped"

VOCABULARY: Mapping[str, Level] = {"up": Level.OPERATIONAL, "down": Level.MAJOR_OUTAGE}
DAY_SECONDS = 86_400


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of an Oh Dear document: its summary over groups of sites, and updates filed
    by midnights.
    """
    if b'"summarizedStatus"' not in response.body:
        return
    answer = try_json(response)
    if not isinstance(answer, dict):
        return
    if isinstance(answer.get("sites"), (dict, list)) and isinstance(
        answer["summarizedStatus"], str
    ):
        yield Signal("shape", "a summarizedStatus over groups of sites")
    if _is_filed_by_midnights(answer.get("updatesPerDay")):
        yield Signal("days", "updates are filed by the seconds of midnights")


def _is_filed_by_midnights(days: Any) -> bool:  # noqa: ANN401
    keys = list(days) if isinstance(days, dict) else []
    return bool(keys) and all(map(_is_midnight, keys))


def _is_midnight(key: str) -> bool:
    """Whether these may be the seconds of a midnight: every zone is off by whole quarters."""
    return key.isdecimal() and len(key) < 12 and int(key) % 900 == 0  # noqa: PLR2004


def poll(page: PageContext) -> Steps:
    """Yield every site's state in one request."""
    response = yield from get(DOCUMENT, conditional=True)
    if response.unchanged:
        return
    with locate_errors(response.url):
        answer = row(read_json(response), "the answer")
        yield evidence(SOURCE, page, info=_info(answer, page), parts=list(_states(answer)))


def _info(answer: Row, page: PageContext) -> PageInfo:
    zone, zone_remark = own_zone(answer.get("timezone"), page)
    update = answer.get("pinnedUpdate")
    title = maybe_text(maybe_row(update).get("title"))
    return PageInfo(
        name=maybe_text(answer.get("title")),
        zone=zone,
        indicator=keyword(answer.get("summarizedStatus"), "summarizedStatus"),
        remark="; ".join(filter(None, (zone_remark, title))) or None,
    )


def _states(answer: Row) -> Iterator[ComponentState]:
    """Yield the sites; their address names them, for labels repeat across groups."""
    sites = list(_sites(answer.get("sites")))
    if not sites:
        raise UnexpectedShape("no site is listed: such a page says nothing of any")
    for position, (group, site) in enumerate(sites):
        word = keyword(site.get("status"), "site.status")
        key = text(site.get("url") or site.get("label"), "site.url")
        component = Component(
            id=key,
            name=maybe_text(site.get("label")) or key,
            group=None if group == NO_GROUP else maybe_text(group),
            position=position,
        )
        yield ComponentState(component=component, level=VOCABULARY.get(word), word=word)


def _sites(groups: object) -> Iterator[tuple[str, Row]]:
    """Yield every site with the name of its group. A page without any has a list for the groups."""
    if groups == []:
        return
    for group, sites in row(groups, "sites").items():
        for site in rows(sites, f"sites.{group[:40]}"):
            yield group, site


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Yield the present state: these pages have no history that could be read."""
    yield from poll(page)
