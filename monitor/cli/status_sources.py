"""Where `monitor status` looks: in the database, or at the pages themselves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor import answers
from monitor.answers import Status, TargetQuery
from monitor.config import Settings
from monitor.errors import ConfigError, PageError
from monitor.lookups import by_slug
from monitor.own_settings import load_settings, page_named
from monitor.runtime import Context, ad_hoc_vendor, open_context
from monitor.stacks import Target
from monitor.wall_clock import now


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


def ask_database(query: TargetQuery, place: Place, known_at: datetime | None) -> list[Status]:
    """Return the targets' statuses as the database has them now, or had them at an earlier instant.

    Raises ConfigError for an instant in the future.
    """
    with open_context(place.config, place.database) as context:
        moment = context.clock()
        if known_at is not None and known_at > moment:
            raise ConfigError(f"--at {known_at.isoformat()} is in the future; leave it out for now")
        store, vendors, targets = context.store, context.vendors, _targets(query, context)
        if known_at is None:
            return list(answers.target_statuses(store, vendors, targets, moment))
        return list(answers.past_statuses(store, vendors, targets, known_at))


def _targets(query: TargetQuery, context: Context) -> list[Target]:
    named = tuple(_by_slug(query.targets, context.slugs))
    return replace(query, targets=named).among(context.vendors, context.settings.stacks)


def _by_slug(
    targets: Sequence[Target], slugs: Callable[[Sequence[str]], Sequence[str]]
) -> Iterator[Target]:
    """Yield each target under the slug of its vendor, which may be named otherwise."""
    for target in targets:
        for slug in slugs([target.vendor]):
            yield replace(target, vendor=slug)


def ask_pages(query: TargetQuery, place: Place, *, allow_private: bool) -> list[Status]:
    """Return the targets' statuses as their pages tell them now, each page asked once.

    Raises ConfigError for a vendor that is no address and has no name in the settings or the
    catalogue.
    """
    settings = load_settings(place.config, place.database)
    targets = query.among(by_slug(settings.vendors), settings.stacks)
    addresses = [page_named(target.vendor, settings) for target in targets]
    pages = {url: _Page(url, settings, allow_private) for url in addresses}
    return [pages[url].status(target) for target, url in zip(targets, addresses, strict=True)]


class _Page:
    """One page, asked when it is made."""

    def __init__(self, url: str, settings: Settings, allow_private: bool) -> None:
        from monitor.cli.detection import contact_page

        namesakes = (vendor for vendor in settings.vendors if vendor.url == url)
        self._vendor = next(namesakes, None) or ad_hoc_vendor(url)
        try:
            self._contact = contact_page(url, settings, allow_private=allow_private)
        except PageError as error:
            self._error: PageError | None = error
        else:
            self._error = None

    def status(self, target: Target) -> Status:
        """Return how a target of this page is."""
        if self._error is not None:
            why = f"the page could not be read: {self._error}"
            return replace(answers.never_read(self._vendor, target, now()), why_unknown=why)
        contact = self._contact
        return answers.target_status(contact.page, contact.state, self._vendor, target, now())
