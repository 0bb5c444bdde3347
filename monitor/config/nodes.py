"""Values of a file or variable that know where they stand, and note what is wrong with them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from monitor.config.composing import TAG
from monitor.config.mistakes import Mistake, Problem, quote

_MERGE = f"{TAG}merge"
_READ_AS = {
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "timestamp": "a date",
    "str": "text",
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a file or variable: where it stands, and the list that collects the mistakes.

    `key_places` says of a key that is not read here where it belongs.
    """

    node: yaml.Node
    source: str
    where: str
    problems: list[Problem]
    key_places: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> int | None:
        """The line it stands on, counted from 1; None for a variable."""
        return None if self.node.start_mark is None else self.node.start_mark.line + 1

    def wrong(self, message: str) -> None:
        """Note a mistake at this place and go on."""
        self.problems.append(Problem(self.source, self.line, self.where, message))

    @property
    def kind(self) -> str:
        """YAML's word for it: str, int, float, bool, null, timestamp, seq or map."""
        kind: str = self.node.tag.removeprefix(TAG)
        if kind not in (*_READ_AS, "null", "seq", "map"):
            raise Mistake(f"the tag '{kind}' is not allowed; write a plain value")
        return kind

    def scalar(self) -> str:
        """Return a single value as written, whatever YAML would read it as. Raises Mistake."""
        kind = self.kind
        if not isinstance(self.node, yaml.ScalarNode):
            raise Mistake(f"is a {'list' if kind == 'seq' else 'mapping'}; write a single value")
        if kind == "null" or not self.node.value.strip():
            raise Mistake("has no value; write one or remove the line")
        return str(self.node.value).strip()

    def text(self) -> str:
        """Return text. Raises Mistake when YAML reads it as something else."""
        text = self.scalar()
        if self.kind != "str":
            raise Mistake(f"{quote(text)} is read as {_READ_AS[self.kind]}; put it in quotes")
        return text

    def whole(self) -> int:
        """Return a whole number. Raises Mistake; octal-looking 010 is refused too."""
        text = self.scalar()
        if self.kind != "int" or not re.fullmatch(r"0|-?[1-9][0-9]{0,14}", text):
            quotes = " without quotes" if self.kind == "str" and text.isdigit() else ""
            raise Mistake(f"{quote(text)} is not a whole number; write it in digits{quotes}")
        return int(text)

    def items(self) -> list["Value"]:
        """Return a list's values. Raises Mistake when it is not a list."""
        if self.kind != "seq" or not isinstance(self.node, yaml.SequenceNode):
            raise Mistake("is not a list; write one value a line, each after a dash")
        items = enumerate(self.node.value)
        return [replace(self, node=node, where=f"{self.where}[{at}]") for at, node in items]

    def pairs(self) -> list[tuple["Value", "Value"]]:
        """Return a mapping's keys and values. Raises Mistake when it is not a mapping."""
        if self.kind != "map" or not isinstance(self.node, yaml.MappingNode):
            raise Mistake("is not a mapping; write `key: value` lines")
        pairs = []
        for key, node in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            where = f"{self.where}.{name}" if self.where else name
            at_key = replace(self, node=key, where=where)
            pairs.append((at_key, replace(self, node=node, where=where)))
        return pairs

    def entries(self) -> dict[str, "Value"]:
        """Return a mapping's values by key, the last of doubled ones. Raises Mistake else."""
        return {str(key.node.value): value for key, value in self.pairs() if not _is_merge(key)}

    def note_keys(self) -> None:
        """Note the keys that cannot stand: doubled ones, and merges.

        A merge would hide where a value comes from.
        """
        lines: dict[str, int | None] = {}
        for key, _ in self.pairs():
            name = str(key.node.value)
            if _is_merge(key):
                key.wrong("merge keys are not supported; write what is shared under `defaults:`")
            elif name in lines:
                key.wrong(f"is written twice, first on line {lines[name]}; remove one")
            lines.setdefault(name, key.line)

    def get(self, name: str) -> "Value":
        """Return the value of a key of this mapping, or this value itself when there is none."""
        return self.entries().get(name, self) if isinstance(self.node, yaml.MappingNode) else self


def _is_merge(key: Value) -> bool:
    return bool(key.node.tag == _MERGE)


def read_each(values: Iterable[Value], read: Callable[[Value], Any]) -> list[Any]:
    """Return what could be read; what could not is noted at its own place."""
    results = []
    for value in values:
        try:
            results.append(read(value))
        except Mistake as mistake:
            value.wrong(str(mistake))
    return results
