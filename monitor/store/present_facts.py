"""The facts of a page that hold now, with the ids of their rows: what evidence is compared with."""

from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitor.intervals import Interval
from monitor.lookups import by_key
from monitor.model import Bar, Coverage, Impact, Incident, ReportedUptime
from monitor.store.changes.bars import BarSpan
from monitor.store.changes.common import FactRow
from monitor.store.changes.coverage import CoverageKey
from monitor.store.fact_rows import BARS, FIGURES, IMPACTS, INCIDENTS, Kind
from monitor.store.rows import MOST_KEYS, Row, among, chunks, columns
from monitor.store.tables.facts import BAR, COVERAGE, FIGURE, IMPACT, INCIDENT

Fact = TypeVar("Fact")

_INCIDENTS_OF = INCIDENTS.present(among(INCIDENT.c.external_id))
_IMPACTS_OF = IMPACTS.present(among(IMPACT.c.incident_id))
_IMPACTS_OF_NONE = IMPACTS.present(IMPACT.c.incident_id.is_(None))
_IMPACTS_GOING_ON = IMPACTS.present(IMPACT.c.ended_at.is_(None))
_IMPACTS_INSIDE = IMPACTS.present(
    IMPACT.c.source == sa.bindparam("source"),
    IMPACT.c.started_at < sa.bindparam("until"),
    sa.or_(IMPACT.c.ended_at.is_(None), IMPACT.c.ended_at > sa.bindparam("since")),
)
_IMPACTS_INSIDE_OF = _IMPACTS_INSIDE.where(IMPACT.c.component_id == sa.bindparam("component"))
_BARS_BETWEEN = BARS.present(BAR.c.day.between(sa.bindparam("first"), sa.bindparam("last")))
_BARS_BETWEEN_OF = _BARS_BETWEEN.where(among(BAR.c.component_id))
_FIGURES_OF = FIGURES.present(FIGURE.c.source == sa.bindparam("source"))
_COVERAGE_OF = sa.select(
    *columns(COVERAGE, "id source component_id aspect started_at ended_at")
).where(
    COVERAGE.c.page_id == sa.bindparam("page"),
    COVERAGE.c.superseded_at.is_(None),
    among(COVERAGE.c.source),
)


class PresentFacts:
    """Reads the facts of one page that hold now."""

    def __init__(self, connection: Connection, page_id: int) -> None:
        self._connection = connection
        self._page_id = page_id

    def _rows(self, query: sa.Select[Any], values: dict[str, object]) -> Sequence[Row]:
        return self._connection.execute(query, {"page": self._page_id, **values}).all()

    def _read(
        self, kind: Kind[Fact], query: sa.Select[Any], **values: object
    ) -> list[FactRow[Fact]]:
        return list(map(kind.read_present, self._rows(query, values)))

    def _read_among(
        self, kind: Kind[Fact], query: sa.Select[Any], keys: Iterable[str]
    ) -> list[FactRow[Fact]]:
        facts: list[FactRow[Fact]] = []
        for some in chunks(keys):
            facts += self._read(kind, query, keys=some)
        return facts

    def incidents(self, ids: Iterable[str]) -> dict[str, FactRow[Incident]]:
        """Return these incidents by id, as far as there are any."""
        rows = self._read_among(INCIDENTS, _INCIDENTS_OF, dict.fromkeys(ids))
        return by_key(rows, attrgetter("fact.id"))

    def impacts_of(self, incident_ids: Iterable[str]) -> list[FactRow[Impact]]:
        """Return the impacts of these incidents."""
        return self._read_among(IMPACTS, _IMPACTS_OF, incident_ids)

    def impacts_of_none(self) -> list[FactRow[Impact]]:
        """Return the impacts that belong to no incident."""
        return self._read(IMPACTS, _IMPACTS_OF_NONE)

    def impacts_going_on(self) -> list[FactRow[Impact]]:
        """Return the impacts without an end."""
        return self._read(IMPACTS, _IMPACTS_GOING_ON)

    def impacts_inside(self, cover: Coverage, source: str) -> list[FactRow[Impact]]:
        """Return the impacts of a source that touch a span."""
        span = {"source": source, "since": cover.span.start, "until": cover.span.end}
        if cover.component_id is None:
            return self._read(IMPACTS, _IMPACTS_INSIDE, **span)
        return self._read(IMPACTS, _IMPACTS_INSIDE_OF, component=cover.component_id, **span)

    def bars(self, spans: Collection[BarSpan]) -> list[FactRow[Bar]]:
        """Return at least the bars in these spans, of which there is one."""
        keys = {span.component_id for span in spans}
        first = min(span.first for span in spans)
        last = max(span.last for span in spans)
        days = {"first": first, "last": last}
        if None in keys or len(keys) > MOST_KEYS:
            return self._read(BARS, _BARS_BETWEEN, **days)
        return self._read(BARS, _BARS_BETWEEN_OF, **days, keys=list(keys))

    def figures(self, source: str) -> list[FactRow[ReportedUptime]]:
        """Return the uptime figures of a source."""
        return self._read(FIGURES, _FIGURES_OF, source=source)

    def coverage(self, sources: Collection[str]) -> dict[CoverageKey, dict[int, Interval]]:
        """Return the spans of these sources by whose they are, then by the id of their row."""
        spans: dict[CoverageKey, dict[int, Interval]] = {}
        rows = self._rows(_COVERAGE_OF, {"keys": sorted(sources)})
        for row_id, source, component_id, aspect, started_at, ended_at in rows:
            key = CoverageKey(source, component_id, aspect)
            spans.setdefault(key, {})[row_id] = Interval(started_at, ended_at)
        return spans
