"""`monitor explain` and `why`: the evidence behind a day, and what would make it another one."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from exporters import explain as forms
from exporters.why import as_json as why_json
from exporters.why import lines as why_lines
from monitor import answers
from monitor.cli import suggested_words
from monitor.cli.asked_days import Subject, component_and_days
from monitor.cli.options import ConfigOption, DatabaseOption, KnownAt, Vendor, instant
from monitor.cli.spans import Days, Since, Until, chosen
from monitor.errors import ConfigError
from monitor.runtime import Context, open_context
from monitor.terminal import say_each, say_json, tell, tell_each

commands = typer.Typer()

_MOST_COMPARED = 2


class ExplainFormat(StrEnum):
    """How explained days are written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class WhyFormat(StrEnum):
    """How reasons are written."""

    TABLE = "table"
    JSON = "json"


@commands.command(short_help="Show the evidence behind a day, or which days were not quiet.")
def explain(
    vendor: Vendor,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMPONENT] [DAY]",
            help="A component, then a day (2026-05-22, today, yesterday, latest) or days"
            " (2026-05-01..2026-05-22, 2026-05).",
            autocompletion=suggested_words.components_and_days,
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    days: Days = None,
    disputed: Annotated[
        bool, typer.Option("--disputed", help="Only disputed days, with both values.")
    ] = False,
    details: Annotated[
        bool, typer.Option("--details", help="Everything behind each day, as for one day.")
    ] = False,
    known_at: KnownAt = None,
    form: Annotated[
        ExplainFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = ExplainFormat.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Show every piece of evidence behind one day of a vendor or of one component.

    Of several days, or of the usual number until today when none is named, a line for each that was
    not quiet.
    """
    component, texts = component_and_days(words or [], most_days=1)
    choice = chosen(since=since, until=until, days=days)
    with _subject(vendor, component, known_at, config, database) as (context, subject):
        window = subject.chosen_days(texts, choice, context.settings.window_days)
        if window is None:
            _say_no_bad_day(subject, is_json=form is ExplainFormat.JSON)
            return
        overview = subject.overview(window)
        accounts = _to_tell(overview, disputed=disputed)
        is_whole = details or (window.days == 1 and not disputed)
        if form is ExplainFormat.JSON:
            say_json(_json(subject, overview, accounts, is_whole=is_whole))
        elif is_whole and accounts:
            _write(_documents(subject, overview, accounts), form)
        else:
            document = forms.disputed_document if disputed else forms.overview_document
            _write([document(overview)], form)


@commands.command(short_help="Show what would make a day another one.")
def why(
    vendor: Vendor,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[COMPONENT] DAY [DAY]",
            help="A component, then a day (2026-05-22, today, yesterday, latest), or two to"
            " compare.",
            autocompletion=suggested_words.components_and_days,
        ),
    ],
    known_at: KnownAt = None,
    form: Annotated[
        WhyFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = WhyFormat.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Show the rule and the witness that decided a day, and each single change that would make it
    another one.
    """
    component, texts = component_and_days(words, most_days=_MOST_COMPARED)
    if not texts:
        raise ConfigError(
            "say which day: 2026-05-22, today, yesterday or latest, after the component"
        )
    with _subject(vendor, component, known_at, config, database) as (_, subject):
        days = [subject.day(text) for text in texts]
        if None in days:
            _say_no_bad_day(subject, is_json=form is WhyFormat.JSON)
            return
        reasons = [subject.reasons(day) for day in days if day is not None]
    if form is WhyFormat.JSON:
        say_json(why_json(reasons))
        return
    tell(*why_lines(reasons))


@contextmanager
def _subject(
    vendor: str,
    component: str | None,
    known_at: str | None,
    config: Path | None,
    database: str | None,
) -> Iterator[tuple[Context, Subject]]:
    """Open the store and yield it with what is asked about; a question that makes no sense there
    becomes a ConfigError.
    """
    with open_context(config, database) as context:
        subject = Subject.of(context, vendor, component=component, known_at=instant(known_at))
        try:
            yield context, subject
        except ValueError as error:
            raise ConfigError(str(error)) from error


def _say_no_bad_day(subject: Subject, *, is_json: bool) -> None:
    """Say that there is no latest bad day."""
    window = subject.latest_window
    if is_json:
        say_json(forms.overview_json(subject.overview(window), []))
        return
    component = "" if subject.component is None else f", {subject.component}"
    tell(
        f"{subject.page.page_name or subject.page.name}{component}: no day from {window.first} to"
        f" {window.last} was worse than operational, as far as is known"
    )


def _to_tell(overview: answers.Overview, *, disputed: bool) -> list[answers.DayAccount]:
    """Return the days to tell of: the only one, whatever it is; of several those that were not
    quiet; or those disputed.
    """
    if disputed:
        return overview.disputed_days
    if len(overview.days) == 1:
        return list(overview.days)
    return overview.telling_days


def _documents(
    subject: Subject, overview: answers.Overview, accounts: Sequence[answers.DayAccount]
) -> Iterator[forms.Document]:
    """Yield everything behind the days. Of several, first the days at a glance, and then those of
    which there is more to say than that they are unknown.
    """
    if len(overview.days) > 1:
        yield forms.overview_document(overview, with_hint=False)
    for account in accounts:
        if len(overview.days) == 1 or not account.day.says_nothing:
            yield forms.document(subject.explanation(account.day.day))


def _json(
    subject: Subject,
    overview: answers.Overview,
    accounts: Sequence[answers.DayAccount],
    *,
    is_whole: bool,
) -> dict[str, Any]:
    days = []
    for account in accounts:
        if is_whole:
            days.append(forms.explained_json(subject.explanation(account.day.day)))
        else:
            days.append(forms.account_json(account, overview))
    return forms.overview_json(overview, days)


def _write(documents: Iterable[forms.Document], form: ExplainFormat) -> None:
    """Print documents; for people, as wide as there is room."""
    print_each = say_each if form is ExplainFormat.MARKDOWN else tell_each
    print_each(_lines(documents, form))


def _lines(documents: Iterable[forms.Document], form: ExplainFormat) -> Iterator[str]:
    """Yield the lines of documents, an empty one between two."""
    lines = forms.markdown_lines if form is ExplainFormat.MARKDOWN else forms.text_lines
    for number, document in enumerate(documents):
        if number:
            yield ""
        yield from lines(document)
