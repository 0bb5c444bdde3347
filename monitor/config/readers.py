"""What reads a value: a function, and beside it the JSON Schema of what may be written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.config.mistakes import Mistake
from monitor.config.nodes import Value

Shape = Mapping[str, Any]
"""A JSON Schema (2020-12) of one value."""

TEXT: Shape = {"type": "string", "pattern": r"\S"}
"""Any text that is not blank."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Returns what a value says, or raises Mistake.

    `shape` never refuses what is read, and need not refuse all that is not: that two keys
    contradict each other, or that a duration is too long, is only said by reading. It is asked for
    late, because it may name every platform or zone.
    """

    read: Callable[[Value], Any]
    shape: Callable[[], Shape]

    def __call__(self, value: Value) -> Any:  # noqa: ANN401
        """Read a value. Raises Mistake."""
        return self.read(value)


def written(shape: Shape) -> Callable[[Callable[[Value], Any]], Reader]:
    """Return a decorator that makes a reader of a function: what is written has this shape."""
    return lambda read: Reader(read, lambda: shape)


def as_text(pattern: str) -> Callable[[Callable[[Value], Any]], Reader]:
    """Return a decorator that makes a reader of a function which reads texts of this pattern."""
    return written({"type": "string", "pattern": pattern})


def refusal(message: str) -> Reader:
    """Return a reader of a key that is known and refused: its every value is this mistake."""

    def read(_value: Value) -> Any:  # noqa: ANN401
        raise Mistake(message)

    return Reader(read, lambda: {"not": {}})


text = Reader(Value.text, lambda: TEXT)
"""Reads any text."""
