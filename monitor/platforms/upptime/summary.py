"""The summary of a repository: each site's state and downtime. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.errors import UnexpectedShape
from monitor.kit.fields import Row, keyword, maybe_text, number, row, rows, text
from monitor.kit.protocol import (
    Response,
)
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.kit.states import worst_words
from monitor.model import (
    Component,
    Level,
    ReportedUptime,
)

VOCABULARY: Mapping[str, Level] = {
    "up": Level.OPERATIONAL,
    "degraded": Level.DEGRADED,
    "down": Level.MAJOR_OUTAGE,
}

SHARES: Mapping[str, int] = {"uptimeDay": 1, "uptimeWeek": 7, "uptimeMonth": 30, "uptimeYear": 365}
MINUTES = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site, the word for its state, its seconds of downtime on the days that had any, and the
    page's own figures of it.
    """

    component: Component
    word: str
    downtime: Mapping[date, int]
    figures: Sequence[ReportedUptime]


def read_sites(response: Response) -> list[Site]:
    """Return the sites of a summary. Raises UnexpectedShape when it lists none."""
    with locate_errors(response.url):
        listing = rows(read_json(response), "the answer")
        if not listing:
            raise UnexpectedShape("no site is listed: such a page says nothing of any")
        sites: dict[str, Site] = {}
        for position, fields in enumerate(listing):
            site = _site(fields, position)
            key = site.component.id
            sites[key] = _worse(sites[key], site) if key in sites else site
        return list(sites.values())


def _worse(first: Site, second: Site) -> Site:
    """Return a site that is listed twice: in the worse state, and with the longer of its downtimes
    a day.
    """
    key = first.component.id
    words = worst_words([(key, first.word), (key, second.word)], VOCABULARY)
    downtime = dict(first.downtime)
    for day, seconds in second.downtime.items():
        downtime[day] = max(seconds, downtime.get(day, 0))
    return replace(first, word=words[key], downtime=downtime)


def _site(fields: Row, position: int) -> Site:
    key = text(fields.get("slug"), "site.slug")
    where = f"site {key[:60]}"
    name = text(fields.get("name"), f"{where}.name")
    return Site(
        component=Component(id=key, name=name, position=position, has_bars=True),
        word=keyword(fields.get("status"), f"{where}.status"),
        downtime=dict(_downtime(fields.get("dailyMinutesDown"), f"{where}.dailyMinutesDown")),
        figures=tuple(_figures(fields, key)),
    )


def _downtime(days: object, where: str) -> Iterator[tuple[date, int]]:
    """Yield the days with downtime and its seconds, a day's at most."""
    for key, value in row(days, where).items():
        try:
            day = date.fromisoformat(key)
        except ValueError:
            shape_error(where, "days", key)
        minutes = number(value, where)
        if minutes < 0:
            shape_error(where, "minutes", value)
        if minutes:
            yield day, round(min(minutes, MINUTES) * 60)


def _figures(fields: Row, key: str) -> Iterator[ReportedUptime]:
    """Yield the page's own figures. Minutes counted twice make some of them no share of anything:
    they are left out.
    """
    for name, days in SHARES.items():
        percentage = maybe_text(fields.get(name))
        if percentage is not None:
            share = number(percentage.removesuffix("%"), f"site {key[:60]}.{name}") / 100
            if 0 <= share <= 1:
                yield ReportedUptime(component_id=key, window_days=days, ratio=share)
