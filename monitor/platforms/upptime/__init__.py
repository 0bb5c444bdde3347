"""Upptime pages: a file in a GitHub repository with each site's state and its minutes of downtime,
day by day. Pure.

The page is only drawn from `history/summary.json` of the repository that makes it, so its own
address serves to find that; `history/<slug>.yml` says since when a site is checked and when its
record was last written. What is easily misread:

- The summary carries no date. GitHub stops the checks of a repository that nobody touches, and the
  file goes on saying "up". Every site's file is written every day: where it was not, the states are
  not known.
- `dailyMinutesDown` lists days with downtime only: all others since a site's `startTime` are good,
  those before are not known. Its days are UTC, it reaches a year back, and today's minutes are as
  old as the file.
- Minutes are counted from issues. Older versions count those that overlap twice, so a day may have
  more than 1440; and a site that was slow ("degraded") is counted as down there.

The format is described at https://upptime.js.org; `history/summary.json` and a site's file were
seen, the page was not: its signs are those of https://github.com/upptime/status-page.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence, first_covered, gap_before
from monitor.kit.protocol import (
    About,
    PageContext,
    Steps,
    StepsTo,
    get,
    get_each,
)
from monitor.kit.sequences import batches
from monitor.kit.states import components_of
from monitor.model import (
    PageInfo,
    ReportedUptime,
)
from monitor.platforms.upptime.detection import (
    REPOSITORY,
    detect,
    probe,
    repository_in,
    repository_of,
    summary_of,
)
from monitor.platforms.upptime.past import SOURCE, file_of, past_of, read_times
from monitor.platforms.upptime.summary import VOCABULARY, Site, read_sites

__all__ = ["ABOUT", "MAX_BODY_MIB", "SOURCE", "VOCABULARY", "backfill", "detect", "poll", "probe"]

ABOUT = About(
    title="Upptime",
    verified=date(2026, 8, 22),
    live=(
        "history/summary.json and one site's file on raw.githubusercontent.com, 2 requests; the"
        " page once, for those"
    ),
    reach_days=364,
    reach=(
        "A year of each site, minutes of downtime a day, and a request each for when it was first"
        " checked."
    ),
    granularity="component",
    precision="days",
    caveat=(
        "Checks run every five minutes at best, often far less on GitHub's free machines; days"
        " count a slow site as down."
    ),
)

MAX_BODY_MIB = 4
"""A real summary has some 100 kB."""

AT_ONCE = 10
"""Sites whose files are asked for together."""

STALE = timedelta(days=3)
"""A file is written every day at least; where it was not for so long, nothing is checked any
more."""


def poll(page: PageContext) -> Steps:
    """Yield every site's state, and ask one site's file whether that is of today. Nothing is
    conditional: a file that stays the same is what shows that the checks have stopped.
    """
    repository, sites = yield from _get_sites(page)
    response = yield from get(file_of(repository, sites[0]))
    last_update = read_times(response).last_update
    is_stale = page.now - last_update > STALE
    remark = f"nothing was checked since {last_update:%Y-%m-%d}" if is_stale else None
    piece = evidence(
        SOURCE,
        page,
        info=PageInfo(zone="UTC", remark=remark),
        parts=[_state(site, is_stale=is_stale) for site in sites],
        cursor=repository,
    )
    figures: list[ReportedUptime] = []
    if not is_stale:
        for site in sites:
            figures += site.figures
    yield replace(piece, reported=tuple(figures))


def _get_sites(page: PageContext) -> StepsTo[tuple[str, list[Site]]]:
    """Return the repository and its sites. The one that the last poll read is looked for on the
    page again when it has gone.
    """
    own_repository = repository_in(page.url)
    last = page.cursor if page.cursor and REPOSITORY.fullmatch(page.cursor) else None
    repository = own_repository or last
    if repository is not None:
        response = yield from get(summary_of(repository))
        if own_repository or response.status == 200:  # noqa: PLR2004
            return repository, read_sites(response)
    repository = repository_of((yield from get("", accept="text/html")))
    response = yield from get(summary_of(repository))
    return repository, read_sites(response)


def _state(site: Site, *, is_stale: bool) -> ComponentState:
    if is_stale:
        return ComponentState(component=site.component, level=None)
    return ComponentState(component=site.component, level=VOCABULARY.get(site.word), word=site.word)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield each site's days of downtime; they cover the time since it was first checked, until
    today begins.
    """
    repository, sites = yield from _get_sites(page)
    components = components_of(sites)
    yield evidence(
        SOURCE, page, info=PageInfo(zone="UTC"), components=components, cursor=repository
    )
    starts = [page.now]
    for batch in batches(sites, AT_ONCE):
        for site, answer in (yield from get_each(batch, partial(file_of, repository))):
            piece = past_of(site, answer, page, since)
            starts.append(first_covered(piece, page))
            yield piece
    yield from gap_before(
        SOURCE,
        page,
        since,
        min(starts),
        "no site was checked before, or it is more than a year ago",
    )
