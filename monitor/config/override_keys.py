"""Reading `overrides`: what the user decided about single incidents."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from monitor.config.keys import Key, read_fields, shape_of
from monitor.config.mistakes import Mistake, one_of
from monitor.config.nodes import Value, read_each
from monitor.config.readers import Reader, Shape, text
from monitor.config.values import day, list_of, moment
from monitor.model import Level
from monitor.overrides import Override

_LEFT_OUT = "none"
_REASONS = {"incident": "which incident", "reason": "why", "date": "on which day it was decided"}
_CHANGES = {"level", "start", "end"}
_RATINGS = {
    _LEFT_OUT: Level.OPERATIONAL,
    **{level.word: level for level in Level if level > Level.OPERATIONAL},
}


def _overrides(value: Value) -> tuple[Override, ...]:
    return tuple(read_each(value.items(), _override))


def _override(value: Value) -> Override:
    fields = read_fields(value, OVERRIDE_KEYS)
    for key, why in _REASONS.items():
        if key not in value.entries():
            raise Mistake(f"needs `{key}`: {why}")
    _check_change(fields)
    # A part that could not be read has been noted at its own place: there are no settings then.
    stub: dict[str, Any] = {"incident": "", "reason": "", "decided": date.min}
    return Override(**(stub | fields))


def _check_change(fields: Mapping[str, Any]) -> None:
    """Raise Mistake for an override that changes nothing, or that ends before it starts."""
    if not fields.keys() & _CHANGES:
        remedy = "write `level: none` to leave the incident out, another level, `start` or `end`"
        raise Mistake(f"changes nothing; {remedy}")
    if fields.keys() >= {"start", "end"} and fields["start"] >= fields["end"]:
        raise Mistake("ends before it starts; swap `start` and `end`")


def _rating(value: Value) -> Level:
    what = "a level, or none to leave the incident out"
    return _RATINGS[one_of(value.scalar(), _RATINGS, what)]


OVERRIDE_KEYS: Mapping[str, Key] = {
    "incident": Key("incident", text),
    "level": Key("level", Reader(_rating, lambda: {"enum": [*_RATINGS]})),
    "start": Key("start", moment),
    "end": Key("end", moment),
    "reason": Key("reason", text),
    "date": Key("decided", day),
}
"""Keys of one override."""


def _shape() -> Shape:
    changes = [{"required": [key]} for key in sorted(_CHANGES)]
    return list_of({**shape_of(OVERRIDE_KEYS), "required": [*_REASONS], "anyOf": changes})


overrides = Reader(_overrides, _shape)
"""Reads the list of overrides."""
