"""What `monitor status` is asked, and what cannot be asked together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.stacks import Stacks, Target
from monitor.statuses.target_query import TargetQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The settings file and the database that the command names; None = the usual ones."""

    config: Path | None
    database: str | None


def refuse_together(
    *, url: str | None, at: str | None, ask_now: bool, wait: str | None, place: Place
) -> None:
    """Raise ConfigError for options that ask for two things at once."""
    given = {"--url": url, "--now": ask_now, "--wait": wait}
    if at is not None:
        _refuse("--at asks what was known here", given)
    if url is not None:
        here = {"--now": ask_now, "--config": place.config, "--database": place.database}
        _refuse("--url asks a monitor elsewhere", here)


def _refuse(what: str, others: Mapping[str, object]) -> None:
    for name, value in others.items():
        if value:
            raise ConfigError(f"{what}; leave out {name}, or ask twice")


def targets_among(
    query: TargetQuery,
    vendors: Mapping[str, VendorConfig],
    stacks: Stacks,
    slugs: Callable[[Sequence[str]], Sequence[str]],
) -> list[Target]:
    """Return the targets that are asked about, each under its vendor's slug; it may be named
    otherwise, and `slugs` are those that words name. Raises ConfigError.
    """
    named = tuple(_by_slug(query.targets, slugs))
    return replace(query, targets=named).among(vendors, stacks)


def _by_slug(
    targets: Sequence[Target], slugs: Callable[[Sequence[str]], Sequence[str]]
) -> Iterator[Target]:
    """Yield each target under the slug of its vendor, which may be named otherwise."""
    for target in targets:
        for slug in slugs([target.vendor]):
            yield replace(target, vendor=slug)
