"""The model of a web configuration file: TLS, users and headers of the web server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class ClientAuth(StrEnum):
    """What is asked of a client's certificate, in Go's words.

    Go has two more, `RequestClientCert` and `RequireAnyClientCert`, which take any certificate
    unread; Python's TLS verifies every one it asks for.
    """

    NONE = "NoClientCert"
    IF_GIVEN = "VerifyClientCertIfGiven"
    REQUIRED = "RequireAndVerifyClientCert"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """How connections are encrypted; the files are PEM.

    `client_ca` is the text that `client_ca_file` would hold. `client_allowed_sans` are the names of
    which a client's certificate must have one; empty = it need not. Versions are `TLS12` or
    `TLS13`. `cipher_suites` (of TLS 1.2, in OpenSSL's words) and `curve` None = OpenSSL's choice.
    """

    cert_file: Path
    key_file: Path
    client_auth: ClientAuth = ClientAuth.NONE
    client_ca_file: Path | None = None
    client_ca: str | None = None
    client_allowed_sans: tuple[str, ...] = ()
    min_version: str = "TLS12"
    max_version: str = "TLS13"
    cipher_suites: tuple[str, ...] = ()
    prefer_server_cipher_suites: bool = True
    curve: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """One web configuration file. `tls` None = plain HTTP; `users` are bcrypt hashes by name."""

    tls: TlsSettings | None = None
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
