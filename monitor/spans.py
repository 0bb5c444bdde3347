"""Spans of days as people write them: `2026-03`, `2026-Q1`, `2026`, `2026-05-01..2026-05-22`,
`yesterday`. Pure.

A day is a calendar day of the page's zone, so `today` is another day at another page: whoever reads
a text says which day it is there. A month, quarter or year that goes on ends with today.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from monitor.errors import ConfigError
from monitor.model import Window

_ONE_DAY = timedelta(days=1)
_LONGEST_DAYS = 3660
"""The most days of a window, in all options that take some."""
_MOST_SPANS = 120
_FAR_FUTURE = date(9999, 1, 1)
_EARLIEST = date(2000, 1, 1)
"""No status page is older; near the year 1 no day could be counted back from."""
_RANGE = ".."
_DAY_WORDS = {"today": 0, "yesterday": 1}


class Unit(Enum):
    """The calendar's spans, each with how it is written and how many months it has."""

    MONTH = ("month", "2026-03", "2026-01..2026-06", 1)
    QUARTER = ("quarter", "2026-Q1", "2025-Q1..2026-Q1", 3)
    YEAR = ("year", "2026", "2024..2026", 12)

    def __init__(self, word: str, example: str, several: str, months: int) -> None:
        self.word = word
        self.example = example
        self.several = several
        self.months = months


_PATTERNS = {
    Unit.MONTH: re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})"),
    Unit.QUARTER: re.compile(r"(?P<year>\d{4})-[Qq](?P<number>[1-4])"),
    Unit.YEAR: re.compile(r"(?P<year>\d{4})(?P<number>)"),
}
"""How each is written, with which of its year it is; a year has no number."""


@dataclass(frozen=True, slots=True)
class Span:
    """`first` to `last` inclusive, in days of the page's zone.

    `name` is what a column of it is called; "" for days that have no name of their own. A span of
    the calendar `is_running` while it is not over: its last day is today.
    """

    first: date
    last: date
    name: str = ""
    is_running: bool = False

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def window(self) -> Window:
        """The same days as a window."""
        return Window(self.first, self.last)

    @property
    def title(self) -> str:
        """What people call it, e.g. ``2026-11 until today``."""
        name = self.name or f"{self.first} to {self.last}"
        return f"{name} until today" if self.is_running else name


def parse_day(text: str, today: date) -> date:
    """Return the day of an ISO 8601 date, `today` or `yesterday`; it may lie in the future.

    Raises ConfigError for anything else.
    """
    word = text.strip().lower()
    if word in _DAY_WORDS:
        return today - timedelta(days=_DAY_WORDS[word])
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        return _calendar_day(word)
    raise ConfigError(
        f"{text!r} is not a day; write it as 2026-05-22, or write `today` or `yesterday`"
    )


def _calendar_day(word: str) -> date:
    try:
        day = date.fromisoformat(word)
    except ValueError as error:
        raise ConfigError(f"{word} is not in the calendar: {error}") from error
    if day < _EARLIEST:
        raise ConfigError(f"{word} lies before any status page; ask for {_EARLIEST} or later")
    return day


def parse_span(text: str, today: date) -> Span:
    """Return a day, month, quarter or year, or a range of them as `2026-05-01..2026-05-22`.

    Raises ConfigError for anything else, for a span that has not begun, and for a range that ends
    before it begins or on a day that has not come.
    """
    begin, dots, end = text.partition(_RANGE)
    if not dots:
        span = _one(text, today)
        return _so_far(span, today) if span.name else _past(span, today)
    first, last = _one(begin, today), _one(end, today)
    return _from_to(first, last, text, today)


def parse_spans(unit: Unit, texts: Iterable[str], today: date) -> list[Span]:
    """Return the months, quarters or years of the texts; `2026-01..2026-06` is six months.

    Raises ConfigError for what is no such span, one that has not begun, or too many.
    """
    spans = []
    for text in texts:
        begin, dots, end = text.partition(_RANGE)
        first = _of_unit(unit, begin, text)
        last = _of_unit(unit, end, text) if dots else first
        if last.first < first.first:
            raise ConfigError(
                f"{text!r} ends before it begins; write {last.name}{_RANGE}{first.name}"
            )
        while first.first <= last.first:
            spans.append(_so_far(first, today))
            first = _calendar(unit, first.last + _ONE_DAY)
            if len(spans) > _MOST_SPANS:
                raise ConfigError(f"{text!r}: at most {_MOST_SPANS} spans are shown at a time")
    return spans


def _one(text: str, today: date) -> Span:
    for unit in Unit:
        span = _maybe_of_unit(unit, text)
        if span is not None:
            return span
    try:
        day = parse_day(text, today)
    except ConfigError as error:
        raise ConfigError(f"{error}; a month is 2026-03, a quarter 2026-Q1, a year 2026") from error
    return Span(day, day)


def _from_to(first: Span, last: Span, text: str, today: date) -> Span:
    if last.last < first.first:
        raise ConfigError(f"{text!r} ends before it begins; write the earlier day first")
    end = _so_far(last, today) if last.name else _past(last, today)
    return Span(first.first, end.last, is_running=end.is_running)


def _of_unit(unit: Unit, text: str, whole: str) -> Span:
    span = _maybe_of_unit(unit, text)
    if span is not None:
        return span
    for other in Unit:
        if _maybe_of_unit(other, text) is not None:
            raise ConfigError(
                f"{whole!r} is a {other.word}, not a {unit.word}; write --{other.word} {whole}"
            )
    raise ConfigError(
        f"{whole!r} is not a {unit.word}; write {unit.example}, or {unit.several} for several"
    )


