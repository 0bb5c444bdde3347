"""The store: the only package that imports sqlmodel, sqlalchemy and alembic.

SQLite for one machine, PostgreSQL for several; the same tables and the same migrations on both.
`monitor.store.changes` decides what evidence changes, without a database.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

import sqlalchemy as sa

from monitor.records.page import PageRecord
from monitor.records.state import CurrentState
from monitor.records.watching import AppliedSettings, ServerRecord, WatchedPage
from monitor.store import (
    addresses,
    change_times,
    components,
    configured,
    days,
    edited,
    engine,
    evidence_bodies,
    healing,
    histories,
    identities,
    leases,
    past_states,
    poll_log,
    poll_updates,
    purging,
    saving,
    schema,
    searching,
    snapshots,
    updates,
    watched,
    words,
)
from monitor.store import facts as fact_module
from monitor.store import pages as page_module
from monitor.store import servers as server_module
from monitor.store import units as unit_module
from monitor.store import validators as validator_module
from monitor.store.change_times import ChangeTime
from monitor.store.health import Health
from monitor.store.past_states import PastPage
from monitor.store.patience import Patience
from monitor.store.records import (
    Body,
    BodyRef,
    Changes,
    DayRevision,
    HealedPage,
    IncidentVersion,
    PageMark,
    PageSpec,
    PageState,
    Pin,
    PinnedBody,
    PollRecord,
    PrunedRows,
    Snapshot,
    UnitRecord,
    UnknownWordRecord,
    UpdateVersion,
    Validator,
)
from monitor.store.transactions import Transactions, reads, writes

__all__ = [
    "AppliedSettings",
    "Body",
    "BodyRef",
    "ChangeTime",
    "Changes",
    "CurrentState",
    "DayRevision",
    "HealedPage",
    "Health",
    "IncidentVersion",
    "PageMark",
    "PageRecord",
    "PageSpec",
    "PageState",
    "PastPage",
    "Patience",
    "Pin",
    "PinnedBody",
    "PollRecord",
    "PrunedRows",
    "ServerRecord",
    "Snapshot",
    "Store",
    "UnitRecord",
    "UnknownWordRecord",
    "UpdateVersion",
    "Validator",
    "WatchedPage",
]


class Store(Transactions):
    """One database. Every instant given must be aware (ValueError otherwise); every instant
    returned is UTC.

    Methods raise StoreError when the database is gone, locked, full, damaged, or does not answer.
    They may be called from any thread; SQLite has one writer at a time.
    """

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
            schema.ensure_schema(database, migrate=migrate)
        except BaseException:
            database.dispose()
            raise
        return cls(database, patience, health)

    @staticmethod
    def exists(url: str) -> bool:
        """Whether there is a database to open: an SQLite file that is there, or any other
        database's address.
        """
        return addresses.exists(url)

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
        return addresses.display(self._engine.url)

    def ping(self) -> None:
        """Ask the database a trivial question. Raises StoreError when it does not answer."""
        with self._read() as connection:
            connection.execute(sa.select(1))

    size_bytes = reads(engine.size_bytes)

    def check_schema(self) -> None:
        """Raise StoreError, naming the differences, unless the database's tables are those of the
        code.
        """
        schema.check(self._engine)

    def beat(self) -> None:
        """Write something, and be it nothing new: whether that is possible, only a write can
        tell.
        """
        with self._write() as connection:
            engine.beat(connection)
        self.health.wrote()

    # pages

    sync_pages = writes(configured.sync_pages)
    watched_pages = reads(watched.watched_pages)
    applied = reads(watched.applied)
    put_in_force = writes(configured.put_in_force)
    servers = reads(server_module.servers)
    lock_servers = writes(server_module.lock_servers)
    enroll = writes(server_module.enroll)
    dismiss = writes(server_module.dismiss)
    pages = reads(page_module.pages)
    page = reads(page_module.page)
    page_states = reads(page_module.page_states)
    page_marks = reads(page_module.page_marks)
    page_versions = reads(page_module.page_versions)
    set_platform = writes(page_module.set_platform)
    set_reread = writes(page_module.set_reread)

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
            saving.close_platform(connection, page_id, at=left_at, now=now)
            page_module.set_platform(connection, page_id, platform, evidence)

    history_size = reads(purging.history_size)
    rename_page = writes(purging.rename_page)

    def delete_page(self, page_id: int) -> None:
        """Delete a page and all that is stored of it, however long that takes."""
        with self.patience.without_limit(), self._write() as connection:
            engine.lift_limits(connection)
            purging.delete_page(connection, page_id)

    know = writes(identities.know)
    refuse = writes(identities.refuse)
    accept = writes(identities.accept)

    # when pages are read

    set_due = writes(page_module.set_due)
    claim_due = writes(leases.claim_due)
    release = writes(leases.release)
    retime = writes(leases.retime)
    put_off = writes(leases.put_off)
    record_polls = writes(poll_updates.record_polls)
    kept_polls = reads(poll_log.kept_polls)
    heal = writes(healing.heal)
    last_reading = reads(healing.last_reading)
    page_at = reads(past_states.page_at)
    state_at = reads(past_states.state_at)

    # what was read

    save = writes(saving.save)
    validators = reads(validator_module.validators)
    save_validators = writes(validator_module.save_validators)
    keep_snapshots = writes(snapshots.keep_snapshots)
    snapshot = reads(snapshots.snapshot)
    pin = writes(evidence_bodies.pin)
    pin_first = writes(evidence_bodies.pin_first)
    pinned = reads(evidence_bodies.pinned)
    pinned_for = reads(evidence_bodies.pinned_for)
    newest_bodies = reads(evidence_bodies.newest_bodies)
    units = reads(unit_module.units)
    done_units = reads(unit_module.done_units)
    forget_units = writes(unit_module.forget_units)
    gaps = reads(unit_module.gaps)
    unknown_words = reads(words.unknown_words)

    # facts

    facts = reads(fact_module.read)
    first_fact = reads(page_module.first_fact)
    change_times = reads(change_times.change_times)
    published = reads(fact_module.published)
    current = reads(fact_module.current)
    maintenances = reads(fact_module.maintenances)
    ended_incidents = reads(fact_module.ended_incidents)
    unfinished_incidents = reads(fact_module.unfinished_incidents)
    incident_versions = reads(fact_module.incident_versions)
    incident_ids = reads(edited.incident_ids)
    incident_impacts = reads(edited.incident_impacts)
    incidents_edited_since = reads(edited.incidents_edited_since)
    incident_updates = reads(updates.update_versions)
    updates_of = reads(updates.updates_of)
    component_ids = reads(components.component_ids)
    known_components = reads(components.known_components)
    components_named = reads(searching.components_named)
    incidents_titled = reads(searching.incidents_titled)
    count_new = reads(components.count_new)

    # days

    save_days = writes(days.save_days)
    page_history = reads(histories.page_history)
    listed_history = reads(histories.listed_history)
    revisions = reads(histories.revisions)
    all_revisions = reads(histories.all_revisions)
    revisions_since = reads(edited.revisions_since)
    revised_days = reads(histories.revised_days)
    revised_at = reads(histories.revised_at)
    disputed_days = reads(histories.disputed_days)

    def prune(self, *, now: datetime, snapshot_days: int, poll_days: int) -> PrunedRows:
        """Delete polls and bodies older than their keep; facts and days stay, and bodies that are
        pinned.
        """
        with self.patience.without_limit(), self._write() as connection:
            engine.lift_limits(connection)
            return snapshots.prune(
                connection, now=now, snapshot_days=snapshot_days, poll_days=poll_days
            )
