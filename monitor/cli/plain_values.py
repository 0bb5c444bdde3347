"""Values of the command line that are plainly right, taken without Typer's reader.

Typer has each value read by Pydantic, the import of which takes longer than most commands run. A
value that is what it should be, or a word that stands in a closed list, needs no reader. Any other
goes Typer's way, which says what is wrong with it.
"""

import os
from collections.abc import Sequence
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin


class _Unread(Enum):
    UNREAD = auto()


UNREAD = _Unread.UNREAD
"""In place of a value that Typer has to read."""

_AS_THEY_ARE = frozenset({str, int, float, bool})


class _Reader:
    """Reads the values of one option or argument, in the place of Typer's reader."""

    def __init__(self, param: Any) -> None:  # noqa: ANN401
        self._typers_reader = param.get_runtime_param

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401
        """Return the value as the command takes it. Raises Typer's errors."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        plain = plain_value(value, param.type_descriptor.annotation)
        if plain is UNREAD:
            return self._typers_reader().coerce(value, param=param, ctx=ctx)
        return plain


def take_plain_values(params: Sequence[Any]) -> Sequence[Any]:
    """Return the options and arguments, whose values are taken as they are where that is enough."""
    for param in params:
        # Versions of Typer that read values otherwise need no Pydantic for it.
        if hasattr(param, "get_runtime_param") and "get_runtime_param" not in vars(param):
            reader = _Reader(param)
            param.get_runtime_param = partial(_itself, reader)
    return params


def _itself(reader: _Reader) -> _Reader:
    return reader


def plain_value(value: Any, kind: Any) -> Any:  # noqa: ANN401
    """Return a value of this kind, or a list of values of a kind of list; `UNREAD` where it has to
    be read to tell. No option of ours asks more of a path than that it can be read.
    """
    if get_origin(kind) is not list:
        return _single(value, kind)
    if not isinstance(value, list | tuple):
        return UNREAD
    values = [_single(each, *get_args(kind)) for each in value]
    return UNREAD if UNREAD in values else values


def _single(value: Any, kind: Any) -> Any:  # noqa: ANN401
    if kind in _AS_THEY_ARE:
        return value if type(value) is kind else UNREAD
    if not isinstance(kind, type):
        return UNREAD
    if issubclass(kind, Enum):
        return _member(value, kind)
    is_path = kind is Path and isinstance(value, str | Path) and os.access(value, os.R_OK)
    return Path(value) if is_path else UNREAD


def _member(value: object, kind: type[Enum]) -> Any:  # noqa: ANN401
    for member in kind:
        if value is member or (type(value) is str and value == member.value):
            return member
    return UNREAD
