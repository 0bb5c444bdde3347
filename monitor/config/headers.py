"""Reading `headers`: what a page is asked with.

Their values may be secrets, so no message repeats them.
"""

import re
from collections.abc import Mapping

import yaml

from monitor.config.endpoints import file
from monitor.config.keys import Key, read_fields
from monitor.config.mistakes import Mistake
from monitor.config.nodes import Value, read_each
from monitor.config.settings import Header
from monitor.config.values import Reader

HEADER_KEYS: Mapping[str, Key] = {
    "env": Key("env", Value.text),
    "file": Key("file", lambda value: str(file(value))),
}
"""Keys of one header that is read from elsewhere."""

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


def read_headers(value: Value) -> tuple[Header, ...]:
    """Read a mapping of headers."""
    value.note_keys()
    headers: list[Header] = []
    for name, child in value.entries().items():
        headers += read_each([child], _header(name))
    return tuple(headers)


def _header(name: str) -> Reader:
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
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
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
