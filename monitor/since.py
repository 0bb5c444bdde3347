"""Since when an outage goes on, from what was claimed and seen. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.claims import Claims
from monitor.classify import Options, claimed, seen_until
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
    until = seen_until(facts, now)
    if until is None:
        return Since()
    today = day_of(now, options.zone)
    pad = timedelta(seconds=options.interval_seconds)
    found = claimed(facts, options, first=today - timedelta(days=DAYS - 1), last=today, now=now)
    spans = {key: _outages(claims) for key, claims in found.items()}
    each = {
        key: since
        for key, own in spans.items()
        if (since := _unbroken(own, until, pad)) is not None
    }
    counted = (span for key, own in spans.items() if key not in options.exclude for span in own)
    return Since(_unbroken(counted, until, pad), each)


def _outages(claims: Claims) -> list[Interval]:
    return [piece.span for piece in claims.pieces if piece.level.is_outage]


def _unbroken(spans: Iterable[Interval], until: datetime, pad: timedelta) -> datetime | None:
    """Return the start of what goes on at `until`, followed back over breaks of `pad`."""
    since = None
    for span in sorted(spans, key=lambda each: each.end, reverse=True):
        if span.end < (until if since is None else since - pad):
            break
        since = span.start if since is None else min(since, span.start)
    return since
