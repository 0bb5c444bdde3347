"""Which component and which days the words of `explain` and `why` name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from monitor import answers, history
from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.intervals import day_of
from monitor.model import Window
from monitor.plain import count_of
from monitor.runtime import Context
from monitor.spans import SpanChoice, parse_span
from monitor.store import PageRecord, Store

LATEST = "latest"
LATEST_DAYS = 366
"""How far back the latest bad day is looked for."""

_DAY_WORDS = ("today", "yesterday", LATEST)
_DATES = re.compile(r"\d{4}(-.*)?|.*\.\..*", re.DOTALL)


def is_about_days(word: str) -> bool:
    """Whether a word names days, rightly or wrongly written, and no component."""
    return word.strip().lower() in _DAY_WORDS or _DATES.fullmatch(word.strip()) is not None


def component_and_days(words: Sequence[str], most_days: int) -> tuple[str | None, list[str]]:
    """Return what ``[COMPONENT] [DAY ...]`` says: the first word is a component unless it names
    days. Raises ConfigError for more words than that.
    """
    has_component = bool(words) and not is_about_days(words[0])
    component, days = (words[0], words[1:]) if has_component else (None, words)
    if len(days) > most_days:
        what = " ".join(["[COMPONENT]", *["[DAY]"] * most_days])
        raise ConfigError(
            f"expected {what}, got {count_of(len(words), 'word')}; quote a name with spaces"
        )
    for word in days:
        if not is_about_days(word):
            raise ConfigError(
                f"{word!r} is not a day; write it as 2026-05-22, after the component if there is"
                " one, and quote a component's name with spaces"
            )
    return component, list(days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A vendor, or one component of it, of which is asked at `now`."""

    store: Store
    page: PageRecord
    vendor: VendorConfig
    component: str | None
    now: datetime
    known_at: datetime | None

    @classmethod
    def of(
        cls,
        context: Context,
        vendor: str,
        *,
        component: str | None = None,
        known_at: datetime | None = None,
    ) -> Self:
        """Return what is asked of a vendor's words. Raises ConfigError for one that is unknown."""
        page = context.pages([vendor])[0]
        return cls(
            store=context.store,
            page=page,
            vendor=context.vendors[page.slug],
            component=component,
            now=context.clock(),
            known_at=known_at,
        )

    @property
    def today(self) -> date:
        """The page's day at the moment of knowledge."""
        return day_of(history.knowledge_at(self.now, self.known_at), self.page.zone)

    @property
    def latest_window(self) -> Window:
        """The days among which the latest bad one is looked for."""
        return Window(self.today - timedelta(days=LATEST_DAYS - 1), self.today)

    def query(self, day: date) -> answers.DayQuery:
        """Return the question about one day."""
        return answers.DayQuery(
            day=day, now=self.now, component=self.component, known_at=self.known_at
        )

    def explanation(self, day: date) -> answers.Explanation:
        """Return what is behind a day. Raises ValueError as `answers.explanation` does."""
        return answers.explanation(self.store, self.page, self.vendor, self.query(day))

    def reasons(self, day: date) -> answers.Reasons:
        """Return why a day is what it is. Raises ValueError as `answers.reasons` does."""
        return answers.reasons(self.store, self.page, self.vendor, self.query(day))

    def overview(self, window: Window) -> answers.Overview:
        """Return the days of a window. Raises ValueError as `answers.overview` does."""
        query = answers.SpanQuery(
            window=window, now=self.now, component=self.component, known_at=self.known_at
        )
        return answers.overview(self.store, self.page, self.vendor, query)

    def days(self, text: str) -> Window | None:
        """Return the day or days that a word names; None = `latest`, and no day was bad.

        Raises ConfigError for what names none, or one that has not come.
        """
        if text.strip().lower() == LATEST:
            latest = self.overview(self.latest_window).latest_bad_day
            return None if latest is None else Window(latest, latest)
        return parse_span(text, self.today).window

    def day(self, text: str) -> date | None:
        """Return the one day that a word names; None as `days` does. Raises ConfigError as it does,
        and for several days.
        """
        window = self.days(text)
        if window is not None and window.days > 1:
            raise ConfigError(f"{text!r} is {window.days} days, and only one can be asked about")
        return None if window is None else window.first

    def chosen_days(
        self, texts: Sequence[str], choice: SpanChoice, usual_days: int
    ) -> Window | None:
        """Return the days that words or options name, else the usual number until today; None as
        `days` does. Raises ConfigError as `days` does, and for words beside options.
        """
        if not texts:
            return choice.window(self.today, usual_days).window
        if choice != SpanChoice(calendar=choice.calendar) or choice.names_spans:
            raise ConfigError(
                f"{texts[0]!r} and the options --since, --until, --days both say which days; drop"
                " one of them"
            )
        return self.days(texts[0])
