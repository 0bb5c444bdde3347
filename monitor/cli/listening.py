"""Where the web server listens: what options say of it, and the socket."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from monitor import config as configuration
from monitor.config import Settings
from monitor.errors import ConfigError

MOST_TRIES = 20
"""How many ports after the wanted one are tried where any will do."""


def at_place(settings: Settings, port: int | None, listen_at: str | None) -> Settings:
    """Return the settings with the host and port that options name; None = as they are.

    Raises ConfigError for what is no place, and for two that differ.
    """
    if listen_at is not None:
        host, listen_port = configuration.read_listen(listen_at, "--listen")
        if port not in {None, listen_port}:
            raise ConfigError(f"--port {port} and --listen {listen_at} differ; give one of them")
        return replace(settings, host=host, port=listen_port)
    return settings if port is None else replace(settings, port=port)


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens there, before anything is read or promised.

    Raises ConfigError where that cannot be: what is wrong, and the option that mends it.
    """
    try:
        listener = _socket(host, port)
    except OSError as error:
        raise ConfigError(_explain(host, port, error)) from error
    with listener:
        yield listener


@contextmanager
def listen_from(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens there or, where that port is taken, on the next that is free.

    Raises ConfigError as `listen` does.
    """
    for candidate in range(port, port + MOST_TRIES):
        try:
            listener = _socket(host, candidate)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise ConfigError(_explain(host, candidate, error)) from error
        with listener:
            yield listener
        return
    raise ConfigError(
        f"cannot listen on {host}: the ports {port} to {port + MOST_TRIES - 1} are all taken;"
        " choose another with --port"
    )


def _socket(host: str, port: int) -> socket.socket:
    from exporters.serving import listening

    return listening(host, port)


def _explain(host: str, port: int, error: OSError) -> str:
    place = f"cannot listen on {host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{place}: another program listens there, maybe another monitor; choose another port"
            " with --port, or `server` in the settings"
        )
    if error.errno == errno.EACCES:
        return f"{place}: {error.strerror}; choose a port above 1023 with --port"
    return (
        f"{place}: {error.strerror or error}; name an address of this machine with --listen, or"
        " `server` in the settings"
    )
