"""A file that is published."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A file: its path below the folder, and what makes its content."""

    path: str
    make: Callable[[], bytes]
