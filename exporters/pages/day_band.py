"""A day hour by hour: a component a block, a source a lane. Unknown is hatched. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from exporters.cells import level_class
from exporters.explain.phrases import bad_text, level_text
from exporters.pages.day_scale import Hour, Scale
from exporters.pages.day_sources import SourceDay, amount_words, are_well, source_days, worst_first
from exporters.wording import UNKNOWN, level_title
from monitor.answers import ComponentDay, Explanation
from monitor.intervals import ONE_SECOND, Interval, subtract
from monitor.model import Aspect, Day, Level, Seconds
from monitor.plain import duration

MOST_BLOCKS = 30
"""So many components are drawn, the worst ones; the others are named."""

_MOST_MARKS = 200
"""So many spans are drawn in a lane."""

_MOST_WORDS = 5
_FOOT, _EIGHTH = 24, 3
_EIGHTHS = {
    Level.MAINTENANCE: 2,
    Level.DEGRADED: 4,
    Level.PARTIAL_OUTAGE: 6,
    Level.MAJOR_OUTAGE: 8,
}
_TITLES = {
    Aspect.BARS: "uptime record",
    Aspect.IMPACTS: "incidents",
    Aspect.OBSERVATIONS: "our polls",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a lane as wide as it lasted and as high as its level, with what it is in words."""

    x: str
    width: str
    y: int
    height: int
    classes: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """What one source said of one component: `label` is all of it in words, `remark` what a
    picture cannot show.
    """

    source: str
    remark: str
    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A component: what counts, and a lane for each source that spoke of it."""

    name: str
    classes: str
    counted: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The day. Components of which every source says that all was well are only named (`quiet`),
    and so are those of which none spoke (`silent`), that the page did not list (`absent`), and
    those that are too many to draw (`others`).
    """

    clock: str
    hours: tuple[Hour, ...]
    utc_hours: tuple[Hour, ...] | None
    blocks: tuple[Block, ...]
    quiet: tuple[str, ...]
    silent: tuple[str, ...]
    absent: tuple[str, ...]
    others: tuple[str, ...]


def band(explanation: Explanation) -> Band:
    """Return the day that an explanation is of."""
    scale = Scale(explanation.span, explanation.page.zone)
    shown, names = _sorted_out(explanation)
    sources = source_days(explanation)
    elapsed = Interval.between(explanation.span.start, min(explanation.span.end, explanation.as_of))
    painter = _Painter(scale, elapsed)
    drawn = shown[:MOST_BLOCKS]
    first = explanation.span.start.astimezone(explanation.page.zone)
    is_utc = not first.utcoffset()
    return Band(
        clock=_clock(explanation.page.zone_name, f"{first:%Z}"),
        hours=tuple(scale.hours()),
        utc_hours=None if is_utc else tuple(scale.utc_hours()),
        blocks=tuple(painter.block(entry, sources[entry.component.id]) for entry in drawn),
        others=tuple(_name(entry) for entry in shown[MOST_BLOCKS:]),
        **names,
    )


def _clock(zone: str, abbreviation: str) -> str:
    return zone if zone == abbreviation else f"{zone} ({abbreviation})"


def _sorted_out(
    explanation: Explanation,
) -> tuple[list[ComponentDay], dict[str, tuple[str, ...]]]:
    """Return the components to draw, the worst first, and the names of the others by why."""
    sources = source_days(explanation)
    shown: list[ComponentDay] = []
    names: dict[str, list[str]] = {"quiet": [], "silent": [], "absent": []}
    for entry in explanation.days:
        why = _why_not_drawn(entry.day, [*sources[entry.component.id].values()])
        if why is None or explanation.component is not None:
            shown.append(entry)
        else:
            names[why].append(_name(entry))
    return worst_first(shown), {why: tuple(own) for why, own in names.items()}


def _why_not_drawn(day: Day, sources: Sequence[SourceDay]) -> str | None:
    if all(source.is_silent for source in sources):
        return "silent" if day.absence is None else "absent"
    is_quiet = day.level is Level.OPERATIONAL and day.coverage == 1 and not day.disputed
    return "quiet" if is_quiet and are_well(sources) else None


