"""When an answer is still the answer: entity tags, and the answers that were made last."""

import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from exporters.gzipped import piece, stream
from monitor.answers import STALE_INTERVALS, freshness
from monitor.config import VendorConfig
from monitor.intervals import day_of
from monitor.model import without_none
from monitor.store import PageRecord

LONGEST = timedelta(minutes=5)
"""How old an answer may be whose page was not read since: what goes on grows longer."""

_MOST_ANSWERS = 256
_MOST_BYTES = 32 * 1024 * 1024
_WORTH_BYTES = 512
"""Below this, compressing saves nothing."""

Stamp = tuple[Hashable, ...]


def stamp(page: PageRecord, vendor: VendorConfig, now: datetime) -> Stamp:
    """Return everything that what is said of a page depends on, beside the settings.

    The version grows whenever something stored about the page changes; the rest changes with time
    alone: the day it is there, whether the last reading still says anything, and what goes on.
    """
    age = None if page.observed_until is None else now - page.observed_until
    return (
        page.slug,
        page.version,
        page.last_poll_at,
        page.last_success_at,
        page.observed_until,
        page.last_ok,
        page.last_error_message,
        page.remark,
        page.zone_name,
        page.removed_at,
        day_of(now, page.zone),
        freshness(page, page.observed_until, vendor.interval_seconds, now),
        age is not None and age.total_seconds() > STALE_INTERVALS * vendor.interval_seconds,
        tick(now),
    )


def tick(now: datetime) -> int:
    """Return a number that grows by one every `LONGEST`."""
    return int(now.timestamp() // LONGEST.total_seconds())


def changed_at(page: PageRecord, now: datetime) -> datetime:
    """Return when what is known of a page changed last, as far as is told: its last poll."""
    instants = (page.last_poll_at, page.derived_at, page.added_at)
    return min(now, max(without_none(instants)))


def entity_tag(*parts: object) -> str:
    """Return a weak tag: two answers of one tag say the same, made at two moments."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


@dataclass(frozen=True, slots=True)
class Body:
    """An answer's bytes, as they are and compressed; None = compressing is not worth it."""

    plain: bytes
    compressed: bytes | None

    @classmethod
    def of(cls, content: bytes) -> "Body":
        """Return the body of these bytes."""
        if len(content) < _WORTH_BYTES:
            return cls(content, None)
        return cls(content, b"".join(stream([piece([content])])))

    @property
    def size(self) -> int:
        """How many bytes are held."""
        return len(self.plain) + len(self.compressed or b"")


class Answers:
    """The answers that were asked for last, by their tag, within a bound; from any thread."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, tag: str) -> Body | None:
        """Return the answer of a tag; None = it is not kept."""
        with self._lock:
            body = self._bodies.get(tag)
            if body is not None:
                self._bodies.move_to_end(tag)
            return body

    def keep(self, tag: str, body: Body) -> None:
        """Keep an answer in the place of those that were not asked for longest."""
        with self._lock:
            old = self._bodies.pop(tag, None)
            self._bytes += body.size - (0 if old is None else old.size)
            self._bodies[tag] = body
            while self._bodies and self._is_too_much():
                _, oldest = self._bodies.popitem(last=False)
                self._bytes -= oldest.size

    def _is_too_much(self) -> bool:
        return self._bytes > self._most_bytes or len(self._bodies) > _MOST_ANSWERS
