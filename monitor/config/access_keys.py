"""Readers of who may ask the web server: tokens, and the names it is asked by."""

import re
from collections.abc import Mapping

from monitor.config.keys import Key, read_fields, shape_of
from monitor.config.mistakes import Mistake, one_of, quote
from monitor.config.nodes import Value, read_each
from monitor.config.readers import Reader, Shape, as_text, text
from monitor.config.settings import SCOPES, Token
from monitor.config.values import list_of

_DIGEST = "[0-9a-f]{64}"


@as_text(rf"^\s*{_DIGEST}\s*$")
def _digest(value: Value) -> str:
    """Read the SHA-256 of a token, in hexadecimal. No message repeats it: it may be the token."""
    digest = value.text()
    if not re.fullmatch(_DIGEST, digest):
        raise Mistake("is not a SHA-256 in 64 lower-case digits; `monitor token NAME` prints one")
    return digest


def _scopes(value: Value) -> tuple[str, ...]:
    items = value.items()
    words = read_each(items, lambda item: one_of(item.text(), SCOPES, "a scope"))
    if not items:
        raise Mistake(f"names no scope; write [{', '.join(SCOPES)}], or remove the line")
    return tuple(words)


def _scopes_shape() -> Shape:
    return {**list_of({"enum": [*SCOPES]}), "minItems": 1}


TOKEN_KEYS: Mapping[str, Key] = {
    "name": Key("name", text),
    "sha256": Key("sha256", _digest),
    "scopes": Key("scopes", Reader(_scopes, _scopes_shape)),
}
"""Keys of an item of `tokens`."""


def _tokens(value: Value) -> tuple[Token, ...]:
    items: list[Token] = []
    for item in value.items():
        for token in read_each([item], _token):
            if any(token.name == other.name for other in items):
                item.wrong(f"the name '{token.name}' is taken; give each token its own")
            items.append(token)
    return tuple(items)


def _token(value: Value) -> Token:
    fields = read_fields(value, TOKEN_KEYS)
    missing = [name for name in ("name", "sha256") if name not in value.entries()]
    if missing:
        raise Mistake(f"needs `{missing[0]}`; `monitor token NAME` prints a whole item")
    return Token(**{"name": "", "sha256": "", **fields})


def _tokens_shape() -> Shape:
    return list_of({**shape_of(TOKEN_KEYS), "required": ["name", "sha256"]})


tokens = Reader(_tokens, _tokens_shape)
"""Reads the tokens by which programs may ask."""


_NAME = r"[A-Za-z0-9_.-]+"


@as_text(rf"^\s*{_NAME}\s*$")
def _host(value: Value) -> str:
    name = value.text()
    if not re.fullmatch(_NAME, name):
        remedy = "write it like monitor.example.com, without a port"
        raise Mistake(f"{quote(name)} is not a host's name; {remedy}")
    return name.lower().rstrip(".")


hosts = Reader(lambda value: tuple(read_each(value.items(), _host)), lambda: list_of(_host.shape()))
"""Reads the names by which the web server may be asked, in lower case."""
