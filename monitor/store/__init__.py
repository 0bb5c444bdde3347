"""The store: the only package that imports sqlmodel, sqlalchemy and alembic.

SQLite for one machine, PostgreSQL for several; the same tables and the same migrations on both.
`Store` owns the transactions: every method is one, except inside `together`. Methods may be called
from any thread; SQLite has one writer at a time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime, timedelta
from threading import RLock, local
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from monitor.errors import StoreError
from monitor.identity import Identity
from monitor.model import Evidence, Gap, KnownComponent, PageFacts, PageHistory, Phase
from monitor.store import (
    components,
    days,
    engine,
    evidence_bodies,
    facts,
    healing,
    identities,
    pages,
    poll_log,
    tables,
    updates,
)
from monitor.store.health import Health
from monitor.store.pages import ValidatorLike
from monitor.store.patience import Patience
from monitor.store.records import (
    Body,
    BodyRef,
    Changes,
    CurrentState,
    DayRevision,
    Healed,
    IncidentVersion,
    PageRecord,
    PageSpec,
    PageState,
    Pin,
    PinnedBody,
    PollRecord,
    Pruned,
    Snapshot,
    UnitRecord,
    UnknownWordRecord,
    UpdateVersion,
    Validator,
)

__all__ = [
    "Body",
    "BodyRef",
    "Changes",
    "CurrentState",
    "DayRevision",
    "Healed",
    "Health",
    "IncidentVersion",
    "PageRecord",
    "PageSpec",
    "PageState",
    "Patience",
    "Pin",
    "PinnedBody",
    "PollRecord",
    "Pruned",
    "Snapshot",
    "Store",
    "UnitRecord",
    "UnknownWordRecord",
    "UpdateVersion",
    "Validator",
]


class Store:
    """One database. Every instant given must be aware (ValueError otherwise); every instant
    returned is UTC.

    Methods raise StoreError when the database is gone, locked, full, damaged, or does not answer.
    `health` tells how it is doing; `patience` how long it is waited for.
    """

    def __init__(
        self, database: Engine, patience: Patience | None = None, health: Health | None = None
    ) -> None:
        self.patience = patience or Patience()
        self.health = health or Health()
        self._engine = database
        self._reader = engine.reading(database)
        # A database in memory has a single connection: its transactions must not mix.
        self._turn: AbstractContextManager[object] = (
            RLock() if engine.in_memory(database) else nullcontext()
        )
        self._together = local()

    @classmethod
    def open(
        cls,
        url: str,
        *,
        migrate: bool = True,
        patience: Patience | None = None,
        health: Health | None = None,
    ) -> Self:
        """Open "sqlite:///path", "sqlite://" (in memory) or "postgresql://..." and bring its schema
        up to date.

        A missing SQLite file is made. Raises StoreError when the database cannot be opened, when
        its schema is newer than this version, and when it is older and `migrate` is false.
        """
        patience, health = patience or Patience(), health or Health()
        database = engine.connect(url, patience, health)
        try:
            engine.ensure_schema(database, migrate=migrate)
        except BaseException:
            database.dispose()
            raise
        return cls(database, patience, health)

    @staticmethod
    def exists(url: str) -> bool:
        """Whether there is a database to open: an SQLite file that is there, or any other
        database's address.
        """
        return engine.exists(url)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> str:
        """The database's address for people, its password masked."""
        return engine.shown(self._engine.url)

    def ping(self) -> None:
        """Ask the database a trivial question. Raises StoreError when it does not answer."""
        with self._read() as connection:
            connection.execute(sa.select(1))

    def size_bytes(self) -> int:
        """Return how much room the database takes, in bytes; on SQLite without the write-ahead
        log.
        """
        with self._read() as connection:
            return engine.size_bytes(connection)

    def check_schema(self) -> None:
        """Raise StoreError, naming the differences, unless the database's tables are those of the
        code.
        """
        engine.check(self._engine)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one writing transaction of all that this thread does inside: all of it is kept, or
        nothing.

        Only for writing much at once, as a transaction costs more than a poll: other writers wait
        until it ends.
        """
        with self._one(self._engine) as connection:
            self._together.connection = connection
            try:
                yield
            finally:
                del self._together.connection

    def _write(self) -> AbstractContextManager[Connection]:
        return self._transaction(self._engine)

    def _read(self) -> AbstractContextManager[Connection]:
        return self._transaction(self._reader)

    @contextmanager
    def _transaction(self, database: Engine) -> Iterator[Connection]:
        connection: Connection | None = getattr(self._together, "connection", None)
        if connection is not None:
            yield connection
            return
        with self._one(database) as connection:
            yield connection

    @contextmanager
    def _one(self, database: Engine) -> Iterator[Connection]:
        """Make one transaction, and note in `health` how it went."""
        writing = database is self._engine
        try:
            with self._turn, engine.store_errors(self._engine), database.connect() as connection:
                with connection.begin():
                    yield connection
                if writing and engine.wrote(connection):
                    self.health.wrote()
        except StoreError as error:
            if error.is_of_database:
                self.health.failed(error, writing=writing)
            raise

    def beat(self) -> None:
        """Write something, and be it nothing new: whether that is possible, only a write can
        tell.
        """
        with self._write() as connection:
            engine.beat(connection)
        self.health.wrote()

    def release(self, leases: Mapping[int, datetime]) -> None:
        """Give pages back that were claimed until these instants and not read, so that they are due
        again at once.
        """
        with self._write() as connection:
            pages.release(connection, leases)

    # pages

    def sync_pages(
        self, vendors: Sequence[PageSpec], *, now: datetime, keep_others: bool = False
    ) -> None:
        """Make the pages those configured. Others are marked as removed, and keep their history,
        unless `keep_others`.

        A new address or platform is detected anew and read at once; a new zone makes every day due
        for deriving.
        """
        with self._write() as connection:
            pages.sync(connection, vendors, now, keep_others=keep_others)

    def pages(
        self, slugs: Collection[str] | None = None, *, removed: bool = False
    ) -> list[PageRecord]:
        """Return the configured pages by slug, only those of `slugs` if given, with `removed` also
        former ones.
        """
        with self._read() as connection:
            return pages.listed(connection, slugs, removed=removed)

    def page_states(self, slugs: Collection[str] | None = None) -> list[PageState]:
        """Return what an export needs of the configured pages, by slug: a quarter of the work of
        `pages`.
        """
        with self._read() as connection:
            return pages.states(connection, slugs)

    def page_versions(self, page_ids: Sequence[int]) -> dict[int, int]:
        """Return the versions of these pages by id."""
        with self._read() as connection:
            return pages.versions_of(connection, page_ids)

    def claim_due(
        self, *, now: datetime, limit: int, lease_seconds: float, new: bool | None = None
    ) -> list[PageRecord]:
        """Lease up to `limit` due pages, longest waiting first. A lease ends with the page's poll,
        or by itself.

        `new` asks for pages that were never polled, or with False for the others.
        """
        with self._write() as connection:
            return pages.claim_due(
                connection, now=now, limit=limit, lease_seconds=lease_seconds, new=new
            )

    def retime(self, *, now: datetime, step: timedelta = timedelta()) -> list[str]:
        """Make pages due, and free, that were put off or claimed by a clock ahead of `now`; return
        their slugs.

        `step` is how far the clock was just set: what was left of a wait is waited then. Zero = not
        known; pages are then spread over their interval.
        """
        with self._write() as connection:
            return pages.retime(connection, now, step)

    def put_off(self, *, due_after: datetime, due_until: datetime, by: timedelta) -> None:
        """Let pages that were to become due between two instants wait `by` longer: our clock
        skipped that time.
        """
        with self._write() as connection:
            pages.put_off(connection, due_after, due_until, by)

    def heal(self, page_id: int, *, now: datetime) -> Healed | None:
        """Re-time or set aside what is stored of the page later than `now`; None when all of it may
        be believed.

        What the readings of the future spoke for is unknown afterwards; see
        `monitor.store.healing`.
        """
        with self._write() as connection:
            return healing.heal(connection, page_id, now)

    def last_reading(self, page_id: int, *, now: datetime) -> datetime | None:
        """Return the last instant, `now` at the latest, at which the page was read; None when there
        is none.
        """
        with self._read() as connection:
            return healing.last_reading(connection, page_id, now)

    def set_due(self, page_id: int, due_at: datetime) -> None:
        """Say when the page is to be polled next, by whoever claims it then."""
        with self._write() as connection:
            pages.change(connection, page_id, {"due_at": due_at, "lease_until": None})

    def set_platform(self, page_id: int, platform: str | None, evidence: Iterable[str]) -> None:
        """Keep the page's platform (None = detect anew) and the signals that prove it."""
        with self._write() as connection:
            pages.set_platform(connection, page_id, platform, evidence)

    def change_platform(
        self,
        page_id: int,
        platform: str,
        evidence: Iterable[str],
        *,
        left_at: datetime,
        now: datetime,
    ) -> None:
        """Keep that the page is on another platform now, in one transaction.

        What was going on ended at `left_at`, the last reading of the platform it has left. Its
        history stays, and its components go on under the ids they have now where a name tells which
        they are.
        """
        with self._write() as connection:
            facts.leave(connection, page_id, at=left_at, now=now)
            pages.set_platform(connection, page_id, platform, evidence)

    def know(self, page_id: int, identity: Identity) -> None:
        """Keep what the page is known by, after a reading that was its own."""
        with self._write() as connection:
            identities.know(connection, page_id, identity)

    def refuse(self, page_id: int, other: Identity) -> None:
        """Keep which other page was read in this one's place, until the page is read again or it is
        accepted.
        """
        with self._write() as connection:
            identities.refuse(connection, page_id, other)

    def accept(self, page_id: int, *, now: datetime) -> tuple[Identity, Identity] | None:
        """Take the refused page for the page from now on; return what it was and what it is. None =
        none was refused.

        The history stays. What was going on ended at the last reading of the former page; the page
        is due at once.
        """
        with self._write() as connection:
            return identities.accept(connection, page_id, now=now)

    def page(self, page_id: int) -> PageRecord:
        """Return one page. Raises StoreError when there is none of this id."""
        with self._read() as connection:
            return pages.page(connection, page_id)

    def set_reread(self, page_id: int, day: date) -> None:
        """Remember the day on which the page's recent history was last read again."""
        with self._write() as connection:
            pages.set_reread(connection, page_id, day)

    # collecting

    def save(
        self, page_id: int, *evidence: Evidence, now: datetime, max_gap_seconds: float
    ) -> Changes:
        """Keep pieces of evidence, in their order, in one transaction. The same evidence again
        changes nothing.

        `now` is the moment of knowledge the rows get; a silence of more than `max_gap_seconds`
        between two observations is a gap. Raises ValueError, and keeps nothing, when an instant is
        naive.
        """
        with self._write() as connection:
            return facts.save(
                connection, page_id, evidence, now=now, max_gap_seconds=max_gap_seconds
            )

    def record_polls(self, polls: Sequence[PollRecord]) -> None:
        """Keep polls of many pages in one transaction, release their leases and move their pages
        on.
        """
        with self._write() as connection:
            pages.record_polls(connection, polls)

    def kept_polls(self, polls: Sequence[PollRecord]) -> set[tuple[int, datetime]]:
        """Return which of these polls are kept, by page and start."""
        with self._read() as connection:
            return poll_log.kept(connection, polls)

    def validators(self, page_id: int) -> dict[str, Validator]:
        """Return what makes the page's requests conditional, by URL."""
        with self._read() as connection:
            return pages.validators(connection, page_id)

    def save_validators(self, by_page: Mapping[int, Mapping[str, ValidatorLike]]) -> None:
        """Keep the validators of URLs by page. Only call it when all they stand for was understood
        and kept.
        """
        with self._write() as connection:
            pages.save_validators(connection, by_page)

    def keep_snapshots(self, bodies: Iterable[Body], *, now: datetime) -> list[str]:
        """Keep bodies, each once however often it comes; return their SHA-256 in hexadecimal."""
        with self._write() as connection:
            return pages.keep_snapshots(connection, bodies, now)

    def snapshot(self, sha256: str) -> Snapshot | None:
        """Return a kept body; None when it was never kept or is pruned."""
        with self._read() as connection:
            return pages.snapshot(connection, sha256)

    def pin(self, page_id: int, pins: Iterable[Pin], *, now: datetime) -> None:
        """Keep these bodies for good, as far as they are still kept; the same pin again changes
        nothing.
        """
        with self._write() as connection:
            evidence_bodies.pin(connection, page_id, pins, now)

    def pin_first(
        self, page_id: int, day: date, why: str, *, bodies: Sequence[Body], now: datetime
    ) -> None:
        """Keep these bodies for good, unless some were for the same reason on the same day."""
        with self._write() as connection:
            evidence_bodies.pin_first(connection, page_id, day, why, bodies=bodies, now=now)

    def pinned(self, page_id: int, day: date) -> list[PinnedBody]:
        """Return the bodies that are kept behind a day, each once, in the order they were read."""
        with self._read() as connection:
            return evidence_bodies.pinned(connection, page_id, day)

    def pinned_for(self, page_id: int, first: date, last: date) -> dict[date, frozenset[str]]:
        """Return why bodies are kept behind the days from first to last, by day; days without any
        are left out.
        """
        with self._read() as connection:
            return evidence_bodies.pinned_for(connection, page_id, first, last)

    def newest_bodies(self, page_id: int) -> list[BodyRef]:
        """Return the kept bodies for which an unchanged answer of one of the page's URLs stands."""
        with self._read() as connection:
            return evidence_bodies.newest(connection, page_id)

    def units(self, page_id: int) -> list[UnitRecord]:
        """Return the completed pieces of the page's backfills."""
        with self._read() as connection:
            return pages.units(connection, page_id)

    def done_units(self, page_id: int, *, now: datetime, fresh_for: timedelta) -> frozenset[str]:
        """Return the pieces that need no reading again: final ones, and those read within
        `fresh_for`.
        """
        with self._read() as connection:
            return pages.done_units(connection, page_id, now=now, fresh_for=fresh_for)

    def forget_units(self, page_id: int) -> None:
        """Forget what was completed, so that all of it is read again."""
        with self._write() as connection:
            pages.forget_units(connection, page_id)

    def gaps(self, page_id: int) -> list[Gap]:
        """Return what the page's backfills could not read, as last tried."""
        with self._read() as connection:
            return pages.gaps(connection, page_id)

    def unknown_words(self, page_id: int) -> list[UnknownWordRecord]:
        """Return the page's words outside our vocabulary."""
        with self._read() as connection:
            return pages.unknown_words(connection, page_id)

    # reading

    def facts(
        self, page_id: int, *, known_at: datetime | None = None, since: datetime | None = None
    ) -> PageFacts:
        """Return what was known of the page at `known_at` (None = now), of what touches [since,
        ...) if given.

        Observed states end at the last reading. Components removed since are in it, incidents
        withdrawn too.
        """
        with self._read() as connection:
            return facts.read(connection, page_id, known_at, since)

    def first_fact(self, page_id: int) -> datetime | None:
        """Return the earliest instant anything spoke for on the page; None when nothing did."""
        with self._read() as connection:
            return pages.first_fact(connection, page_id)

    def published(self, page_id: int, first: date) -> PageFacts:
        """Return the vendor's own record from a day of the page's zone on: bars, what they cover,
        printed uptimes.

        Nothing else is in it: it is the part of `facts` that is cheap enough to read at every
        export.
        """
        with self._read() as connection:
            return facts.published(connection, page_id, first)

    def current(self, page_id: int) -> CurrentState:
        """Return the page's state at its last success."""
        with self._read() as connection:
            return facts.current(connection, page_id)

    def unfinished_incidents(self, page_id: int) -> dict[str, Phase]:
        """Return the incidents and maintenances that have not ended, by id: open ones and announced
        ones.
        """
        with self._read() as connection:
            return facts.unfinished_incidents(connection, page_id)

    def component_ids(self, page_id: int) -> frozenset[str]:
        """Return the vendor's ids of the components that are on the page."""
        with self._read() as connection:
            return components.ids(connection, page_id)

    def count_new(self, page_id: int, ids: Collection[str], *, since: datetime) -> int:
        """Return how many components were new on the page since then, with those of `ids` it never
        listed.

        The page's first list is not counted: 0 where it has listed none yet.
        """
        with self._read() as connection:
            return components.count_new(connection, page_id, ids, since)

    def known_components(self, page_id: int) -> list[KnownComponent]:
        """Return every component the page ever listed, in its order; those it no longer lists have
        `removed_at`.
        """
        with self._read() as connection:
            return [known for known, _ in components.rows(connection, page_id, tables.FAR_FUTURE)]

    def incident_updates(
        self,
        page_id: int,
        incident_id: str,
        *,
        known_at: datetime | None = None,
        edits: bool = False,
    ) -> list[UpdateVersion]:
        """Return the messages of an incident that stood at `known_at` (None = now), oldest first.

        `edits`: those too that were edited or taken back before; of the same time the one read
        first comes first.
        """
        with self._read() as connection:
            return updates.told(connection, page_id, incident_id, known_at, edits=edits)

    def incident_versions(self, page_id: int, incident_id: str) -> list[IncidentVersion]:
        """Return every version of an incident the page published, newest last."""
        with self._read() as connection:
            return facts.incident_versions(connection, page_id, incident_id)

    # derived

    def save_days(
        self,
        page_id: int,
        history: PageHistory,
        *,
        today: date,
        now: datetime,
        revised_since: date | None,
    ) -> int:
        """Make the stored days of the history's range those of the history; return the number of
        revisions.

        `today` is the page's current day at `now`, in its zone. Days outside the range stay. A day
        from `revised_since` on (None = none) that was closed when last derived gets a new revision
        when its level, whole seconds or dispute change by the same source; others are rewritten.
        The same history again writes nothing.
        """
        with self._write() as connection:
            return days.save(
                connection, page_id, history, today=today, now=now, revised_since=revised_since
            )

    def page_history(self, page_id: int, first: date, last: date) -> PageHistory:
        """Return the stored days from first to last, both included; what was never derived is
        unknown.
        """
        with self._read() as connection:
            return days.read(connection, page_id, first, last)

    def listed_history(self, page_id: int, first: date, last: date) -> PageHistory:
        """Return `page_history` of the vendor and of the components that are on the page: the
        others cost nothing.
        """
        with self._read() as connection:
            return days.read(connection, page_id, first, last, listed=True)

    def revisions(self, page_id: int, component_id: str | None, day: date) -> list[DayRevision]:
        """Return every revision of a component's (None = the vendor's) day, newest last; none of an
        unknown day.
        """
        with self._read() as connection:
            return days.revisions(connection, page_id, component_id, day)

    def revised_days(self, page_id: int, first: date, last: date) -> int:
        """Return how many days from first to last changed, for the vendor or a component, after
        they closed.
        """
        with self._read() as connection:
            return days.revised(connection, page_id, first, last)

    def revised_at(self, page_id: int, now: datetime) -> frozenset[date]:
        """Return the days of which a revision was superseded at exactly this moment."""
        with self._read() as connection:
            return evidence_bodies.revised_at(connection, page_id, now)

    def disputed_days(self, page_id: int, first: date, last: date) -> int:
        """Return on how many days from first to last the page's sources disagree with each
        other.
        """
        with self._read() as connection:
            return days.disputed(connection, page_id, first, last)

    def prune(self, *, now: datetime, snapshot_days: int, poll_days: int) -> Pruned:
        """Delete polls and bodies older than their keep; facts and days stay, and bodies that are
        pinned.
        """
        with self.patience.unlimited(), self._write() as connection:
            engine.unlimited(connection)
            return pages.prune(
                connection, now=now, snapshot_days=snapshot_days, poll_days=poll_days
            )