def _maybe_of_unit(unit: Unit, text: str) -> Span | None:
    match = _PATTERNS[unit].fullmatch(text.strip())
    if match is None:
        return None
    year = int(match["year"])
    month = (int(match["number"] or 1) - 1) * unit.months + 1
    if not (_EARLIEST.year <= year < date.max.year and 1 <= month <= Unit.YEAR.months):
        return None
    return _calendar(unit, date(year, month, 1))


def _calendar(unit: Unit, first: date) -> Span:
    """Return the span of the calendar that begins on this first day of a month."""
    months = first.year * 12 + first.month - 1 + unit.months
    last = date(months // 12, months % 12 + 1, 1) - _ONE_DAY
    name = {
        Unit.MONTH: f"{first:%Y-%m}",
        Unit.QUARTER: f"{first:%Y}-Q{(first.month + 2) // 3}",
        Unit.YEAR: f"{first:%Y}",
    }[unit]
    return Span(first, last, name)


def _so_far(span: Span, today: date) -> Span:
    """Return a span of the calendar as far as it has come. Raises ConfigError for a later one."""
    if span.first > today:
        raise ConfigError(
            f"{span.name} has not begun: it is {today} at the page; ask for an earlier one"
        )
    # Today is not over, so a span that ends with it goes on too.
    return replace(span, last=today, is_running=True) if span.last >= today else span


def _past(span: Span, today: date) -> Span:
    if span.last > today:
        raise ConfigError(f"{span.last} is in the future: it is {today} at the page; write `today`")
    return span


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanChoice:
    """What was asked for, as it was written: days, or spans of the calendar. Nothing = a window of
    the usual length that ends today.

    `until` and `as_of` are two words for the last day.
    """

    since: str | None = None
    until: str | None = None
    days: int | None = None
    as_of: str | None = None
    calendar: Mapping[Unit, tuple[str, ...]]

    @property
    def last(self) -> str | None:
        """The last day as it was written; None = today."""
        return self.until or self.as_of

    @property
    def names_spans(self) -> bool:
        """Whether months, quarters or years were asked for."""
        return any(self.calendar.values())

    def check(self) -> None:
        """Raise ConfigError where two of the options contradict each other, or a text is no day or
        no span whatever day it is.
        """
        self._require_no_contradiction()
        for text in (self.since, self.last):
            if text is not None:
                parse_day(text, _FAR_FUTURE)
        self.spans(_FAR_FUTURE)

    def _require_no_contradiction(self) -> None:
        options = self._options_of_days()
        units = [f"--{unit.word}" for unit, texts in self.calendar.items() if texts]
        if options and units:
            raise ConfigError(
                f"{units[0]} names whole spans of the calendar, {options[0]} other days;"
                f" drop {options[0]} or {units[0]}"
            )
        if self.until is not None and self.as_of is not None:
            raise ConfigError("--until and --as-of both name the last day; drop one of them")
        if self.since is not None and self.days is not None:
            raise ConfigError(
                "--since names the first day, --days counts back from the last one; drop one of"
                " them"
            )

    def _options_of_days(self) -> list[str]:
        options = []
        for name in ("since", "until", "days", "as_of"):
            if getattr(self, name) is not None:
                option = name.replace("_", "-")
                options.append(f"--{option}")
        return options

    def window(self, today: date, usual_days: int) -> Span:
        """Return the days from the first to the last that was asked for, whatever lies between.

        Raises ConfigError as `spans` and `check` do, for a day that has not come, for no day, and
        for too many.
        """
        self.check()
        if self.names_spans:
            spans = self.spans(today)
            return _not_empty(spans[0].first, max(span.last for span in spans))
        last = parse_day(self.last, today) if self.last else today
        _past(Span(last, last), today)
        if self.since is None:
            return Span(last - timedelta(days=(self.days or usual_days) - 1), last)
        first = parse_day(self.since, today)
        _past(Span(first, first), today)
        return _not_empty(first, last)

    def months_of(self, window: Span) -> tuple[Span, ...]:
        """Return the calendar months of a window; the first and the last may be part of one."""
        spans = []
        first = window.first
        while first <= window.last:
            month = _calendar(Unit.MONTH, first.replace(day=1))
            last = min(month.last, window.last)
            is_whole = (first, last) == (month.first, month.last)
            spans.append(Span(first, last, month.name if is_whole else ""))
            first = last + _ONE_DAY
        return tuple(spans)

    def spans(self, today: date) -> tuple[Span, ...]:
        """Return the months, quarters and years asked for, each once, the earliest first."""
        spans: set[Span] = set()
        for unit, texts in self.calendar.items():
            spans.update(parse_spans(unit, texts, today))
        return tuple(sorted(spans, key=lambda span: (span.first, span.last, span.name)))


def _not_empty(first: date, last: date) -> Span:
    span = Span(first, last)
    if last < first:
        raise ConfigError(f"{first} to {last} has no day: the first lies after the last; swap them")
    if span.days > _LONGEST_DAYS:
        raise ConfigError(
            f"{first} to {last} are {span.days} days, at most {_LONGEST_DAYS} are shown; ask for"
            f" {last - timedelta(days=_LONGEST_DAYS - 1)} to {last}"
        )
    return span
