"""`monitor explain` and `why`: the evidence behind a day, and what would make it another one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from exporters.explain import lines as explain_lines
from exporters.why import as_json as why_json
from exporters.why import lines as why_lines
from monitor import answers
from monitor.cli.options import ConfigOption, DatabaseOption, Format, KnownAt, Vendor, day, instant
from monitor.errors import ConfigError
from monitor.runtime import Context, open_context
from monitor.store import PageRecord
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
    with _page(vendor, config, database) as (context, page):
        query = answers.DayQuery(
            day=day(words[-1]), now=context.clock(), component=component, known_at=instant(known_at)
        )
        explanation = answers.explanation(context.store, page, context.vendors[page.slug], query)
    say(*explain_lines(explanation))


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
    with _page(vendor, config, database) as (context, page):
        query = partial(
            answers.DayQuery, now=context.clock(), component=component, known_at=instant(known_at)
        )
        settings = context.vendors[page.slug]
        reasons = [answers.reasons(context.store, page, settings, query(day=each)) for each in days]
    if form is Format.JSON:
        say_json(why_json(reasons))
        return
    say(*why_lines(reasons))


@contextmanager
def _page(
    vendor: str, config: Path | None, database: str | None
) -> Iterator[tuple[Context, PageRecord]]:
    """Open the store and yield it with the vendor's page; a question that makes no sense there
    becomes a ConfigError.
    """
    with open_context(config, database) as context:
        try:
            yield context, context.pages([vendor])[0]
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
