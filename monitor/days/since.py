"""Since when an outage goes on, from what was claimed and seen. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.days.classify import Options, claims_by_component, last_read_at
from monitor.intervals import Interval, day_of
from monitor.model import PageFacts

DAYS = 30
"""How many days an outage is followed back, today included: of a longer one that is what is
said."""


@dataclass(frozen=True, slots=True)
class Since:
    """Since when the vendor, and each component by its id, has been in an outage; None and absent:
    it is in none.
    """

    vendor: datetime | None = None
    components: Mapping[str, datetime] = field(default_factory=dict)


def outage_since(facts: PageFacts, options: Options, now: datetime) -> Since:
    """Return since when there has been a partial or major outage without a break until the last
    reading, in UTC.

    A vendor's is that of its counted components: where one ends as another begins, it goes on. A
    break of one poll interval is none: nobody looked. Nothing is said of a page that was never
    read.
    """
    until = last_read_at(facts, now)
    if until is None:
        return Since()
    today = day_of(now, options.zone)
    pad = timedelta(seconds=options.interval_seconds)
    first = today - timedelta(days=DAYS - 1)
    claims = claims_by_component(facts, options, first=first, last=today, now=now)
    components = {}
    counting: list[Interval] = []
    for key, own in claims.items():
        outages = [bad.span for bad in own.bad if bad.level.is_outage]
        since = _unbroken(outages, until, pad)
        if since is not None:
            components[key] = since
        if key not in options.exclude:
            counting += outages
    return Since(_unbroken(counting, until, pad), components)


def _unbroken(spans: Iterable[Interval], until: datetime, pad: timedelta) -> datetime | None:
    """Return the start of what goes on at `until`, followed back over breaks of `pad`."""
    since = None
    for span in sorted(spans, key=lambda span: span.end, reverse=True):
        if span.end < (until if since is None else since - pad):
            break
        since = span.start if since is None else min(since, span.start)
    return since
