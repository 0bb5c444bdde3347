"""`monitor status`: whether what one depends on works now, as a plugin of Nagios and its kin."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from exporters import status as forms
from monitor import answers
from monitor import config as configuration
from monitor.answers import Outcome, Status, Target, Thresholds
from monitor.cli import suggested_words
from monitor.cli.detection import contact_page
from monitor.cli.options import AllowPrivate, ConfigOption, DatabaseOption
from monitor.config import TIERS, Settings
from monitor.errors import ConfigError, MonitorError, PageError
from monitor.model import Level
from monitor.runtime import ad_hoc_vendor, load_settings, now, open_context, page_named
from monitor.terminal import say, say_json, tell

commands = typer.Typer()

_LOOK_AGAIN_SECONDS = 5.0
"""How often the database is looked at with --wait."""
_ASK_AGAIN_SECONDS = 60.0
"""How often a page is asked with --wait and --now: no page is asked more often than that."""


class StatusFormat(StrEnum):
    """How a status is written."""

    TABLE = "table"
    JSON = "json"
    NAGIOS = "nagios"


_BAD_WORDS = {level.name: level.word for level in Level if level is not Level.OPERATIONAL}
Bad = StrEnum("Bad", _BAD_WORDS)  # type: ignore[misc]
Tier = StrEnum("Tier", {tier.upper(): tier for tier in TIERS})  # type: ignore[misc]


_UsageError: Any = typer.BadParameter.__base__
"""The command line's mistakes. Typer brings its own Click, and exports this one's child only."""


class _StatusCommand(TyperCommand):
    """A command whose mistakes end it with 3: 2 would say that a vendor is out."""

    def make_context(self, *words: Any, **options: Any) -> Any:  # noqa: ANN401
        """Read the words of the command line."""
        try:
            return super().make_context(*words, **options)
        except _UsageError as error:
            error.show()
            sys.exit(Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked: no targets = every vendor of the settings, of one tier where one is given."""

    targets: tuple[Target, ...]
    components: str | None
    tier: str | None
    config: Path | None
    database: str | None
    allow_private: bool

    def of_vendors(self, settings: Settings) -> list[Target]:
        """Return the targets, all vendors where none is named; `components` goes to each without
        its own. Raises ConfigError where no vendor is of the tier.
        """
        targets = list(self.targets) or [Target(vendor.slug) for vendor in settings.vendors]
        if self.tier is not None:
            targets = self._of_tier(targets, settings)
        return [replace(each, components=each.components or self.components) for each in targets]

    def _of_tier(self, targets: Sequence[Target], settings: Settings) -> list[Target]:
        slugs = {vendor.slug for vendor in settings.vendors if vendor.tier == self.tier}
        of_tier = [target for target in targets if target.vendor in slugs]
        if not of_tier:
            raise ConfigError(f"no vendor asked about has the tier {self.tier}")
        return of_tier


