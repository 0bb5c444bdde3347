"""How the command speaks: what it says beside its answer, and how its log is written.

The options of `monitor` itself, which are understood after a command's name too.
"""

import logging
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from monitor import __version__
from monitor.logs import LogFormat, log_to_stderr
from monitor.terminal import be_quiet, is_for_people, say


class LogLevel(StrEnum):
    """From which level on the log is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def number(self) -> int:
        """The same for `logging`."""
        return logging.getLevelNamesMapping()[self.value.upper()]


LOG_VARIABLES = frozenset({"MONITOR_LOG_LEVEL", "MONITOR_LOG_FORMAT"})
"""Variables of the environment that options are read from."""

TOLD_AT_THE_END = ("monitor.collect", "monitor.store.health")
"""Loggers of errors that a command says itself at its end, unless it was asked for a log."""

NEWS = (
    "monitor.collect.news",
    "monitor.presence",
    "monitor.reread",
    "monitor.runtime",
    "monitor.schedule.news",
)
"""Loggers of what is news to who runs a server, whatever else is logged."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the command speaks; None = nothing was said of it."""

    verbose: bool = False
    quiet: bool = False
    log_level: LogLevel | None = None
    log_format: LogFormat | None = None

    @classmethod
    def of(cls, ctx: typer.Context) -> "Manner":
        """Return what was asked for, before or after the command's name."""
        return cls(**_options(ctx.find_root().params))

    @property
    def level(self) -> int:
        """From which level on the log is written."""
        if self.log_level is not None:
            return self.log_level.number
        if self.quiet:
            return logging.ERROR
        return logging.INFO if self.verbose else logging.WARNING

    @property
    def is_default(self) -> bool:
        """Whether nothing was said of what is logged."""
        return self.log_level is None and not self.quiet and not self.verbose

    def put_in_force(self) -> None:
        """Have the process speak like this."""
        be_quiet(self.quiet)
        at_terminal = LogFormat.TEXT if is_for_people(err=True) else LogFormat.LOGFMT
        log_to_stderr(self.level, self.log_format or at_terminal)
        is_short = self.log_level is None and not self.verbose
        for name in TOLD_AT_THE_END:
            logging.getLogger(name).setLevel(logging.CRITICAL if is_short else logging.NOTSET)

    def put_in_force_for_server(self) -> None:
        """Have a server speak like this: it says at once what it meets, and what is news."""
        for name in TOLD_AT_THE_END:
            logging.getLogger(name).setLevel(logging.NOTSET)
        for name in NEWS:
            logging.getLogger(name).setLevel(logging.INFO if self.is_default else logging.NOTSET)


def _options(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options as they are meant; the parser leaves words of them."""
    level, form = params.get("log_level"), params.get("log_format")
    return {
        "verbose": bool(params.get("verbose")),
        "quiet": bool(params.get("quiet")),
        "log_level": None if level is None else LogLevel(level),
        "log_format": None if form is None else LogFormat(form),
    }


def _print_version(value: bool) -> None:
    if value:
        say(f"vendorstatus {__version__}")
        raise typer.Exit


def set_manner(
    ctx: typer.Context,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log every page and decision.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the answer itself, and errors.")
    ] = False,
    log_level: Annotated[
        LogLevel | None,
        typer.Option(
            "--log-level",
            envvar="MONITOR_LOG_LEVEL",
            help="Log from this level (default: warning).",
        ),
    ] = None,
    log_format: Annotated[
        LogFormat | None,
        typer.Option(
            "--log-format",
            envvar="MONITOR_LOG_FORMAT",
            help="How the log on stderr is written (default: text at a terminal, else logfmt).",
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """Set how the command speaks. The options may also follow the command's name."""
    del verbose, quiet, log_level, log_format, version
    Manner.of(ctx).put_in_force()


def understand_everywhere(command: Any, options: Any) -> None:  # noqa: ANN401
    """Have the options of the whole command understood after the names of a command, and of those
    in it, too.

    There they are not shown, and an option of the command's own with the same name goes first.
    """
    own_names: set[str] = set()
    for option in command.params:
        own_names.update(option.opts)
    for option in options:
        if option.name != "version" and own_names.isdisjoint(option.opts):
            command.params.append(_hidden_copy(option))
    for each in getattr(command, "commands", {}).values():
        understand_everywhere(each, options)


def _hidden_copy(option: Any) -> Any:  # noqa: ANN401
    twin = copy(option)
    twin.hidden, twin.expose_value = True, False
    twin.envvar = twin.default = None
    twin.callback = _change_manner
    return twin


def _change_manner(ctx: typer.Context, param: typer.CallbackParam, value: object) -> object:
    """Put in force what follows the command's name, beside what stands before it."""
    if value:
        ctx.find_root().params[str(param.name)] = value
        Manner.of(ctx).put_in_force()
    return value
