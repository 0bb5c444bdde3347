"""The address and the headers that history is sent with, as typed at the command line."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from exporters import remote_write as remote
from monitor.errors import ConfigError
from monitor.plain import masked_url

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def parse_address(url: str) -> str:
    """Return the URL to send to. Raises ConfigError when it is none, or carries credentials. None
    is ever shown.
    """
    if not _is_address(url):
        raise ConfigError(
            f"--url {masked_url(url)!r} is no http or https address; write it as"
            " http://HOST:9090/api/v1/write"
        )
    if "@" in urlsplit(url).netloc:
        raise ConfigError(
            "--url carries credentials; give them with --header 'Authorization: Basic ${VARIABLE}'"
        )
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    has_host = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    return has_host and url.isprintable() and " " not in url


def parse_headers(pairs: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return headers from "NAME: VALUE" words, with variables put in. Raises ConfigError, never
    showing a value.
    """
    headers = {}
    for pair in pairs:
        name, _, template = (part.strip() for part in pair.partition(":"))
        value = _substitute(name, template, environment)
        if not (_TOKEN.fullmatch(name) and value and value.isascii() and value.isprintable()):
            raise ConfigError(f"--header {name}: write 'NAME: VALUE', in printable ASCII")
        if name.lower() in {header.lower() for header in remote.HEADERS}:
            raise ConfigError(f"--header {name}: that one belongs to remote write; leave it out")
        headers[name] = value
    return headers


def _substitute(name: str, template: str, environment: Mapping[str, str]) -> str:
    """Return a header's value with the environment's variables in it."""
    variables = _VARIABLE.findall(template)
    missing = [variable for variable in variables if not environment.get(variable)]
    if missing:
        raise ConfigError(f"--header {name}: the environment has no {', '.join(missing)}")
    return _VARIABLE.sub(lambda match: environment[match[1]], template)
