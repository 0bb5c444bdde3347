"""Reading `headers`: what a page is asked with.

Their values may be secrets, so no message repeats them.
"""

import re
from collections.abc import Callable, Mapping

import yaml

from monitor.config.endpoints import file
from monitor.config.keys import Key, read_fields, shape_of
from monitor.config.mistakes import Mistake
from monitor.config.nodes import Value, read_each
from monitor.config.readers import TEXT, Reader, Shape, text
from monitor.config.settings import Header

HEADER_KEYS: Mapping[str, Key] = {
    "env": Key("env", text),
    "file": Key("file", Reader(lambda value: str(file(value)), file.shape)),
}
"""Keys of one header that is read from elsewhere."""

_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_OURS = {
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
}
"""Headers that a request has of itself."""


def _headers(value: Value) -> tuple[Header, ...]:
    value.note_keys()
    headers: list[Header] = []
    for name, child in value.entries().items():
        headers += read_each([child], _header(name))
    return tuple(headers)


def _header(name: str) -> Callable[[Value], Header]:
    def read(value: Value) -> Header:
        _check_name(name)
        if isinstance(value.node, yaml.MappingNode):
            return _from_elsewhere(name, value)
        text = value.text()
        if not re.fullmatch(r"[ -~]+", text):
            raise Mistake("holds what no header can; write plain ASCII in one line")
        return Header(name, "text", text)

    return read


def _check_name(name: str) -> None:
    if not re.fullmatch(_NAME, name):
        raise Mistake("is not the name of a header; write it like Authorization")
    if name.lower() in _OURS:
        raise Mistake("is a header that every request sets of itself; remove it")


def _from_elsewhere(name: str, value: Value) -> Header:
    """Return a header whose value is in a variable or a file."""
    fields = read_fields(value, HEADER_KEYS)
    if len(fields) != 1:
        raise Mistake("takes its value from one place; write {env: NAME} or {file: PATH}")
    ((kind, source),) = fields.items()
    return Header(name, kind, source)


def _in_any_case(name: str) -> str:
    """Return a pattern of a name; a schema's patterns know no flag for it."""
    letters = [f"[{char}{char.upper()}]" if char.isalpha() else char for char in name]
    return "".join(letters)


def _shape() -> Shape:
    ours = "|".join(map(_in_any_case, sorted(_OURS)))
    elsewhere = {**shape_of(HEADER_KEYS), "minProperties": 1, "maxProperties": 1}
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{_NAME}$", "not": {"pattern": f"^({ours})$"}},
        "additionalProperties": {"anyOf": [TEXT, elsewhere]},
    }


read_headers = Reader(_headers, _shape)
"""Reads a mapping of headers."""
