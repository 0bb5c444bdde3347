"""Vendors beside each other over the same days, as the page shows it. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exporters.cells import Strip, level_class, strip
from exporters.explain.phrases import bad_text
from exporters.pages.axis import Axis, axis
from exporters.pages.links import Links
from exporters.pages.times import window_words
from exporters.pages.words import of_known_days
from exporters.wording import count_text, day_title, level_title, percent
from monitor.answers import JointDays, Record
from monitor.model import Day, Window
from monitor.plain import count_of
from monitor.ratios import POLICIES


@dataclass(frozen=True, slots=True)
class Row:
    """A vendor, or what all of them share: `remark` stands below its name."""

    name: str
    remark: str
    strip: Strip
    outage_days: str
    of_days: str
    share: str
    coverage: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """How long a vendor was at which levels on a joint day, with its evidence."""

    classes: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class JointRow:
    """A day on which all had an outage."""

    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the page says first, with its two numbers; `rest` is about chance."""

    begin: str
    days: str
    rest: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table side by side."""

    title: str
    values: tuple[str, ...]


def sentence(records: Sequence[Record], joint: JointDays) -> Sentence:
    """Return on how many days all had an outage, and whether that is more than chance gives."""
    if not joint.known_dates:
        return Sentence("There is no day that is known of all of them.", "", "")
    who = "Both" if len(records) == 2 else f"All {len(records)}"  # noqa: PLR2004
    days = f"{len(joint.days)} of {joint.known_dates}"
    return Sentence(f"{who} had an outage on", days, f"days known of all. {_by_chance(joint)}")


def _by_chance(joint: JointDays) -> str:
    chance = joint.chance
    if chance is None:  # pragma: no cover - there are at least two vendors and a known day
        return ""
    number = len(joint.days)
    verdict = "this is within chance"
    if number > chance.most:
        verdict = "this is more than chance"
    elif number < chance.least:
        verdict = "this is less than chance"
    return (
        f"Unrelated vendors with as many outage days would share {chance.mean:.1f} on average,"
        f" and {chance.least} to {chance.most} in 95 of 100 cases: {verdict}."
    )


def note(records: Sequence[Record], joint: JointDays) -> str:
    """Return what the sentence rests on: definition, window, zones, and how chance is meant."""
    zones = ", ".join(dict.fromkeys(record.page.zone_name for record in records))
    return (
        f"Partial or major outage of any component, by each vendor's own record,"
        f" {window_words(_common_window(records))}.{_how_chance_is_meant(joint)} Days are cut in"
        f" each page's own zone ({zones}): one event around midnight may fall on two dates."
    )


def _how_chance_is_meant(joint: JointDays) -> str:
    if joint.chance is None:
        return ""
    counts = " and ".join(map(str, joint.outage_days))
    return (
        f" Chance: {counts} outage days strewn independently over"
        f" {count_of(joint.known_dates, 'day')}"
        " (hypergeometric); outages cluster in time, so chance alone reaches further than this."
    )


def _common_window(records: Sequence[Record]) -> Window:
    windows = [record.window for record in records]
    return Window(max(each.first for each in windows), min(each.last for each in windows))


def common_axis(records: Sequence[Record]) -> Axis | None:
    """Return the axis of the strips; None where they do not begin with the same day: today is
    another day in another zone.
    """
    windows = {record.window for record in records}
    return axis(windows.pop()) if len(windows) == 1 else None


def rows(records: Sequence[Record], links: Links) -> Iterator[Row]:
    """Yield each vendor's row of days."""
    for record in records:
        figures = record.figures
        yield Row(
            name=record.name,
            remark=f"days in {record.page.zone_name}",
            strip=strip(record.days),
            outage_days=count_text(figures.outage_days),
            of_days=of_known_days(figures),
            share=percent(figures.outage_day_ratio),
            coverage=percent(figures.coverage_ratio),
            address=links.vendor(record.page.slug),
        )


def joint_rows(records: Sequence[Record], joint: JointDays, links: Links) -> Iterator[JointRow]:
    """Yield the days on which all had an outage, newest first."""
    for day, days in sorted(joint.days.items(), reverse=True):
        marks = []
        for record, own in zip(records, days, strict=True):
            marks.append(_mark(own, links.day(record.page.slug, day)))
        yield JointRow(day_title(day), tuple(marks))


def _mark(day: Day, address: str) -> Mark:
    return Mark(level_class(day.level), bad_text(day.seconds) or level_title(day.level), address)


def side_by_side(records: Sequence[Record], policy: str) -> Iterator[Figure]:
    """Yield each figure of every vendor over its own known days."""
    figures = [record.figures for record in records]
    yield Figure(
        "outage days",
        tuple(f"{count_text(own.outage_days)} {of_known_days(own)}".rstrip() for own in figures),
    )
    yield Figure(
        "of them with a major outage", tuple(count_text(own.major_days) for own in figures)
    )
    yield Figure("degraded at worst", tuple(count_text(own.degraded_days) for own in figures))
    downtimes = (own.downtime_ratio(POLICIES[policy]) for own in figures)
    yield Figure(f"downtime ({policy})", tuple(percent(each, 3) for each in downtimes))
    yield Figure("disputed days", tuple(count_text(own.disputed_days) for own in figures))
    yield Figure("coverage", tuple(percent(own.coverage_ratio) for own in figures))
    yield Figure("kind of page", tuple(record.page.platform or "unknown" for record in records))


@dataclass(frozen=True, slots=True)
class Choice:
    """A vendor to choose from."""

    slug: str
    name: str
    is_chosen: bool


def choices(names: Mapping[str, str], chosen: str | None) -> list[Choice]:
    """Return all vendors by their names, of which one may be chosen already."""
    ordered = sorted(names.items(), key=lambda item: item[1].casefold())
    return [Choice(slug, name, slug == chosen) for slug, name in ordered]


def selects(names: Mapping[str, str], slugs: Collection[str], most: int) -> Iterator[list[Choice]]:
    """Yield a list to choose from for each vendor chosen, and one more while more are allowed."""
    for slug in slugs:
        yield choices(names, slug)
    if len(slugs) < most:
        yield choices(names, None)
        if not slugs:
            yield choices(names, None)
