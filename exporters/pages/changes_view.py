"""What vendors edited after the fact, as the page shows it. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from exporters.cells import level_class
from exporters.explain.phrases import bad_text
from exporters.pages.incident_fields import Change, FieldWords
from exporters.pages.links import Links
from exporters.pages.times import Moment, day_title, moment
from exporters.pages.words import counted, number_word, sentence_case
from exporters.wording import level_title
from monitor.answers import DayEdit, Edits, IncidentEdits
from monitor.model import Day
from monitor.plain import duration

Names = Callable[[str], str]
"""What a vendor is called, by its slug."""


@dataclass(frozen=True, slots=True)
class DayValue:
    """A day as it was or is."""

    classes: str
    level: str
    amount: str
    is_disputed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A component's day that was changed."""

    title: str
    address: str
    vendor: str
    vendor_address: str
    component: str
    was: DayValue
    now: DayValue
    difference: str
    seen_at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident that was changed in one reading."""

    title: str
    address: str
    vendor: str
    vendor_address: str
    changes: tuple[Change, ...]
    seen_at: Moment


def sentence(edits: Edits) -> str:
    """Return what the page says first, with the counts in both directions."""
    if not edits.day_count:
        days = "No closed day was changed afterwards, as far as we have read."
    else:
        verb = "was" if edits.day_count == 1 else "were"
        days = (
            f"{counted(edits.day_count, 'closed component day')} {verb} changed afterwards:"
            f" {number_word(edits.shorter)} to less outage, {number_word(edits.longer)} to more"
        )
        alike = edits.day_count - edits.shorter - edits.longer
        days += f", {number_word(alike)} to as much." if alike else "."
    return sentence_case(days)


def day_rows(edits: Edits, names: Names, links: Links, now: datetime) -> Iterator[DayRow]:
    """Yield the days, those that were seen last first."""
    for edit in edits.days:
        slug = edit.page.slug
        yield DayRow(
            title=day_title(edit.date),
            address=_day_address(edit, links),
            vendor=names(slug),
            vendor_address=links.vendor(slug),
            component=_component_name(edit),
            was=_value(edit.before),
            now=_value(edit.after),
            difference=_difference(edit),
            seen_at=moment(edit.seen_at, edit.page.zone, now),
        )


def _day_address(edit: DayEdit, links: Links) -> str:
    if edit.component is None:
        return links.day(edit.page.slug, edit.date)
    return links.day(edit.page.slug, edit.date, component=edit.component.slug)


def _component_name(edit: DayEdit) -> str:
    return edit.component_id if edit.component is None else edit.component.component.full_name


def _value(day: Day) -> DayValue:
    amount = "nothing bad" if day.covered_seconds else "nothing known"
    return DayValue(
        classes=level_class(day.level),
        level=level_title(day.level),
        amount=bad_text(day.seconds) or amount,
        is_disputed=day.disputed,
    )


def _difference(edit: DayEdit) -> str:
    """Return how much longer the outage is than it was; unknown where nothing is known now."""
    if edit.after.known_seconds is None:
        return "unknown"
    seconds = edit.after.seconds.outage - edit.before.seconds.outage
    sign = {True: "+", False: "−"}[seconds > 0] if seconds else ""
    return f"{sign}{duration(abs(seconds))}"


def incident_rows(edits: Edits, names: Names, links: Links, now: datetime) -> Iterator[IncidentRow]:
    """Yield the incidents, those that were seen last first."""
    for each in edits.incidents:
        slug, incident = each.page.slug, each.edits[-1].after
        words = _words_of(each, now)
        yield IncidentRow(
            title=incident.title,
            address=links.incident(slug, incident.id),
            vendor=names(slug),
            vendor_address=links.vendor(slug),
            changes=tuple(words.change(edit) for edit in each.edits),
            seen_at=moment(each.seen_at, each.page.zone, now),
        )


def _words_of(each: IncidentEdits, now: datetime) -> FieldWords:
    def name_of(component_id: str) -> str:
        entry = each.components.get(component_id)
        return component_id if entry is None else entry.component.full_name

    def at(instant: datetime) -> Moment:
        return moment(instant, each.page.zone, now)

    return FieldWords(at, name_of)
