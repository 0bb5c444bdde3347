"""What is asked of one page: its days, as known when, by which settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from exporters.history_query import HistoryQuery
from exporters.tables import TABLES, Extract
from exporters.tables.table import Row
from monitor import history
from monitor.api.errors import BadQuestion, NotFound
from monitor.component_names import find_component
from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.intervals import day_of
from monitor.model import KnownComponent, Window
from monitor.ratios import POLICIES, RAW_POLICY
from monitor.spans import SpanChoice
from monitor.store import PageRecord, Store

USUAL_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which days are meant, as known when: as the caller wrote it."""

    days: int | None = None
    as_of: date | str | None = None
    since: date | str | None = None
    until: date | str | None = None
    known_at: datetime | str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One page, the days that are asked about, and the knowledge that counts (None = all)."""

    store: Store
    page: PageRecord
    vendor: VendorConfig
    window: Window
    now: datetime
    known_at: datetime | None
    policy: str

    @property
    def is_raw(self) -> bool:
        """Whether the user's overrides are left out."""
        return self.policy == RAW_POLICY

    def rows(self, table: str) -> Iterator[Row]:
        """Yield the rows of an exported table, its days derived from what was known."""
        facts, days = history.read(
            self.store,
            self.page,
            self.vendor,
            first=self.window.first,
            last=self.window.last,
            now=self.now,
            known_at=self.known_at,
            raw=self.is_raw,
        )
        query = HistoryQuery(
            now=self.now, days=self.window.days, until=self.window.last, policy=self.policy
        )
        extract = Extract(
            store=self.store,
            page=self.page,
            vendor=self.vendor,
            query=query,
            window=self.window,
            history=days,
            facts=facts,
            known_at=self.known_at,
            is_raw=self.is_raw,
        )
        return TABLES[table].rows(extract)

    def component(self, name: str) -> KnownComponent:
        """Return the page's component of this slug, id or name. Raises NotFound."""
        try:
            return find_component(self.store.known_components(self.page.id), name)
        except ValueError as error:
            raise NotFound(f"{self.page.slug}: {error}") from None


def question(
    store: Store,
    page: PageRecord,
    vendor: VendorConfig,
    choice: Choice,
    *,
    now: datetime,
    policy: str,
) -> Question:
    """Return the question about a page; `policy` is that of the settings. Raises BadQuestion."""
    known_at = _instant(choice.known_at)
    moment = history.knowledge_at(now, known_at)
    policy = choice.policy or policy
    if policy not in POLICIES:
        raise BadQuestion(f"no policy {policy!r}; there are: {', '.join(POLICIES)}")
    return Question(
        store=store,
        page=page,
        vendor=vendor,
        window=_window(choice, day_of(moment, page.zone)),
        now=now,
        known_at=known_at,
        policy=policy,
    )


def _window(choice: Choice, today: date) -> Window:
    if choice.days is not None and choice.days < 1:
        raise BadQuestion(f"days={choice.days}: ask for one day at least")
    span_choice = SpanChoice(
        since=_text(choice.since),
        until=_text(choice.until),
        days=choice.days,
        as_of=_text(choice.as_of),
        calendar={},
    )
    try:
        return span_choice.window(today, USUAL_DAYS).window
    except ConfigError as error:
        # The options of the command have the names of the arguments.
        raise BadQuestion(str(error).replace("--as-of", "as_of").replace("--", "")) from None


def _text(day: date | str | None) -> str | None:
    if isinstance(day, datetime):
        raise BadQuestion(f"{day!r} is an instant; give a day, as in {day.date()}")
    return day.isoformat() if isinstance(day, date) else day


def _instant(when: datetime | str | None) -> datetime | None:
    """Return the instant in UTC. Raises BadQuestion for one without a zone: it could be any."""
    if when is None:
        return None
    try:
        instant = when if isinstance(when, datetime) else datetime.fromisoformat(when)
    except ValueError:
        raise BadQuestion(
            f"known_at={when!r} is no instant; write it as 2026-05-06T12:00Z"
        ) from None
    if instant.utcoffset() is None:
        raise BadQuestion(f"known_at={when!s} has no zone; write it as {when!s}Z for UTC")
    return instant.astimezone(UTC)
