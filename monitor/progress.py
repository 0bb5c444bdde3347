"""Bars on stderr, for who looks on while work is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from monitor.drawing import Paper, is_plain
from monitor.plain import visible
from monitor.terminal import is_for_people, is_quiet


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on stderr; yield what moves it by one and says what was done."""
    columns = (
        TextColumn(what, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        _field("done"),
    )
    with _progress(*columns) as bars:
        task = bars.add_task("", total=total, done="")
        yield lambda text: bars.update(task, advance=1, done=visible(text))


def bars() -> Progress:
    """Return bars on stderr, each with its fields `page` and `what`."""
    spinner = SpinnerColumn("dots" if Paper(err=True).has_blocks else "line")
    return _progress(spinner, _field("page"), BarColumn(), _field("what"))


def _progress(*columns: ProgressColumn) -> Progress:
    """Return bars that are shown only to who looks on while they move."""
    is_seen = is_for_people(err=True) and not is_plain() and not is_quiet()
    return Progress(*columns, console=Paper(err=True), disable=not is_seen)


def _field(name: str) -> TextColumn:
    return TextColumn(f"{{task.fields[{name}]}}", markup=False)
