"""One reading of an Instatus page, from whichever source. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.intervals import Interval
from monitor.kit.fields import Row, row, rows
from monitor.model import Level, PageInfo, worst_level
from monitor.platforms.instatus.components import ListedComponent
from monitor.platforms.instatus.words import ISSUES, LEVELS, PAGE_LEVELS

SHOWN_DAYS = 90
"""Window of the uptime a page prints, where it does not say another; the numbers fit one day
more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """One reading of the page. `word` is the page's own state, `ongoing` are the incidents and
    maintenances going on or planned.

    The rest is known only from the root page's HTML: `record`, the uptime record by component,
    `record_span`, the days that it is about, `window_days`, those of the printed uptime, `notices`,
    all incidents of the page's data, `page_start`, the page's own beginning, and `group_ids`, the
    rows that are no components.
    """

    url: str
    name: str | None
    word: str
    components: Sequence[ListedComponent]
    ongoing: Sequence[Row]
    record: Row | None = None
    record_span: Interval | None = None
    window_days: int = SHOWN_DAYS
    notices: Sequence[Row] = ()
    page_start: datetime | None = None
    group_ids: frozenset[str] = frozenset()

    @property
    def info(self) -> PageInfo:
        """What the page says of itself, with a remark where its components say otherwise."""
        return PageInfo(name=self.name, indicator=self.word, remark=_contradiction(self))

    @property
    def unknown_words(self) -> frozenset[str]:
        """The page's own word where nobody knows it."""
        return frozenset({self.word}) - PAGE_LEVELS.keys()

    def record_of(self, component_id: str) -> Row:
        """Return what the record says of a component; {} when it does not name it."""
        return row((self.record or {}).get(component_id, {}), "componentsUptime")

    def intervals_of(self, component_id: str) -> list[Row]:
        """Return the intervals of the record in which a component was in another state; none when
        the record does not name it.
        """
        if self.record is None or component_id not in self.record:
            return []
        return rows(self.record_of(component_id).get("outages"), "componentsUptime.outages")


def _contradiction(reading: PageReading) -> str | None:
    """Return the disagreement between the page's word and its components, None when none is
    known.
    """
    level = PAGE_LEVELS.get(reading.word)
    worst = worst_level(LEVELS.get(component.word) for component in reading.components)
    if level is None or worst is None or level is worst:
        return None
    if reading.word == ISSUES and worst is not Level.OPERATIONAL:
        return None
    return f"the page says {reading.word} and its worst component is {worst.title}"
