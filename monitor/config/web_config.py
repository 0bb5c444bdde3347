"""A web configuration file, in the format of Prometheus' exporter-toolkit, to its settings or to
every mistake in it.

The format: https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md.
"""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from monitor.config.composing import root_node
from monitor.config.files import read_text
from monitor.config.keys import Key, read_fields
from monitor.config.mistakes import InvalidConfig, Mistake, Problem, one_of
from monitor.config.nodes import Value, read_each
from monitor.config.readers import Reader, refusal, written
from monitor.config.values import truth
from monitor.config.web_settings import WebConfig
from monitor.config.web_tls import tls

OPTION = "--web.config.file"
_MISSING = "write one, or leave out the option and the setting `server.web_config`"
HEADERS = (
    "Content-Security-Policy",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "X-XSS-Protection",
    "Strict-Transport-Security",
)
"""Headers that the format lets an answer have."""
_HEADER_WORDS = {
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-Content-Type-Options": ("nosniff",),
}
MOST_COST = 15
"""Of a bcrypt hash: each step doubles the time, and 15 takes two seconds for every wrong try."""


@written({"type": "boolean"})
def _http2(value: Value) -> None:
    if truth(value):
        raise Mistake("this server speaks HTTP/1.1 only; write false, or remove the line")


@written({"type": "object"})
def headers(value: Value) -> dict[str, str]:
    """Read the headers of every answer, by name."""
    value.note_keys()
    texts: dict[str, str] = {}
    for name, child in value.entries().items():
        for header in read_each([child], partial(_header, name)):
            texts[name] = header
    return texts


def _header(name: str, value: Value) -> str:
    one_of(name, HEADERS, "a header that can be set here")
    content = value.scalar()
    if not re.fullmatch(r"[ -~]+", content):
        raise Mistake("is not plain ASCII in one line; write it so")
    words = _HEADER_WORDS.get(name)
    return content if words is None else one_of(content, words, f"a value of {name}")


@written({"type": "object"})
def users(value: Value) -> dict[str, str]:
    """Read the bcrypt hashes of passwords, by user. No message repeats a hash."""
    value.note_keys()
    hashes: dict[str, str] = {}
    for name, child in value.entries().items():
        for password in read_each([child], partial(_password, name)):
            hashes[name] = password
    return hashes


def _password(name: str, value: Value) -> str:
    if not name or ":" in name:
        raise Mistake("a user's name is not empty and has no colon; write another")
    match = re.fullmatch(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}", value.scalar())
    if match is None:
        remedy = "make one with `htpasswd -nBC 10 USER`, and write what follows the colon"
        raise Mistake(f"is not a bcrypt hash; {remedy}")
    if not 4 <= int(match[1]) <= MOST_COST:  # noqa: PLR2004 - bcrypt's least
        remedy = f"write one of 10 to {MOST_COST}"
        raise Mistake(f"the cost {match[1]} of the hash is out of range; {remedy}")
    return match[0]


HTTP_KEYS: Mapping[str, Key] = {
    "http2": Key("http2", _http2),
    "headers": Key("headers", headers),
}
"""Keys of `http_server_config:`."""

WEB_KEYS: Mapping[str, Key] = {
    "tls_server_config": Key("tls", Reader(tls, lambda: {"type": "object"})),
    "http_server_config": Key(
        "http", Reader(lambda value: read_fields(value, HTTP_KEYS), lambda: {"type": "object"})
    ),
    "basic_auth_users": Key("users", users),
    "rate_limit": Key(
        "rate_limit",
        refusal("requests are not counted here, connections are bounded; remove it"),
    ),
}
"""Keys of the file."""


def load_web_config(path: Path) -> WebConfig:
    """Return what a file says. Raises InvalidConfig with every mistake in it, or why it cannot be
    read. The files that it names are not opened.
    """
    return parse_web_config(read_text(path, OPTION, _MISSING), str(path))


def parse_web_config(text: str, source: str) -> WebConfig:
    """Return what a text says. Reads no file.

    `source` names the text in messages, and its folder is where relative paths start. Raises
    InvalidConfig with every mistake.
    """
    problems: list[Problem] = []
    top = Value(root_node(text, source), source, "", problems)
    read = read_each([top], lambda value: read_fields(value, WEB_KEYS))
    if problems:
        raise InvalidConfig(source, problems)
    (fields,) = read
    return WebConfig(
        tls=fields.get("tls"),
        users=fields.get("users", {}),
        headers=fields.get("http", {}).get("headers", {}),
    )
