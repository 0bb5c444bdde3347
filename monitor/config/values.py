"""Readers of durations, sizes, words and levels: a raw value to a checked one, or a Mistake."""

import re
import zoneinfo
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import soupsieve

from monitor.config.durations import DAY_SECONDS, parse_duration
from monitor.config.mistakes import Mistake, closest, one_of, shown
from monitor.config.nodes import Value, collected
from monitor.intervals import is_zone_name, utc
from monitor.model import Level

Reader = Callable[[Value], Any]

LEVELS = {level.word: level for level in Level}
"""Levels by the word they are written as."""

MOST_MEBIBYTES = 1024


@dataclass(frozen=True, slots=True)
class DurationRange:
    """A duration within bounds, counted in `unit` seconds.

    `bare` is the key that takes a plain number instead.
    """

    low: str
    high: str
    bare: str
    unit: int = 1

    def with_unit(self, value: Value) -> int:
        """Read a duration that carries its unit."""
        written = value.written()
        if re.fullmatch(r"[0-9]{1,9}", written):
            letter = "d" if self.unit == DAY_SECONDS else "s"
            remedy = f"write {written}{letter}, or `{self.bare}: {written}`"
            raise Mistake(f"{shown(written)} has no unit; {remedy}")
        seconds = parse_duration(written)
        if seconds % self.unit:
            whole = -(-seconds // self.unit)
            raise Mistake(f"{shown(written)} is not whole days; write it like {whole}d")
        self._check(written, seconds, str)
        return seconds // self.unit

    def number(self, value: Value) -> int:
        """Read a plain number, whose key names the unit."""
        count = value.whole()
        self._check(str(count), count * self.unit, self._in_units)
        return count

    def _in_units(self, bound: str) -> str:
        return str(parse_duration(bound) // self.unit)

    def _check(self, written: str, seconds: int, spelt: Callable[[str], str]) -> None:
        low, high = self.low, self.high
        if seconds < parse_duration(low):
            remedy = f"write {spelt(low)} or more"
            raise Mistake(f"'{written}' is under the floor of {_spaced(low)}; {remedy}")
        if seconds > parse_duration(high):
            remedy = f"write {spelt(high)} or less"
            raise Mistake(f"'{written}' is over the limit of {_spaced(high)}; {remedy}")


def _spaced(duration: str) -> str:
    return f"{duration[:-1]} {duration[-1]}"


def between(low: int, high: int) -> Reader:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(value: Value) -> int:
        number = value.whole()
        if not low <= number <= high:
            raise Mistake(f"'{number}' is out of range; write a number from {low} to {high}")
        return number

    return read


def choice(known: Callable[[], Collection[str]], what: str) -> Reader:
    """Return a reader of one word of a closed set, which is asked for when a value is read."""

    def read(value: Value) -> str:
        return one_of(value.written(), known(), what)

    return read


def share(value: Value) -> float:
    """Read a percentage as a fraction of 1."""
    written = value.written()
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s?%", written)
    if match is None:
        raise Mistake(f"{shown(written)} is not a share; write it like 90% or 99.5%")
    fraction = float(match[1]) / 100
    if not 0 < fraction <= 1:
        raise Mistake(f"'{written}' is out of range; write a share above 0%, up to 100%")
    return fraction


def mebibytes(value: Value) -> float:
    """Read a size in MiB."""
    written = value.written()
    is_number = value.kind in {"int", "float"}
    if not is_number or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", written):
        raise Mistake(f"{shown(written)} is not a number of MiB; write it like 8 or 0.5")
    if not 0 < float(written) <= MOST_MEBIBYTES:
        remedy = f"write a number above 0, up to {MOST_MEBIBYTES}"
        raise Mistake(f"'{written}' is out of range; {remedy}")
    return float(written)


def truth(value: Value) -> bool:
    """Read true or false."""
    written = value.written()
    if value.kind != "bool":
        raise Mistake(f"{shown(written)} is neither true nor false; write true or false")
    return written.lower() in {"true", "yes", "on"}


def patterns(value: Value) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(collected(value.items(), Value.text))


def selector(value: Value) -> str:
    """Read a CSS selector."""
    text = value.text()
    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError as error:
        reason = str(error).splitlines()[0]
        raise Mistake(f"{shown(text)} is not a CSS selector: {reason}") from error
    return text


def day(value: Value) -> date:
    """Read a day."""
    written = value.written()
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Mistake(f"{shown(written)} is not a day; write it like 2026-05-22") from None


def moment(value: Value) -> datetime:
    """Read an instant with its zone, as UTC."""
    written = value.written()
    try:
        return utc(datetime.fromisoformat(written))
    except ValueError:
        remedy = "write it like 2026-05-22T14:30Z"
        raise Mistake(f"{shown(written)} is not an instant with its zone; {remedy}") from None


def zone(value: Value) -> str:
    """Read the name of a time zone."""
    text = value.text()
    if text in _zones():
        return text
    near = closest(text, _zones())
    remedy = f"did you mean '{near}'?" if near else "write an IANA name like UTC or Europe/Berlin"
    raise Mistake(f"{shown(text)} is not a time zone; {remedy}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(filter(is_zone_name, zoneinfo.available_timezones()))
