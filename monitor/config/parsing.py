"""A whole text and the environment to settings, or to every mistake in them."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from monitor.config.composing import root_node
from monitor.config.environment import VENDORS, named_vendors, read_variables
from monitor.config.file_keys import KEY_PLACES, TOP_KEYS
from monitor.config.keys import read_fields
from monitor.config.mistakes import InvalidConfig, Problem
from monitor.config.nodes import Value, read_each
from monitor.config.paths import default_database_path
from monitor.config.settings import Settings, VendorConfig
from monitor.config.stacks import read_stacks
from monitor.config.vendor_keys import COMMON_KEYS
from monitor.config.vendor_list import PlacedVendor, note_doubles, read_list, vendors_of
from monitor.stacks import Stacks


def parse(text: str, source: str, env: Mapping[str, str] | None = None) -> Settings:
    """Return the settings a text and the environment say. Reads no file.

    `source` names the text in messages, and its folder is where a relative database path starts.
    Variables override the text; blank ones count as unset. Raises InvalidConfig with every mistake
    of the text and the variables.
    """
    env = env or {}
    problems: list[Problem] = []
    top = Value(root_node(text, source), source, "", problems, KEY_PLACES)
    fields = _mapping(top, TOP_KEYS)
    common = _mapping(fields.pop("defaults", None), COMMON_KEYS)
    names = env.get(VENDORS, "").strip()
    listed_vendors, vendors = _vendors(top, fields.pop("vendors", None), common, names)
    fields |= _stacks(fields.pop("stacks", None), [*listed_vendors, *vendors], are_all=not problems)
    fields |= read_variables(env, problems)
    if problems:
        raise InvalidConfig(source, sorted(problems, key=_reading_order))
    fields.setdefault("database_url", f"sqlite:///{default_database_path()}")
    return Settings(vendors=tuple(vendors), source=VENDORS if names else source, **fields)


def _mapping(value: Value | None, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a mapping; of what is none nothing, which is noted."""
    if value is None:
        return {}
    read = read_each([value], lambda mapping: read_fields(mapping, keys))
    return read[0] if read else {}


def _vendors(
    top: Value,
    items: Value | None,
    common: Mapping[str, Any],
    names: str,
) -> tuple[list[VendorConfig], list[VendorConfig]]:
    """Return the vendors of the file, and those in force: of the variable when it names some."""
    before = len(top.problems)
    lists = read_each([items or top], lambda _: read_list(items, common))
    listed_vendors: list[PlacedVendor] = lists[0] if lists else []
    note_doubles(listed_vendors)
    in_force = listed_vendors
    if names:
        in_force = named_vendors(names, listed_vendors, common, top.problems)
        note_doubles(in_force)
    elif not listed_vendors and len(top.problems) == before:
        _note_emptiness(top, items)
    return vendors_of(listed_vendors), vendors_of(in_force)


def _stacks(
    value: Value | None, vendors: Sequence[VendorConfig], *, are_all: bool
) -> dict[str, Stacks]:
    """Return the field of the stacks. Where some vendors could not be read (not `are_all`) nobody
    knows whether a stack names one of them: what is noted of the vendors comes first.
    """
    if value is None or not are_all:
        return {}
    stacks = read_each([value], lambda mapping: read_stacks(mapping, vendors))
    return {"stacks": stacks[0]} if stacks else {}


def _note_emptiness(top: Value, items: Value | None) -> None:
    """Note that no vendors are listed, of a text that is a mapping at all."""
    if not isinstance(top.node, yaml.MappingNode):
        return
    place = items or Value(top.node, top.source, "vendors", top.problems)
    remedy = "write `vendors: [anthropic, openai]` or addresses of status pages"
    place.wrong(f"no vendors are listed; {remedy}")


def _reading_order(problem: Problem) -> tuple[bool, int]:
    """Sort by line; mistakes of variables come last."""
    return problem.source.startswith("MONITOR_"), problem.line or 0
