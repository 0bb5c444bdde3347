"""What a question may say, as query parameters: those of `monitor report`, by the same names.

A parameter that is not known is refused: a word that is misspelt must not ask another question.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from exporters.api.desk import Moment, Subject
from exporters.api.paging import LEAST, MOST, USUAL
from exporters.api.problems import BadParameter
from monitor.answers import ReportQuery
from monitor.model import Window
from monitor.ratios import RAW_POLICY
from monitor.spans import Span, SpanChoice, Unit, parse_day
from monitor.targets import parse_target

Policy = Literal["statuspage", "strict", "any", "raw"]
Tier = Literal["critical", "standard", "low"]
LevelWord = Literal["operational", "maintenance", "degraded", "partial_outage", "major_outage"]

LONGEST_DAYS = 3660
MOST_COMPARED = 20
_MOST_SPANS = 24

Word = Annotated[str, Field(min_length=1, max_length=200)]
VendorPath = Annotated[
    str, Path(min_length=1, max_length=200, description="The vendor's slug, or one of its names.")
]
DayPath = Annotated[
    str,
    Path(max_length=20, description="A day at the page: `2026-05-22`, `today` or `yesterday`."),
]
DayText = Annotated[
    str | None,
    Field(max_length=20, description="A day at the page: `2026-05-22`, `today` or `yesterday`."),
]


def _iso(value: object) -> object:
    """Return the text of an instant. Raises ValueError for a number: it could be of any epoch."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]", value):
        raise ValueError("write it as 2026-05-06T12:00:00Z")
    return value


class Nothing(BaseModel):
    """A question without parameters."""

    model_config = ConfigDict(extra="forbid")


class Paged(Nothing):
    """Which part of a list is given."""

    limit: int = Field(USUAL, ge=LEAST, le=MOST, description="Entries of a page of the list.")
    cursor: str | None = Field(
        None, max_length=2000, description="`next_cursor` of the page before; none: the first page."
    )


class Known(Nothing):
    """As known when."""

    known_at: Annotated[AwareDatetime, BeforeValidator(_iso)] | None = Field(
        None,
        description="Leave out what was learnt after this instant, with its zone:"
        " `2026-05-06T12:00:00Z`.",
    )


class Days(Known):
    """Which days, as known when, and how downtime is weighed."""

    days: int | None = Field(
        None, ge=1, le=LONGEST_DAYS, description="How many days, the last one included."
    )
    as_of: DayText = None
    since: DayText = None
    until: DayText = None
    month: list[Word] = Field(
        [], max_length=_MOST_SPANS, description="A calendar month, `2026-03`, or a range of them."
    )
    quarter: list[Word] = Field([], max_length=_MOST_SPANS, description="`2026-Q1`.")
    year: list[Word] = Field([], max_length=_MOST_SPANS, description="`2026`.")
    policy: Policy | None = Field(
        None, description="The weights of downtime; `raw` also leaves out your overrides."
    )

    @property
    def choice(self) -> SpanChoice:
        """Which days are chosen, as it is written."""
        return SpanChoice(
            since=self.since,
            until=self.until,
            days=self.days,
            as_of=self.as_of,
            calendar={
                Unit.MONTH: tuple(self.month),
                Unit.QUARTER: tuple(self.quarter),
                Unit.YEAR: tuple(self.year),
            },
        )

    @property
    def is_raw(self) -> bool:
        """Whether the user's overrides are left out."""
        return self.policy == RAW_POLICY

    def span(self, subject: Subject, usual_days: int) -> Span:
        """Return the days that are meant. Raises ConfigError for days that the page has not had."""
        return self.choice.window(subject.today(self.known_at), usual_days)

    def window(self, subject: Subject, usual_days: int) -> Window:
        """Return them as a window."""
        return self.span(subject, usual_days).window

    def report_query(self, moment: Moment, subject: Subject) -> ReportQuery:
        """Return what a report is asked for. Raises ConfigError as `span` does."""
        span = self.span(subject, moment.window_days)
        says_last = self.choice.last is not None or span.last < subject.today(self.known_at)
        return ReportQuery(
            now=subject.now,
            window_days=span.days,
            as_of=span.last if says_last else None,
            known_at=self.known_at,
            policy=self.policy or moment.policy,
        )


class OfComponent(Nothing):
    """Which component; none: the vendor itself."""

    component: Word | None = Field(None, description="Its slug, id or name; none: the vendor.")


