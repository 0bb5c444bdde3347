"""Stacks as the pages show them: what each of one's own services depends on. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from exporters.cells import level_class
from exporters.pages.links import Links
from exporters.pages.times import Moment, moment, when_read
from exporters.wording import level_title
from monitor.answers import StackStatus, Status
from monitor.model import Level
from monitor.plain import count_of, join_names

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRow:
    """A stack in the list of all. `of_targets` says how many of its targets are known."""

    name: str
    address: str
    classes: str
    level: str
    of_targets: str
    worst: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """An incident or maintenance that goes on, and since when."""

    title: str
    since: Moment
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """What a stack depends on: its level with the components at it, or why that is unknown."""

    name: str
    vendor: str
    address: str | None
    classes: str
    level: str
    remark: str
    incidents: tuple[Announcement, ...]
    age: str


def stack_rows(statuses: Sequence[StackStatus], links: Links) -> list[StackRow]:
    """Return the stacks: trouble first, then what is unknown, then by name."""
    return [_stack_row(each, links) for each in sorted(statuses, key=_stack_place)]


def _stack_row(stack: StackStatus, links: Links) -> StackRow:
    return StackRow(
        name=stack.name,
        address=links.stack(stack.name),
        classes=level_class(stack.level),
        level=level_title(stack.level),
        of_targets=f"{stack.known_targets} of {len(stack.statuses)}",
        worst=_worst_names(stack),
    )


def _worst_names(stack: StackStatus) -> str:
    """Return the targets that make a stack what it is; "" where it is operational."""
    if stack.level is Level.OPERATIONAL:
        return ""
    names = [str(each.target) for each in stack.statuses if each.level == stack.level]
    return join_names(names, _MOST_NAMES)


def sentence(stack: StackStatus, links: Links) -> str:
    """Return how a stack is, and of how many of its targets that is known. What is published is
    looked at later, and tells how it was read.
    """
    when = "when read last" if links.published else "now"
    are = "is" if 1 in {stack.known_targets, len(stack.statuses)} else "are"
    known = f"{stack.known_targets} of {count_of(len(stack.statuses), 'target')} {are} known"
    names = _worst_names(stack)
    if stack.level is None:
        return f"Unknown {when}: {known}; unknown: {names}."
    where = f", at {names}" if names else ""
    return f"{level_title(stack.level).capitalize()} {when}{where}; {known}."


def target_rows(stack: StackStatus, zones: Mapping[str, tzinfo], links: Links) -> list[TargetRow]:
    """Return the targets: trouble first, then what is unknown, each kind as the settings have it.

    `zones` are those of the vendors that were ever read.
    """
    statuses = sorted(stack.statuses, key=_place)
    return [_target_row(each, zones.get(each.target.vendor), links) for each in statuses]


def _target_row(status: Status, zone: tzinfo | None, links: Links) -> TargetRow:
    slug = status.target.vendor
    return TargetRow(
        name=str(status.target),
        vendor=slug,
        address=None if status.page is None else links.vendor(slug),
        classes=level_class(status.level),
        level=level_title(status.level),
        remark=status.why_unknown or _component_names(status),
        incidents=() if zone is None else tuple(_going_on(status, zone, links)),
        age=when_read(status.read_at, zone or UTC, status.as_of, is_published=links.published),
    )


def _going_on(status: Status, zone: tzinfo, links: Links) -> Iterator[Announcement]:
    for incident in (*status.incidents, *status.maintenances):
        since = moment(incident.started_at, zone, status.as_of)
        address = links.incident(status.target.vendor, incident.id)
        yield Announcement(incident.title, since, address)


def _component_names(status: Status) -> str:
    """Return which components are at a level that is not operational."""
    if status.level is Level.OPERATIONAL:
        return ""
    return join_names(status.component_names, _MOST_NAMES)


def _stack_place(stack: StackStatus) -> tuple[float, str]:
    return _trouble(stack.level), stack.name


def _place(status: Status) -> float:
    return _trouble(status.level)


def _trouble(level: Level | None) -> float:
    """Return a level's place: the worst first, unknown before maintenance."""
    return -Level.MAINTENANCE - 0.5 if level is None else -level
