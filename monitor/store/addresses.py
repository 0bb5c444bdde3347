"""Addresses of databases. Passwords in them are never shown."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from monitor.errors import StoreError
from monitor.plain import MASK

_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def display(url: URL | str) -> str:
    """Return the database's address for people, as settings take it: its password masked, and every
    option that may hold a secret.
    """
    address = url if isinstance(url, URL) else parse(url)
    address = address.set(drivername=address.get_backend_name())
    secrets = dict.fromkeys(address.query.keys() - _NO_SECRETS, MASK)
    return address.update_query_dict(secrets).render_as_string(hide_password=True)


_NO_SECRETS = frozenset(
    {
        "application_name",
        "cache",
        "connect_timeout",
        "gssencmode",
        "host",
        "hostaddr",
        "keepalives",
        "mode",
        "port",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "timeout",
        "uri",
    }
)
"""Options that hold no secret. Any other may: `password`, `sslpassword`, `options`, and those of
drivers to come."""


def parse(url: str) -> URL:
    """Return the URL with the driver we use. Raises StoreError."""
    try:
        address = make_url(url)
    except sa.exc.ArgumentError:
        # The cause would quote the address, password and all.
        raise StoreError(
            'the database URL cannot be read; write "sqlite:///path" or'
            ' "postgresql://user:password@host/name"'
        ) from None
    return address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))


def file_of(url: URL) -> Path | None:
    """Return the file of an SQLite database; None for one in memory and for a server's."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(url.database or "")


def exists(url: str) -> bool:
    """Whether opening the database would not make a new one; of a server's that is not asked."""
    address = parse(url)
    if address.get_backend_name() != "sqlite":
        return True
    file = file_of(address)
    try:
        return file is not None and file.is_file()
    except OSError:
        return True  # a folder we may not enter: opening it says so
