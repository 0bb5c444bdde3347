"""Readers of contact, host and port, origins, proxy, files and the database."""

import re
from pathlib import Path
from typing import Any

from monitor.config.mistakes import Mistake, quote
from monitor.config.nodes import Value, read_each
from monitor.config.readers import TEXT, as_text, written

PORTS = range(1, 65_536)
_ORIGIN = r"\*|https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?"
_DATABASES = "write a file's path, sqlite:///path or postgresql://user@host/name"


@as_text(r"^\s*(https?://[!-~]+|[!-~]+@[!-~]+)\s*$")
def contact(value: Value) -> str:
    """Read a mail address or the address of a page."""
    text = value.text()
    if not re.fullmatch(r"(?:https?://[!-~]+|[!-~]+@[!-~]+)", text):
        remedy = "write a mail address or an https:// address"
        raise Mistake(f"{quote(text)} is not a contact; {remedy}")
    return text


@as_text(r"^\s*(\[?[A-Za-z0-9.-]+\]?|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?)\s*$")
def host_name(value: Value) -> str:
    """Read a host's name or IP address, without the brackets of IPv6."""
    text = value.text().removeprefix("[").removesuffix("]")
    if not re.fullmatch(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", text):
        raise Mistake(f"{quote(text)} is not a host; write it like 127.0.0.1, 0.0.0.0 or ::1")
    return text


@as_text(r"^\s*(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,9}\s*$")
def host_and_port(value: Value) -> dict[str, Any]:
    """Return host and port of ``127.0.0.1:9184`` or ``[::1]:9184``."""
    text = value.scalar()
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,9})", text)
    if match is None:
        remedy = "write it like 127.0.0.1:9184, or 0.0.0.0:9184 for every host"
        raise Mistake(f"{quote(text)} is not host:port; {remedy}")
    if int(match[2]) not in PORTS:
        remedy = "write a number from 1 to 65535"
        raise Mistake(f"the port of {quote(text)} is out of range; {remedy}")
    return {"host": match[1].strip("[]"), "port": int(match[2])}


@written({"type": "array", "items": {"type": "string", "pattern": f"^\\s*({_ORIGIN})\\s*$"}})
def origins(value: Value) -> tuple[str, ...]:
    """Read the origins of pages, scheme, host and port without a path; "*" = any."""
    return tuple(read_each(value.items(), _origin))


def _origin(value: Value) -> str:
    text = value.text()
    if not re.fullmatch(_ORIGIN, text):
        remedy = "write it like https://tools.example.com, in lower case and without a path"
        raise Mistake(f"{quote(text)} is not an origin; {remedy}")
    return text


@as_text(r"^\s*https?://([^\s/@]+@)?[^\s/@]+/?\s*$")
def proxy(value: Value) -> str:
    """Return a proxy's URL. It may hold a password, so no message repeats it."""
    text = value.text()
    if not re.fullmatch(r"https?://(?:[^\s/@]+@)?[^\s/@]+/?", text):
        remedy = "write it like http://host:3128 or http://user:password@host:3128"
        raise Mistake(f"is no proxy; {remedy}")
    return text


@written(TEXT)
def file(value: Value) -> Path:
    """Return a path; a relative one starts at the folder of the file it is written in."""
    return _beside(value.source, value.text())


@as_text(r"^\s*([^:]*[^:\s][^:]*|postgres(ql)?://.*[^/\s].*|sqlite://(/.*)?)\s*$")
def database(value: Value) -> str:
    """Return the database's URL. What is written may hold a password, so no message repeats it.

    A relative path starts at the folder of the file it is written in, in a variable at the working
    directory.
    """
    text = value.text()
    scheme, separator, rest = text.partition("://")
    if not separator:
        if ":" in text:
            raise Mistake(f"is neither a path nor a database URL; {_DATABASES}")
        return _sqlite(text, value.source)
    if scheme in {"postgresql", "postgres"} and rest.strip("/"):
        return f"postgresql://{rest}"
    if scheme != "sqlite":
        raise Mistake(f"cannot use the database '{scheme}'; {_DATABASES}")
    if rest in {"", "/", "/:memory:"}:
        return "sqlite://"
    if not rest.startswith("/"):
        remedy = "four when it is absolute; add them"
        raise Mistake(f"a SQLite URL has three slashes before the path, {remedy}")
    return _sqlite(rest[1:], value.source)


def _sqlite(path: str, source: str) -> str:
    return f"sqlite:///{_beside(source, path)}"


def _beside(source: str, path: str) -> Path:
    """Return a path as seen from the folder of the file it is written in."""
    return Path(source).parent / Path(path).expanduser()
