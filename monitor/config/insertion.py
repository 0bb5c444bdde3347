"""One more item in the text of a list of vendors; comments and all the rest stay as they are."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from monitor.config.composing import compose_exactly, root_node
from monitor.config.durations import format_duration

_TEXT_KEYS = {"name", "url", "platform", "include", "exclude", "regions", "allow_private"}


def vendors_node(text: str, source: str) -> yaml.Node | None:
    """Return the node of the `vendors` list, None when the key is missing."""
    root = root_node(text, source, compose_exactly)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next((node for key, node in pairs if key.value == "vendors"), None)


def insert_item(text: str, items: yaml.Node | None, entry: Mapping[str, Any]) -> str:
    """Return the text with one more item at the end of its list, in the style of the list."""
    if items is None:
        return _insert_lines(text, len(text), ["vendors:", *_block(entry, 2)])
    if isinstance(items, yaml.SequenceNode) and items.flow_style:
        return _insert_in_brackets(text, items, entry)
    indent = items.start_mark.column if items.value else 2
    return _insert_lines(text, line_after(text, end_of(items)), _block(entry, indent))


def _insert_lines(text: str, at: int, lines: list[str]) -> str:
    """Return the text with whole lines more, which end as its own do."""
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = newline if at and text[at - 1] != "\n" else ""
    block = newline.join([*lines, ""])
    return text[:at] + gap + block + text[at:]


def _insert_in_brackets(text: str, items: yaml.SequenceNode, entry: Mapping[str, Any]) -> str:
    if items.value:
        at, comma = items.value[-1].end_mark.index, ", "
    else:
        at, comma = items.end_mark.index - 1, ""
    return text[:at] + comma + on_one_line(entry) + text[at:]


def end_of(node: yaml.Node) -> int:
    """Return where a node's own text ends; a block's end mark is beyond the comments after it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    index: int = node.end_mark.index
    return index


def line_after(text: str, index: int) -> int:
    """Return where the line after `index` starts; `index` itself when a line starts there."""
    if index and text[index - 1] == "\n":
        return index
    return text.find("\n", index) + 1 or len(text)


def _block(entry: Mapping[str, Any], indent: int) -> list[str]:
    """Return an item as lines of its own."""
    margin = " " * indent
    if list(entry) == ["slug"]:
        return [f"{margin}- {entry['slug']}"]
    first, *others = _pairs(entry)
    return [f"{margin}- {first}"] + [f"{margin}  {other}" for other in others]


def on_one_line(entry: Mapping[str, Any]) -> str:
    """Return an item as it stands between brackets."""
    return str(entry["slug"]) if list(entry) == ["slug"] else f"{{{', '.join(_pairs(entry))}}}"


def _pairs(entry: Mapping[str, Any]) -> list[str]:
    """Return `key: value` for each key."""
    pairs = {**entry}
    if "interval_seconds" in entry:
        pairs["interval"] = format_duration(pairs.pop("interval_seconds"))
    return [f"{key}: {_spell(key, value)}" for key, value in pairs.items()]


def _spell(key: str, value: object) -> str:
    # A JSON string is a YAML string too, whatever it holds.
    return json.dumps(value, ensure_ascii=False) if key in _TEXT_KEYS else str(value)