class PagedDays(Days, OfComponent, Paged):
    """Days of a vendor or a component, in pages."""


class PagedComponents(Days, Paged):
    """Components of a vendor, in pages."""


class Evidence(Known, OfComponent):
    """The evidence of one day."""


class Windows(Known, OfComponent):
    """Windows of any length, and spans of the calendar."""

    days: list[Annotated[int, Field(ge=1, le=LONGEST_DAYS)]] = Field(
        [], max_length=_MOST_SPANS, description="Lengths in days; none and no span: 7, 30, 90, 365."
    )
    as_of: DayText = None
    month: list[Word] = Field(
        [], max_length=_MOST_SPANS, description="A calendar month, `2026-03`, or a range of them."
    )
    quarter: list[Word] = Field([], max_length=_MOST_SPANS, description="`2026-Q1`.")
    year: list[Word] = Field([], max_length=_MOST_SPANS, description="`2026`.")
    policy: Policy | None = Field(None, description="The weights of downtime.")
    target: Word | None = Field(None, description="Hold this uptime against each: `99.9`.")

    def report_query(self, moment: Moment, subject: Subject) -> ReportQuery:
        """Return the question about all of them. Raises ConfigError for days not had."""
        today = subject.today(self.known_at)
        last = today if self.as_of is None else parse_day(self.as_of, today)
        if last > today:
            raise BadParameter(f"as_of: {last} is in the future: it is {today} at the page")
        spans = [*self._lengths(last), *self._calendar(today)]
        whole = self._whole(spans, last)
        return ReportQuery(
            now=subject.now,
            window_days=whole.days,
            as_of=whole.last if whole.last < today or self.as_of else None,
            known_at=self.known_at,
            policy=self.policy or moment.policy,
            spans=tuple(spans),
            target=None if self.target is None else parse_target(self.target),
        )

    def _lengths(self, last: date) -> list[Span]:
        lengths = self.days
        if not lengths and not (self.month or self.quarter or self.year):
            lengths = list(USUAL_LENGTHS)
        spans = []
        for length in dict.fromkeys(lengths):
            window = SpanChoice(days=length, calendar={}).window(last, length)
            spans.append(Span(window.first, last, f"{length}d"))
        return spans

    def _calendar(self, today: date) -> Sequence[Span]:
        calendar = {
            Unit.MONTH: tuple(self.month),
            Unit.QUARTER: tuple(self.quarter),
            Unit.YEAR: tuple(self.year),
        }
        return SpanChoice(calendar=calendar).spans(today)

    def _whole(self, spans: Sequence[Span], last: date) -> Span:
        """Return the days from the first of all spans to the last of them."""
        first = min((span.first for span in spans), default=last)
        whole = Span(first, max((span.last for span in spans), default=last))
        if whole.days > LONGEST_DAYS:
            raise BadParameter(f"{whole.days} days lie between, at most {LONGEST_DAYS} are shown")
        return whole


USUAL_LENGTHS = (7, 30, 90, 365)
"""The windows that are given where none is asked for."""


class Incidents(Days, Paged):
    """Which incidents and maintenances."""

    vendor: list[Word] = Field([], max_length=MOST, description="Of these vendors; none: of all.")
    component: Word | None = Field(None, description="That name this component of one vendor.")
    level: list[LevelWord] = Field([], description="That came to one of these levels.")
    open: bool | None = Field(None, description="Those that go on, or those that are over.")
    maintenance: bool | None = Field(None, description="Maintenances only, or incidents only.")


class Comparison(Days):
    """Which vendors are put beside each other."""

    vendor: list[Word] = Field(
        min_length=1, max_length=MOST_COMPARED, description="The vendors, each once."
    )


class Targets(Nothing):
    """Which targets, as `monitor status` takes them."""

    target: list[Word] = Field(
        [], max_length=MOST, description="`VENDOR` or `VENDOR/COMPONENT`; none: every vendor."
    )
    stack: list[Word] = Field([], max_length=MOST_COMPARED, description="Those of these stacks.")
    tier: Tier | None = Field(None, description="Only vendors of this tier of the settings.")
    component: Word | None = Field(
        None, description="The components of targets that name none: a name or a pattern."
    )


class Catalogue(Paged):
    """Which vendors of the catalogue."""

    search: Word | None = Field(None, description="Part of a name, in any case.")
    category: Word | None = Field(None, description="What it is for, e.g. `ai`.")
    platform: Word | None = Field(None, description="The software behind its page.")
