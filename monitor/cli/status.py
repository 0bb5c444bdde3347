"""`monitor status`: whether what one depends on works now, as a plugin of Nagios and its kin."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from exporters import status as forms
from monitor import config as configuration
from monitor.cli import suggested_words
from monitor.cli.options import AllowPrivate, ConfigOption, DatabaseOption, instant
from monitor.cli.plain_values import take_plain_values
from monitor.cli.status_glance import glance_at_statuses
from monitor.cli.status_question import Place, refuse_together
from monitor.cli.status_server import ask_monitor
from monitor.config import TIERS
from monitor.errors import MonitorError
from monitor.model import Level
from monitor.own_settings import load_settings
from monitor.stacks import Target
from monitor.statuses.status import Outcome, Status, Thresholds, worst_outcome
from monitor.statuses.target_query import TargetQuery
from monitor.terminal import say, say_json, tell
from monitor.wall_clock import now

commands = typer.Typer()

_LOOK_AGAIN_SECONDS = 5.0
"""How often the database, or the monitor elsewhere, is looked at with --wait."""
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

    def get_params(self, ctx: Any) -> Any:  # noqa: ANN401
        """Return the options and arguments, which monitoring systems give every few seconds."""
        return take_plain_values(super().get_params(ctx))

    def make_context(self, *words: Any, **options: Any) -> Any:  # noqa: ANN401
        """Read the words of the command line."""
        try:
            return super().make_context(*words, **options)
        except _UsageError as error:
            error.show()
            sys.exit(Outcome.UNKNOWN)


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
    stack: Annotated[
        list[str] | None,
        typer.Option(
            "--stack",
            help="What this stack of the settings depends on; may be repeated.",
            autocompletion=suggested_words.stacks,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Ask the monitor that serves there, by its API."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="INSTANT", help="What was known then, e.g. 2026-05-06T14:05Z."
        ),
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

    It reads what a running `monitor serve` has stored here, with --url what one elsewhere answers;
    --now asks the pages instead. --at says what was known at an earlier instant.

    The lines and exit codes are those of the Monitoring Plugins (Nagios, Icinga, Zabbix, cron, CI).
    Unknown is never OK: what was never read, not read for two intervals, cannot be read, has too
    few known components or is no vendor ends with 3.
    """
    thresholds = Thresholds(Level[Bad(warn).name], Level[Bad(crit).name])
    query = TargetQuery(
        targets=tuple(Target.parse(text) for text in targets or ()),
        stacks=tuple(stack or ()),
        tier=tier.value if tier else None,
        components=component,
    )
    place = Place(config=config, database=database)
    try:
        refuse_together(url=url, at=at, ask_now=ask_now, wait=wait, place=place)
        seconds = configuration.parse_duration(wait) if wait else 0
        pause = _ASK_AGAIN_SECONDS if ask_now else _LOOK_AGAIN_SECONDS
        if ask_now:
            from monitor.cli.status_pages import ask_pages

            ask = partial(ask_pages, query, place, allow_private=allow_private)
        elif url is not None:
            ask = partial(ask_monitor, query, url, now)
        else:
            ask = partial(_ask_database, query, place, instant(at))
        statuses = _ask_until_well(ask, thresholds, seconds, pause)
    except MonitorError as error:
        _say_failure(error, form)
        raise typer.Exit(Outcome.UNKNOWN) from error
    _write(statuses, thresholds, form)
    raise typer.Exit(worst_outcome(thresholds.outcome(each.level) for each in statuses))


def _ask_database(query: TargetQuery, place: Place, known_at: datetime | None) -> list[Status]:
    """Return what the database says: by a glance at its file where that is enough."""
    if known_at is None:
        statuses = glance_at_statuses(query, load_settings(place.config, place.database), now())
        if statuses is not None:
            return statuses
    from monitor.cli.status_store import ask_store  # late: it is most of what a status can cost

    return ask_store(query, place, known_at)


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
