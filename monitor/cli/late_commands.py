"""The commands, each imported when it is asked for."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import typer
from typer.core import TyperCommand

from monitor.cli.index import COMMANDS, Entry


class LateCommands(Mapping[str, Any]):
    """Click's commands by name; `finish` is done to each when it was made."""

    def __init__(self, finish: Callable[[str, Any], None]) -> None:
        self._finish = finish
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401
        if name not in self._made:
            self._make(COMMANDS[name].module)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def _make(self, module: str) -> None:
        """Make the commands of a module."""
        holder = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
        holder.add_typer(importlib.import_module(f"monitor.cli.{module}").commands)
        for name, command in typer.main.get_group(holder).commands.items():
            self._finish(name, command)
            self._made[name] = command


def stand_ins() -> dict[str, Any]:
    """Return commands that have their lines in the list and nothing else."""
    return {name: _stand_in(name, entry) for name, entry in COMMANDS.items()}


def _stand_in(name: str, entry: Entry) -> TyperCommand:
    if entry.is_shortened:
        return TyperCommand(name, help=entry.text)
    return TyperCommand(name, short_help=entry.text)