@commands.command(short_help="Say whether vendors work now.", cls=_StatusCommand)
def status(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VENDOR[/COMPONENT]]...",
            help="What you depend on; all vendors when none.",
            autocompletion=suggested_words.targets,
        ),
    ] = None,
    component: Annotated[
        str | None,
        typer.Option("--component", help="Only components with this name or pattern, e.g. API*."),
    ] = None,
    tier: Annotated[
        Tier | None, typer.Option("--tier", help="Only vendors of this tier of the settings.")
    ] = None,
    ask_now: Annotated[
        bool,
        typer.Option("--now", help="Ask the pages themselves, once; no database is needed."),
    ] = False,
    wait: Annotated[
        str | None,
        typer.Option("--wait", metavar="DURATION", help="Wait so long for all to be well."),
    ] = None,
    warn: Annotated[Bad, typer.Option("--warn", help="Level from which on it is a warning.")] = Bad(
        "maintenance"
    ),
    crit: Annotated[Bad, typer.Option("--crit", help="Level from which on it is critical.")] = Bad(
        "partial_outage"
    ),
    form: Annotated[
        StatusFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = StatusFormat.TABLE,
    allow_private: AllowPrivate = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Say whether the vendors work now: a line each, then the worst.

    It reads what a running `monitor serve` has stored; --now asks the pages instead.

    The lines and exit codes are those of the Monitoring Plugins (Nagios, Icinga, Zabbix, cron, CI).
    Unknown is never OK: what was never read, not read for two intervals, cannot be read, has too
    few known components or is no vendor ends with 3.
    """
    thresholds = Thresholds(Level[Bad(warn).name], Level[Bad(crit).name])
    question = _Question(
        targets=tuple(Target.parse(text) for text in targets or ()),
        components=component,
        tier=tier.value if tier else None,
        config=config,
        database=database,
        allow_private=allow_private,
    )
    try:
        seconds = configuration.parse_duration(wait) if wait else 0
        ask = _ask_pages if ask_now else _ask_database
        pause = _ASK_AGAIN_SECONDS if ask_now else _LOOK_AGAIN_SECONDS
        statuses = _ask_until_well(lambda: ask(question), thresholds, seconds, pause)
    except MonitorError as error:
        _say_failure(error, form)
        raise typer.Exit(Outcome.UNKNOWN) from error
    _write(statuses, thresholds, form)
    raise typer.Exit(answers.worst_outcome(thresholds.outcome(each.level) for each in statuses))


def _ask_until_well(
    ask: Callable[[], Sequence[Status]],
    thresholds: Thresholds,
    seconds: float,
    pause: float,
) -> Sequence[Status]:
    """Ask, and again until all is OK or the time is over; return the last answer."""
    until = time.monotonic() + seconds
    while True:
        statuses = ask()
        outcomes = {thresholds.outcome(status.level) for status in statuses}
        seconds_left = until - time.monotonic()
        if outcomes == {Outcome.OK} or seconds_left <= 0:
            return statuses
        time.sleep(min(pause, seconds_left))


def _ask_database(question: _Question) -> list[Status]:
    """Return the targets' statuses as the database has them."""
    with open_context(question.config, question.database) as context:
        moment = context.clock()
        pages = {page.slug: page for page in context.store.pages(removed=True)}
        statuses = []
        for target in _by_slug(question.of_vendors(context.settings), context.slugs):
            vendor, page = context.vendors[target.vendor], pages.get(target.vendor)
            if page is None:
                statuses.append(answers.never_read(vendor, target, moment))
                continue
            with _mistakes_of_targets():
                statuses.append(answers.status(context.store, page, vendor, target, moment))
        return statuses


def _by_slug(
    targets: Sequence[Target], slugs: Callable[[Sequence[str]], Sequence[str]]
) -> Iterator[Target]:
    """Yield each target under the slug of its vendor, which may be named otherwise."""
    for target in targets:
        for slug in slugs([target.vendor]):
            yield replace(target, vendor=slug)


def _ask_pages(question: _Question) -> list[Status]:
    """Return the targets' statuses as their pages tell them now. Raises ConfigError for a vendor
    that is no address and has no name in the settings or the catalogue.
    """
    settings = load_settings(question.config, question.database)
    targets = question.of_vendors(settings)
    addresses = [page_named(target.vendor, settings) for target in targets]
    return [
        _ask_page(target, url, settings, allow_private=question.allow_private)
        for target, url in zip(targets, addresses, strict=True)
    ]


def _ask_page(target: Target, url: str, settings: Settings, *, allow_private: bool) -> Status:
    namesakes = (vendor for vendor in settings.vendors if vendor.url == url)
    vendor = next(namesakes, None) or ad_hoc_vendor(url)
    try:
        contact = contact_page(url, settings, allow_private=allow_private)
    except PageError as error:
        why = f"the page could not be read: {error}"
        return replace(answers.never_read(vendor, target, now()), why_unknown=why)
    with _mistakes_of_targets():
        return answers.status_of(contact.page, contact.state, vendor, target, now())


@contextmanager
def _mistakes_of_targets() -> Iterator[None]:
    """Turn a question that makes no sense for the page into a ConfigError."""
    try:
        yield
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _write(statuses: Sequence[Status], thresholds: Thresholds, form: StatusFormat) -> None:
    match form:
        case StatusFormat.TABLE:
            tell(*forms.text_lines(statuses, thresholds))
        case StatusFormat.NAGIOS:
            say(*forms.nagios_lines(statuses, thresholds))
        case StatusFormat.JSON:
            say_json(forms.as_json(statuses, thresholds, now()))


def _say_failure(error: MonitorError, form: StatusFormat) -> None:
    """Say what kept the question from being answered, in the form that was asked for."""
    message = str(error).partition("\n")[0]
    if form is StatusFormat.JSON:
        say_json(forms.failure_as_json(message, now()))
    elif form is StatusFormat.NAGIOS:
        say(f"VENDORSTATUS UNKNOWN: {message}".replace("|", "¦"))
    else:
        say(f"UNKNOWN: {error}")
