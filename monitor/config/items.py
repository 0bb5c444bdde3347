"""An item of a list of vendors taken out of its text, or given keys; the rest stays as it is."""

import json
import re
from collections.abc import Mapping

import yaml

from monitor.config.insertion import end_of, line_after

_DASH = re.compile(r"^[ ]*-\s+\Z", re.MULTILINE)
"""What stands before an item on its first line."""


def delete_item(text: str, items: yaml.SequenceNode, number: int) -> str | None:
    """Return the text without one item of the list; comments beside it go with it, those on lines
    of their own stay. None where it does not stand on lines of its own.
    """
    if items.flow_style:
        return _delete_in_brackets(text, items, number)
    item = items.value[number]
    dash = _DASH.search(text[: item.start_mark.index])
    if dash is None:
        return None
    return text[: dash.start()] + text[line_after(text, end_of(item)) :]


def _delete_in_brackets(text: str, items: yaml.SequenceNode, number: int) -> str:
    nodes = items.value
    first, last = nodes[number].start_mark.index, nodes[number].end_mark.index
    if number + 1 < len(nodes):
        last = nodes[number + 1].start_mark.index
    elif number:
        first = nodes[number - 1].end_mark.index
    return text[:first] + text[last:]


def set_keys(text: str, item: yaml.Node, keys: Mapping[str, str]) -> str:
    """Return the text with these keys of one item; a bare word becomes a mapping."""
    if not isinstance(item, yaml.MappingNode):
        return _exchange(text, item, f"{{{_on_one_line(keys)}}}")
    places = {key.value: value for key, value in item.value}
    new = {}
    old = []
    for key, value in keys.items():
        if key in places:
            old.append((places[key], value))
        else:
            new[key] = value
    for node, value in sorted(old, key=lambda pair: -pair[0].start_mark.index):
        text = _exchange(
            text, node, json.dumps(value, ensure_ascii=False) if " " in value else value
        )
    return _put_first(text, item, new) if new else text


def _exchange(text: str, node: yaml.Node, new: str) -> str:
    return text[: node.start_mark.index] + new + text[node.end_mark.index :]


def _put_first(text: str, item: yaml.MappingNode, keys: Mapping[str, str]) -> str:
    """Return the text with new keys before the first one of the item, whose place is not moved by
    changes after it.
    """
    if item.flow_style:
        at, separator = item.start_mark.index + 1, ", " if item.value else ""
        return text[:at] + _on_one_line(keys) + separator + text[at:]
    at = item.start_mark.index
    newline = "\r\n" if "\r\n" in text else "\n"
    margin = newline + " " * item.start_mark.column
    return text[:at] + margin.join(_pairs(keys)) + margin + text[at:]


def _on_one_line(keys: Mapping[str, str]) -> str:
    return ", ".join(_pairs(keys))


def _pairs(keys: Mapping[str, str]) -> list[str]:
    pairs = []
    for key, value in keys.items():
        spelling = value if key == "slug" else json.dumps(value, ensure_ascii=False)
        pairs.append(f"{key}: {spelling}")
    return pairs
