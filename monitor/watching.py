"""Which commands write what a database watches, and when they may. Pure.

A running `monitor serve` watches what the database says, so only it and `monitor apply` change
that. A command that looks changes nothing; one that reads pages may add vendors to a database that
nobody serves, and does no more.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

BEAT = timedelta(seconds=5)
"""How often a server gives a sign of life."""

LEASE = timedelta(seconds=30)
"""How long a server without a sign of life is still taken to run."""


class Command(Enum):
    """What a command does with the vendors that a database watches."""

    LOOK = "look"
    """It shows what is stored."""
    READ = "read"
    """It reads pages once: `poll`, `backfill`."""
    APPLY = "apply"
    """It puts the settings in force: `monitor apply`, or a database that is the command's own."""
    SERVE = "serve"
    """It watches, from now on."""


class Refusal(Enum):
    """Why a command may not go on with its settings."""

    SERVED_OTHERWISE = "served otherwise"
    """A server watches by other settings, and these are not what was applied last."""
    NOT_CHOSEN = "not chosen"
    """Nobody chose these settings, the built-in list, and somebody chose what is watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """What a database watches: slugs of the vendors that are, and of those that were.

    `is_served`: a server is alive. `is_served_otherwise`: one is that has other settings than the
    command's, which are not those applied last. `is_chosen`: somebody chose what is watched.
    """

    watched: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()
    is_served: bool = False
    is_served_otherwise: bool = False
    is_chosen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a command writes: slugs that are watched from now on, that are no more, and that get
    these settings. `unread`: vendors that must not be read, because a server does not watch them.
    """

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


def written_by(
    command: Command,
    database: Database,
    slugs: Collection[str],
    *,
    is_chosen: bool,
) -> Written | Refusal:
    """Return what a command with settings for these vendors writes, or why it is refused.
    `is_chosen` = the settings are not the built-in list.
    """
    own = frozenset(slugs)
    if command is Command.LOOK:
        return Written()
    if command is Command.SERVE and database.is_served_otherwise:
        return Refusal.SERVED_OTHERWISE
    ends_a_watch = database.is_chosen and not database.watched <= own
    if command is not Command.APPLY and ends_a_watch and not is_chosen:
        return Refusal.NOT_CHOSEN
    if command is Command.READ:
        if database.is_served:
            return Written(unread=own - database.watched)
        return Written(added=own - database.watched - database.former)
    return Written(
        added=own - database.watched,
        removed=database.watched - own,
        changed=own & database.watched,
    )


def is_alive(seen_at: datetime, now: datetime) -> bool:
    """Whether a server gave a sign of life so lately that it runs; by a clock that is ahead it
    did.
    """
    return now - seen_at < LEASE
