"""What `monitor status` says by the store."""

from datetime import datetime

from monitor import answers
from monitor.answers import Status, TargetQuery
from monitor.cli.status_question import Place, targets_among
from monitor.errors import ConfigError
from monitor.runtime import Context, open_context


def ask_store(query: TargetQuery, place: Place, known_at: datetime | None) -> list[Status]:
    """Return the targets' statuses as the database has them now, or had them at an earlier instant.

    Raises ConfigError for an instant in the future.
    """
    with open_context(place.config, place.database) as context:
        if known_at is not None and known_at > context.clock():
            raise ConfigError(f"--at {known_at.isoformat()} is in the future; leave it out for now")
        return store_statuses(query, context, known_at)


def store_statuses(
    query: TargetQuery, context: Context, known_at: datetime | None = None
) -> list[Status]:
    """Return the targets' statuses as the store has them. Raises ConfigError for what cannot be
    answered.
    """
    store, vendors = context.store, context.vendors
    targets = targets_among(query, vendors, context.settings.stacks, context.slugs)
    if known_at is None:
        return list(answers.target_statuses(store, vendors, targets, context.clock()))
    return list(answers.past_statuses(store, vendors, targets, known_at))
