"""The present state of a page, as `summary.json` or `components.json` says it. Pure.

A component's state is never taken from the page's indicator.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from monitor.errors import UnexpectedShape
from monitor.intervals import utc, zone_named
from monitor.kit.fields import Row, row
from monitor.kit.protocol import PageContext, Response
from monitor.kit.states import levels_of, words_of
from monitor.kit.zones import own_zone
from monitor.model import Component, Level, Observation, PageInfo, Phase, worst_level
from monitor.platforms.statuspage.answers import LEVELS, instant, page_row, parse, text_as_is
from monitor.platforms.statuspage.components import read_components
from monitor.platforms.statuspage.incidents import IncidentRecord, read_incident

STANDSTILL = timedelta(days=3)
"""A page that says something is wrong, has nothing open and has not changed for so long is not
believed.

Of 820 hourly answers of a live page none was older than 41 hours; the abandoned address of another
one said "minor" with nothing open, four days after its last change, while the page itself was
green.
"""

UNEXPLAINED_MARK = " unexplained"
"""Ends the cursor of a page whose indicator nothing explains."""

INDICATORS = {
    Level.OPERATIONAL: ("none",),
    Level.MAINTENANCE: ("maintenance",),
    Level.DEGRADED: ("minor",),
    Level.PARTIAL_OUTAGE: ("minor",),
    Level.MAJOR_OUTAGE: ("major", "critical"),
}
"""The page's indicator by its worst component: it follows the components, never the incidents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What `summary.json` or `components.json` (its `source`) says, beside what was known of the
    `page` before. Days are cut in `days_zone`, UTC when neither the page nor the configuration
    says; the page is believed up to `until`.

    `born` is when the oldest component was made, `changed_at` when anything changed last; None =
    unknown.
    """

    page: PageContext
    source: str = "statuspage.summary"
    info: PageInfo
    days_zone: ZoneInfo
    until: datetime
    cursor: str | None = None
    components: tuple[Component, ...] = ()
    states: tuple[Observation, ...] = ()
    groups: frozenset[str] = frozenset()
    born: datetime | None = None
    changed_at: datetime | None = None
    incidents: tuple[IncidentRecord, ...] = ()
    maintenances: tuple[IncidentRecord, ...] = ()

    @property
    def is_unexplained(self) -> bool:
        """Whether the page says by its indicator that something is wrong, while nothing on it is
        open.
        """
        going_on = self.incidents or any(
            maintenance.times.phase is Phase.OPEN for maintenance in self.maintenances
        )
        return self.info.indicator not in {None, "none"} and not going_on

    @property
    def unknown_words(self) -> frozenset[str]:
        """The words for states of components that we do not know."""
        return frozenset(words_of(self.states)) - LEVELS.keys()


def read_live_state(response: Response, page: PageContext) -> PageState:
    """Return the state in an answer, without its levels where the page looks abandoned. Raises
    FetchError or ParseError.
    """
    state = parse(response, lambda answer: read_state(answer, page))
    return _without_doubtful_levels(state, _answered_at(response, page))


def read_state(answer: Row, context: PageContext, *, live: bool = True) -> PageState:
    """Return the state in a decoded answer; one that is not `live` has no indicator."""
    page = page_row(answer)
    indicator = None
    if live:
        indicator = text_as_is(row(answer.get("status"), "answer.status"), "indicator", "status")
    listing = read_components(answer)
    maintenances = answer.get("scheduled_maintenances") or ()
    zone, zone_remark = _page_zone(page, context)
    remarks = (_contradiction(indicator, listing.states), zone_remark)
    state = PageState(
        page=context,
        source="statuspage.summary" if live else "statuspage.components",
        info=PageInfo(
            external_id=page["id"],
            name=str(page.get("name") or page["id"]),
            zone=zone,
            indicator=indicator,
            remark="; ".join(filter(None, remarks)) or None,
        ),
        days_zone=zone_named(zone or context.zone or "UTC"),
        until=context.now,
        cursor=_last_change(page, listing.rows),
        changed_at=max(_instants((page, *listing.rows, *maintenances), "updated_at"), default=None),
        components=listing.components,
        states=listing.states,
        groups=listing.groups,
        born=min(_instants(listing.rows, "created_at"), default=None),
        incidents=tuple(map(read_incident, answer.get("incidents") or ())),
        maintenances=tuple(map(read_incident, maintenances)),
    )
    if state.is_unexplained:
        return replace(state, cursor=f"{state.cursor}{UNEXPLAINED_MARK}")
    return state


def _instants(rows: Iterable[Row], key: str) -> Iterator[datetime]:
    for each in rows:
        if each.get(key):
            yield instant(each[key])


def _last_change(page: Row, rows: Sequence[Row]) -> str | None:
    """Return when the page or one of its components changed last: imitations let the page's own
    time stand still.
    """
    changes = [str(each.get("updated_at") or "") for each in (page, *rows)]
    return max(changes) or None


def _page_zone(page: Row, context: PageContext) -> tuple[str | None, str | None]:
    """Return the page's zone and a remark on it; raises UnexpectedShape when it is none we know and
    we have no other.

    Its bars are days of that zone: in UTC, as a default, each would tell of other hours than the
    vendor's.
    """
    zone, remark = own_zone(page.get("time_zone"), context)
    if remark is not None and context.zone is None:
        raise UnexpectedShape(
            f"the page names the time zone {page.get('time_zone')!r}, which is none we know",
            remedy=(
                "set `zone:` of this vendor to the IANA zone whose days the page shows, such as"
                " Europe/Berlin"
            ),
        )
    return zone, remark


def _contradiction(indicator: str | None, states: Iterable[Observation]) -> str | None:
    """Return a remark where the page's indicator is not that of its worst component."""
    levels = levels_of(states)
    worst = worst_level(levels)
    if None in levels or worst is None or indicator is None or indicator in INDICATORS[worst]:
        return None
    return f"the page's indicator says {indicator!r} while its worst component is in {worst.title}"


def _without_doubtful_levels(state: PageState, answered_at: datetime) -> PageState:
    """Return the state, without its levels when the page looks like the abandoned address of a page
    that lives on.

    Such a twin answers for ever what it said when it was left: an indicator of trouble, no
    incident, and no change.
    """
    changed_at = state.changed_at
    if not state.is_unexplained or changed_at is None or answered_at - changed_at < STANDSTILL:
        return state
    remark = (
        f"suspect: the page says {state.info.indicator!r} with nothing open, and nothing on it has"
        f" changed since {changed_at:%Y-%m-%d %H:%M} UTC; it may be an abandoned address of the"
        " vendor's page"
    )
    states = tuple(replace(each, level=None) for each in state.states)
    return replace(state, info=replace(state.info, remark=remark), states=states, until=changed_at)


def _answered_at(response: Response, page: PageContext) -> datetime:
    """Return when the answer was made by the server's clock; by ours where it does not say."""
    try:
        return utc(parsedate_to_datetime(response.headers["date"]))
    except (KeyError, ValueError):
        return page.now
