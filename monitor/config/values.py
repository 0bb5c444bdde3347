"""Readers of durations, sizes, words and levels: a raw value to a checked one, or a Mistake."""

import re
import zoneinfo
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from monitor.config.durations import DAY_SECONDS, DURATION, parse_duration
from monitor.config.mistakes import Mistake, one_of, quote
from monitor.config.nodes import Value, read_each
from monitor.config.readers import TEXT, Reader, Shape, as_text, written
from monitor.intervals import is_zone_name, utc
from monitor.suggestions import did_you_mean, nearest_zone

MOST_MEBIBYTES = 1024
_PADDED_DURATION = rf"^\s*(?=\S){DURATION}\s*$"


@dataclass(frozen=True, slots=True)
class DurationRange:
    """A duration within bounds, counted in `unit` seconds.

    `bare` is the key that takes a plain number instead.
    """

    low: str
    high: str
    bare: str
    unit: int = 1

    @property
    def in_value(self) -> Reader:
        """Reads a duration that carries its unit."""
        return Reader(self.with_unit, lambda: {"type": "string", "pattern": _PADDED_DURATION})

    @property
    def in_key(self) -> Reader:
        """Reads a plain number, whose key names the unit."""
        return Reader(self.number, self._numbers)

    def with_unit(self, value: Value) -> int:
        """Read a duration that carries its unit."""
        text = value.scalar()
        if re.fullmatch(r"[0-9]{1,9}", text):
            letter = "d" if self.unit == DAY_SECONDS else "s"
            remedy = f"write {text}{letter}, or `{self.bare}: {text}`"
            raise Mistake(f"{quote(text)} has no unit; {remedy}")
        seconds = parse_duration(text)
        if seconds % self.unit:
            whole = -(-seconds // self.unit)
            raise Mistake(f"{quote(text)} is not whole days; write it like {whole}d")
        self._check(text, seconds, str)
        return seconds // self.unit

    def number(self, value: Value) -> int:
        """Read a plain number, whose key names the unit."""
        count = value.whole()
        self._check(str(count), count * self.unit, self._in_units)
        return count

    def _numbers(self) -> Shape:
        low, high = map(parse_duration, (self.low, self.high))
        return {"type": "integer", "minimum": low // self.unit, "maximum": high // self.unit}

    def _in_units(self, limit: str) -> str:
        return str(parse_duration(limit) // self.unit)

    def _check(self, text: str, seconds: int, spell: Callable[[str], str]) -> None:
        low, high = self.low, self.high
        if seconds < parse_duration(low):
            remedy = f"write {spell(low)} or more"
            raise Mistake(f"'{text}' is under the floor of {_with_space(low)}; {remedy}")
        if seconds > parse_duration(high):
            remedy = f"write {spell(high)} or less"
            raise Mistake(f"'{text}' is over the limit of {_with_space(high)}; {remedy}")


def _with_space(duration: str) -> str:
    """Return ``60 s`` of ``60s``."""
    return f"{duration[:-1]} {duration[-1]}"


def between(low: int, high: int) -> Reader:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(value: Value) -> int:
        number = value.whole()
        if not low <= number <= high:
            raise Mistake(f"'{number}' is out of range; write a number from {low} to {high}")
        return number

    return Reader(read, lambda: {"type": "integer", "minimum": low, "maximum": high})


def choice(words: Callable[[], Collection[str]], what: str) -> Reader:
    """Return a reader of one word of a closed set, which is asked for when a value is read."""

    def read(value: Value) -> str:
        return one_of(value.scalar(), words(), what)

    return Reader(read, lambda: {"enum": [*words()]})


def list_of(item: Shape) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": item}


@as_text(r"^\s*[0-9]+(\.[0-9]+)?\s?%\s*$")
def share(value: Value) -> float:
    """Read a percentage as a fraction of 1."""
    text = value.scalar()
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s?%", text)
    if match is None:
        raise Mistake(f"{quote(text)} is not a share; write it like 90% or 99.5%")
    fraction = float(match[1]) / 100
    if not 0 < fraction <= 1:
        raise Mistake(f"'{text}' is out of range; write a share above 0%, up to 100%")
    return fraction


@written({"type": "number", "exclusiveMinimum": 0, "maximum": MOST_MEBIBYTES})
def mebibytes(value: Value) -> float:
    """Read a size in MiB."""
    text = value.scalar()
    is_number = value.kind in {"int", "float"}
    if not is_number or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        raise Mistake(f"{quote(text)} is not a number of MiB; write it like 8 or 0.5")
    if not 0 < float(text) <= MOST_MEBIBYTES:
        remedy = f"write a number above 0, up to {MOST_MEBIBYTES}"
        raise Mistake(f"'{text}' is out of range; {remedy}")
    return float(text)


@written({"type": "boolean"})
def truth(value: Value) -> bool:
    """Read true or false."""
    text = value.scalar()
    if value.kind != "bool":
        raise Mistake(f"{quote(text)} is neither true nor false; write true or false")
    return text.lower() in {"true", "yes", "on"}


@written(list_of(TEXT))
def patterns(value: Value) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(read_each(value.items(), Value.text))


@written(TEXT)
def selector(value: Value) -> str:
    """Read a CSS selector."""
    import soupsieve  # late: it brings Beautiful Soup, for one setting that few files have

    text = value.text()
    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError as error:
        reason = str(error).splitlines()[0]
        raise Mistake(f"{quote(text)} is not a CSS selector: {reason}") from error
    return text


@as_text("^[0-9W-]+$")
def day(value: Value) -> date:
    """Read a day."""
    text = value.scalar()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{quote(text)} is not a day; write it like 2026-05-22") from None


@as_text("^[0-9]")
def moment(value: Value) -> datetime:
    """Read an instant with its zone, as UTC."""
    text = value.scalar()
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError:
        remedy = "write it like 2026-05-22T14:30Z"
        raise Mistake(f"{quote(text)} is not an instant with its zone; {remedy}") from None


def _zone(value: Value) -> str:
    """Read the name of a time zone."""
    text = value.text()
    if text in _zones():
        return text
    near = did_you_mean(nearest_zone(text, _zones()))
    remedy = near or "write an IANA name like UTC or Europe/Berlin"
    raise Mistake(f"{quote(text)} is not a time zone; {remedy}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(filter(is_zone_name, zoneinfo.available_timezones()))


zone = Reader(_zone, lambda: {"enum": sorted(_zones())})
"""Reads the name of a time zone."""
