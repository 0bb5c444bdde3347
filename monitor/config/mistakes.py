"""Mistakes in settings: where each stands, and how it is said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor.plain import count_of
from monitor.suggestions import did_you_mean, nearest

MOST_SHOWN = 60
"""Characters of what was written that a message repeats."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: in which file or variable, on which line, at which key, and what to do.

    `line` None = no line.
    """

    source: str
    line: int | None
    where: str
    message: str

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return ": ".join(part for part in (place, self.where, self.message) if part)


class InvalidConfig(ConfigError):
    """The settings hold mistakes. `str()` is a line with their number, then one line for each."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = count_of(len(self.problems), "mistake")
        super().__init__("\n".join([f"{source}: {count}", *map(str, self.problems)]))

    @property
    def lines(self) -> list[str]:
        """The number of the mistakes, then each."""
        return str(self).split("\n")


class Mistake(ConfigError, ValueError):
    """A value that cannot be used; the message is shown after the place it stands at."""


def invalid(source: str, message: str, line: int | None = None) -> InvalidConfig:
    """Return the error for a file that is refused for one reason."""
    return InvalidConfig(source, [Problem(source, line, "", message)])


def quote(text: str) -> str:
    """Return what was written, short enough for a message."""
    return f"'{text}'" if len(text) <= MOST_SHOWN else f"'{text[:MOST_SHOWN]}…'"


def one_of(text: str, words: Collection[str], what: str) -> str:
    """Return a word of a closed set. Raises Mistake that names the nearest one, or all."""
    if text in words:
        return text
    remedy = did_you_mean(nearest(text, words)) or f"write one of {', '.join(words)}"
    raise Mistake(f"{quote(text)} is not {what}; {remedy}")
