"""Reading a mapping by a table of keys, and what is said of a key that is not in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.config.durations import DAY_SECONDS
from monitor.config.nodes import Value, read_each
from monitor.config.readers import Reader
from monitor.config.values import DurationRange
from monitor.suggestions import did_you_mean, nearest


@dataclass(frozen=True, slots=True)
class Key:
    """What a key sets and how its value is read; `field` is empty when it sets several at once."""

    field: str
    read: Reader

    def fields(self, value: Value) -> dict[str, Any]:
        """Return what a value sets; nothing when it cannot be read, which is noted."""
        read = read_each([value], self.read)
        if not read:
            return {}
        return {self.field: read[0]} if self.field else read[0]


def duration_keys(name: str, bare: str, field: str, low: str, high: str) -> dict[str, Key]:
    """Return the two spellings of a duration: with its unit in the value, and in the key."""
    unit = DAY_SECONDS if bare.endswith("_days") else 1
    span = DurationRange(low, high, bare, unit)
    return {name: Key(field, span.in_value), bare: Key(field, span.in_key)}


def read_fields(value: Value, keys: Mapping[str, Key]) -> dict[str, Any]:
    """Return the fields a mapping sets; what cannot be read is noted and left out."""
    value.note_keys()
    fields: dict[str, Any] = {}
    setters: dict[str, str] = {}
    for name, child in value.entries().items():
        key = keys.get(name)
        if key is None:
            child.wrong(_unknown_key(name, keys, value.key_places))
        elif key.field and setters.setdefault(key.field, name) != name:
            child.wrong(f"sets the same as `{setters[key.field]}`; keep one of them")
        else:
            fields.update(key.fields(child))
    return fields


def shape_of(keys: Mapping[str, Key]) -> dict[str, Any]:
    """Return the JSON Schema of a mapping that a table of keys reads."""
    spellings: dict[str, list[str]] = {}
    for name, key in keys.items():
        spellings.setdefault(key.field or name, []).append(name)
    shape: dict[str, Any] = {
        "type": "object",
        "properties": {name: key.read.shape() for name, key in keys.items()},
        "additionalProperties": False,
    }
    exclusions = [{"not": {"required": names}} for names in spellings.values() if len(names) > 1]
    return {**shape, "allOf": exclusions} if exclusions else shape


def _unknown_key(name: str, keys: Mapping[str, Key], places: Mapping[str, str]) -> str:
    if name in places:
        return f"is not read here; it {places[name]}"
    remedy = did_you_mean(nearest(name, keys)) or f"known here are {', '.join(keys)}"
    return f"unknown key; {remedy}"
