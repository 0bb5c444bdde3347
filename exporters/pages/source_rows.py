"""Since when each source of a vendor speaks, and how far it has been read. Pure."""

from dataclasses import dataclass

from exporters.pages.times import Moment, moment
from monitor.answers import Record
from monitor.intervals import day_interval
from monitor.model import Aspect

SOURCE_TITLES = {
    Aspect.BARS: "uptime record (bars)",
    Aspect.IMPACTS: "incidents (impacts)",
    Aspect.OBSERVATIONS: "our polls (observations)",
}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source, from when to when it speaks."""

    title: str
    first: Moment
    last: Moment


def source_rows(record: Record) -> list[SourceRow]:
    """Return the sources that speak of the window, the best first, up to its end."""
    zone, now = record.page.zone, record.query.now
    end = day_interval(record.window.last, zone).end
    rows = []
    for source in record.sources:
        if source.first < end:
            first, last = moment(source.first, zone, now), min(source.last, end)
            title = SOURCE_TITLES[source.aspect]
            rows.append(SourceRow(title, first, moment(last, zone, now)))
    return rows
