"""Mistakes in settings: where each stands, how it is said, and which word was probably meant."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError

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
        count = "1 mistake" if len(self.problems) == 1 else f"{len(self.problems)} mistakes"
        super().__init__("\n".join([f"{source}: {count}", *map(str, self.problems)]))


class Mistake(ConfigError, ValueError):
    """A value that cannot be used; the message is shown after the place it stands at."""


def invalid(source: str, message: str, line: int | None = None) -> InvalidConfig:
    """Return the error for a file that is refused for one reason."""
    return InvalidConfig(source, [Problem(source, line, "", message)])


def quote(text: str) -> str:
    """Return what was written, short enough for a message."""
    return f"'{text}'" if len(text) <= MOST_SHOWN else f"'{text[:MOST_SHOWN]}…'"


def closest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant; None when none is near."""
    lower = {name.lower(): name for name in sorted(names)}
    near = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.7)
    return lower[near[0]] if near else None


def one_of(text: str, words: Collection[str], what: str) -> str:
    """Return a word of a closed set. Raises Mistake that names the nearest one, or all."""
    if text in words:
        return text
    near = closest(text, words)
    remedy = f"did you mean '{near}'?" if near else f"write one of {', '.join(words)}"
    raise Mistake(f"{quote(text)} is not {what}; {remedy}")