def _name(entry: ComponentDay) -> str:
    return entry.component.component.full_name


@dataclass(frozen=True, slots=True)
class _Painter:
    """Draws on the clock of a day, of which `elapsed` is over; None = nothing is yet."""

    scale: Scale
    elapsed: Interval | None

    def block(self, entry: ComponentDay, sources: dict[Aspect, SourceDay]) -> Block:
        spoken = {aspect: source for aspect, source in sources.items() if not source.is_silent}
        lanes = (self._lane(_name(entry), *each) for each in spoken.items())
        return Block(
            name=_name(entry),
            classes=level_class(entry.day.level),
            counted=_counted(entry.day),
            lanes=tuple(lanes),
        )

    def _lane(self, name: str, aspect: Aspect, source: SourceDay) -> Lane:
        gaps = [] if self.elapsed is None else subtract([self.elapsed], source.covered)
        unread = [each.span for each in source.stretches if each.level is None]
        words = [*self._words(source), *(f"not covered {self.scale.words(gap)}" for gap in gaps)]
        remark = ""
        if aspect is Aspect.BARS and (source.covered or source.amount):
            remark = amount_words(source)
            words.insert(0, remark)
        marks = [
            *self._feet(subtract(source.covered, unread)),
            *self._hatches(gaps, "not covered"),
            *self._hatches(unread, UNKNOWN),
            *self._amounts(source.amount),
            *self._levels(source),
        ]
        label = f"{name}, {_TITLES[aspect]}: {_shortened(words) or 'nothing bad'}"
        return Lane(_TITLES[aspect], remark, label, tuple(marks[:_MOST_MARKS]))

    def _words(self, source: SourceDay) -> Iterator[str]:
        for stretch in sorted(source.stretches, key=lambda each: each.span):
            yield f"{level_title(stretch.level)} {self.scale.words(stretch.span)}"

    def _feet(self, covered: Iterable[Interval]) -> Iterator[Mark]:
        for span in covered:
            yield self._mark(span, _EIGHTH, "b0", "")

    def _hatches(self, spans: Iterable[Interval], what: str) -> Iterator[Mark]:
        for span in spans:
            yield self._mark(span, _FOOT, "gap", f"{what} {self.scale.words(span)}")

    def _levels(self, source: SourceDay) -> Iterator[Mark]:
        """Yield the levels, the worst last and so on top."""
        for level, eighths in _EIGHTHS.items():
            for stretch in source.stretches:
                if stretch.level is level:
                    title = f"{level.title} {self.scale.words(stretch.span)}"
                    yield self._mark(stretch.span, eighths * _EIGHTH, f"b{level.value}", title)

    def _amounts(self, amount: Seconds | None) -> Iterator[Mark]:
        """Yield amounts without times, from the left, the worst first."""
        start = self.scale.span.start
        for level in () if amount is None else amount.levels:
            seconds = amount.of(level) if amount else 0.0
            height = _EIGHTHS[level] * _EIGHTH
            yield Mark(
                x=self.scale.x(start),
                width=self.scale.width(seconds),
                y=_FOOT - height,
                height=height,
                classes=f"len b{level.value}",
                title=f"{level.title} {duration(seconds)}, at times that are not told",
            )
            start += seconds * ONE_SECOND

    def _mark(self, span: Interval, height: int, classes: str, title: str) -> Mark:
        x, width = self.scale.x(span.start), self.scale.width(span.seconds)
        return Mark(x, width, _FOOT - height, height, classes, title)


def _counted(day: Day) -> str:
    return bad_text(day.seconds) if day.level in day.seconds.levels else level_text(day)


def _shortened(words: Sequence[str]) -> str:
    more = [f"and {len(words) - _MOST_WORDS} more"] if len(words) > _MOST_WORDS else []
    return "; ".join([*words[:_MOST_WORDS], *more])
