"""What every word and figure of the pages means. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from exporters.report.spans import span_definitions
from monitor.answers import ReportQuery
from monitor.ratios import POLICIES, RAW_POLICY, Policy


@dataclass(frozen=True, slots=True)
class Definition:
    """A word with its meaning; `key` is its name in addresses."""

    key: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Weights:
    """A policy: what share of a second at each level counts as downtime."""

    name: str
    major: str
    partial: str
    degraded: str
    remark: str


def figure_definitions(now: datetime, policy: str) -> tuple[Definition, ...]:
    """Return the meanings of the figures on every page: those that a report prints."""
    words = span_definitions(ReportQuery(now=now, policy=policy))
    return tuple(Definition(_key(word), word, text) for word, text in words)


def all_definitions(now: datetime, policy: str) -> tuple[Definition, ...]:
    """Return the meanings of all words that need one."""
    own = (Definition(_key(word), word, text) for word, text in _own_words())
    return (*own, *figure_definitions(now, policy))


def _own_words() -> Iterator[tuple[str, str]]:
    """Yield what pages say beside the figures of a report."""
    day = (
        "A calendar day in the page's own time zone, 23 to 25 hours long. Its level is the worst"
        " that held on it."
    )
    yield "Day", day
    level = (
        "Operational, maintenance, degraded, partial outage or major outage, as the vendor's own"
        " page says. A vendor's level is the worst of its components that count."
    )
    yield "Level", level
    unknown = (
        "There is not enough data to say how it was. It is the lack of a level, is never counted as"
        " good, and counts in neither number of a share."
    )
    yield "Unknown", unknown
    window = (
        "The days from the first to the last, both included; the last one so far, if it is today."
    )
    yield "Window", window
    yield "Outage share", "Outage days / known days; both numbers stand beside it."
    revised = "The vendor changed the record of a day after it was over. The earlier value is kept."
    yield "Revised", revised
    printed = "The figure that the vendor's own page prints, as we read it; it is not ours."
    yield "Printed uptime", printed
    moments = (
        "The day or instant that a figure ends with, and until when what we read counts in it."
    )
    yield "As of, known at", moments


def weights(in_force: str) -> Iterator[Weights]:
    """Yield every policy."""
    for policy in POLICIES.values():
        yield Weights(
            name=policy.name,
            major=f"{policy.major / 10:g}",
            partial=f"{policy.partial / 10:g}",
            degraded=f"{policy.degraded / 10:g}",
            remark=_remark(policy, in_force),
        )


def _remark(policy: Policy, in_force: str) -> str:
    remarks = []
    if policy.name == in_force:
        remarks.append("in force")
    if policy.name == RAW_POLICY:
        remarks.append("without your own decisions about incidents")
    return ", ".join(remarks)


def _key(word: str) -> str:
    return word.lower().replace(",", "").replace(" ", "-")
