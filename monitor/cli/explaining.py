"""`monitor explain` and `why`: the evidence behind a day, and what would make it another one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from exporters import explain as explanations
from exporters import why as reasons
from monitor.cli.options import (
    ConfigOption,
    DatabaseOption,
    Format,
    KnownAt,
    Vendor,
    day,
    instant,
)
from monitor.errors import ConfigError
from monitor.runtime import open_context
from monitor.terminal import say, say_json

commands = typer.Typer()


@commands.command(short_help="Show the evidence behind one day.")
def explain(
    vendor: Vendor,
    words: Annotated[
        list[str],
        typer.Argument(metavar="[COMPONENT] DAY", help="Optional component, then the day."),
    ],
    known_at: KnownAt = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Show every piece of evidence behind one day of a vendor or of one component."""
    if len(words) > 2:  # noqa: PLR2004
        raise ConfigError(
            f"expected [COMPONENT] DAY, got {len(words)} words; quote a name with spaces"
        )
    component = words[0] if len(words) > 1 else None
    with _question(vendor, known_at, config, database) as question:
        explanation = explanations.gather(**question, component=component, day=day(words[-1]))
    say(*explanations.lines(explanation))


@commands.command(short_help="Show what would make a day another one.")
def why(
    vendor: Vendor,
    words: Annotated[
        list[str],
        typer.Argument(metavar="[COMPONENT] DAY [DAY]", help="One day, or two to compare."),
    ],
    known_at: KnownAt = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="table or json.")] = Format.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Show the rule and the witness that decided a day, and each single change that would make it
    another one.
    """
    if form not in {Format.TABLE, Format.JSON}:
        raise ConfigError(f"--format {form.value} is not for this command; it writes table or json")
    component, days = _component_and_days(words)
    with _question(vendor, known_at, config, database) as question:
        answers = [reasons.answer(**question, component=component, day=each) for each in days]
    if form is Format.JSON:
        say_json(reasons.as_json(answers))
        return
    say(*reasons.lines(answers))


@contextmanager
def _question(
    vendor: str, known_at: str | None, config: Path | None, database: str | None
) -> Iterator[dict[str, Any]]:
    """Open the store and yield what is asked of one vendor; a question that makes no sense there
    becomes a ConfigError.
    """
    with open_context(config, database) as context:
        page = context.pages([vendor])[0]
        try:
            yield {
                "store": context.store,
                "page": page,
                "vendor": context.vendors[vendor],
                "now": context.clock(),
                "known_at": instant(known_at),
            }
        except ValueError as error:
            raise ConfigError(str(error)) from error


def _component_and_days(words: Sequence[str]) -> tuple[str | None, list[date]]:
    """Return what [COMPONENT] DAY [DAY] says: the first word is a component unless it is a day."""
    has_component = len(words) > 1 and not _is_day(words[0])
    component, days = (words[0], words[1:]) if has_component else (None, words)
    if len(days) > 2:  # noqa: PLR2004
        raise ConfigError(
            f"expected [COMPONENT] DAY [DAY], got {len(words)} words; quote a name with spaces"
        )
    return component, [day(word) for word in days]


def _is_day(word: str) -> bool:
    try:
        date.fromisoformat(word)
    except ValueError:
        return False
    return True
