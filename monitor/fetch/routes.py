"""How requests leave this network: through which proxy, and which certificates are trusted and
shown.
"""

import ssl
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.request import (  # type: ignore[attr-defined]
    getproxies_environment,
    proxy_bypass_environment,
)

import httpx

from monitor.errors import ConfigError

Route = Callable[[str, str, int | None], str | None]
"""Returns the proxy's URL for a scheme, host and port; None = none, the host is asked directly."""


def direct(_scheme: str, _host: str, _port: int | None) -> str | None:
    """Ask every host directly."""
    return None


def route(proxy: str | None = None, no_proxy: Iterable[str] = ()) -> Route:
    """Return the way through a proxy, or where none is given the one of the environment.

    The environment's variables are read as Python reads them: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY
    and NO_PROXY, in lower case too. `no_proxy` are more hosts and domains that are asked directly,
    written as in NO_PROXY; "*" means all. Raises ConfigError for a variable that names no http or
    https proxy.
    """
    environment = getproxies_environment()
    proxies = {"all": proxy} if proxy else environment
    proxies = {key: proxies[key] for key in ("http", "https", "all") if key in proxies}
    _require_http(proxies)
    if "*" in no_proxy:
        return direct
    hosts = [*no_proxy, environment["no"]] if environment.get("no") else no_proxy
    rules = {"no": ",".join(hosts)}

    def choose(scheme: str, host: str, port: int | None) -> str | None:
        there = host if port is None else f"{host}:{port}"
        if proxy_bypass_environment(there, rules):
            return None
        return proxies.get(scheme) or proxies.get("all")

    return choose


def _require_http(proxies: Mapping[str, str]) -> None:
    for key, url in proxies.items():
        if not url.startswith(("http://", "https://")):
            raise ConfigError(
                f"the {key} proxy of the environment is no http or https address; correct or"
                " unset it"
            )


def trust(ca_file: Path | None = None, client_cert: Path | None = None) -> ssl.SSLContext:
    """Return what TLS trusts: the usual authorities, or those that SSL_CERT_FILE names, and those
    in `ca_file`.

    `client_cert` is shown to servers that ask for one: a PEM file with certificate and key. Raises
    ConfigError for a file that is not there or holds none.
    """
    context = httpx.create_ssl_context()
    _load("network.ca_file", ca_file, lambda path: context.load_verify_locations(cafile=path))
    _load(
        "network.client_cert",
        client_cert,
        lambda path: context.load_cert_chain(path, password=_no_password),
    )
    return context


def _load(key: str, path: Path | None, load: Callable[[Path], None]) -> None:
    if path is None:
        return
    try:
        load(path)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"{key}: {path} cannot be used: {reason}; name a PEM file that is there"
        ) from error


def _no_password() -> str:
    """Refuse to ask at the terminal for the password of a key."""
    raise ValueError("its key has a password, which nobody is there to type")
