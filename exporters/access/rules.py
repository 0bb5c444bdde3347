"""The settings and the web configuration file to the rules by which requests are answered."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from exporters.access.certificates import server_context
from exporters.access.hosts import is_loopback
from exporters.access.passwords import Passwords
from monitor.config import ClientAuth, Settings, Token, WebConfig, load_web_config
from monitor.errors import ConfigError
from monitor.lookups import by_key


class OpenToAll(ConfigError):
    """Everybody who reaches the web server could ask it, and nobody said that they may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may ask, and how.

    `context` None = plain HTTP. `tokens` are by the SHA-256 of what is shown. `peers` are the names
    of which a client's certificate must have one, empty = it need not. `hosts` are our own names;
    `is_local` = we listen on loopback alone.
    """

    context: ssl.SSLContext | None = None
    needs_certificate: bool = False
    peers: frozenset[str] = frozenset()
    passwords: Passwords | None = None
    tokens: Mapping[str, Token] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    is_local: bool = True

    @property
    def asks_for_credentials(self) -> bool:
        """Whether a request must show a password or a token."""
        return self.passwords is not None or bool(self.tokens)

    @property
    def schemes(self) -> tuple[str, ...]:
        """By what a request shows who asks, as the API's document names it; none = everybody may
        ask.
        """
        needed = {
            "certificate": self.needs_certificate,
            "basic": self.passwords is not None,
            "bearer": bool(self.tokens),
        }
        return tuple(scheme for scheme, is_needed in needed.items() if is_needed)

    @property
    def warning(self) -> str | None:
        """What is allowed and probably not meant; None = nothing."""
        if not self.asks_for_credentials or self.is_local or self.context is not None:
            return None
        return (
            "passwords and tokens travel unencrypted, whoever listens on the way has them; set"
            " `tls_server_config` in the file of `server.web_config`, or let a proxy encrypt"
        )


def read_rules(settings: Settings) -> tuple[Rules, tuple[Path, ...]]:
    """Return the rules, and the files that they were read from.

    Raises InvalidConfig for a file that cannot be used, and OpenToAll for rules that let
    everybody beyond this machine ask, unless the settings say so.
    """
    web = WebConfig() if settings.web_config is None else load_web_config(settings.web_config)
    rules = _rules(settings, web)
    if not (rules.is_local or settings.is_open or _is_protected(rules)):
        raise OpenToAll(_refusal(settings))
    return rules, files_of(settings, web)


def files_of(settings: Settings, web: WebConfig) -> tuple[Path, ...]:
    """Return the files that the rules depend on."""
    tls = web.tls
    files = () if tls is None else (tls.cert_file, tls.key_file, tls.client_ca_file)
    return tuple(file for file in (settings.web_config, *files) if file is not None)


def _rules(settings: Settings, web: WebConfig) -> Rules:
    tls = web.tls
    return Rules(
        context=None if tls is None else server_context(tls, str(settings.web_config)),
        needs_certificate=tls is not None and tls.client_auth is ClientAuth.REQUIRED,
        peers=frozenset() if tls is None else frozenset(tls.client_allowed_sans),
        passwords=Passwords(web.users) if web.users else None,
        tokens=by_key(settings.tokens, attrgetter("sha256")),
        headers=web.headers,
        hosts=frozenset({*settings.hosts, settings.host.lower(), socket.gethostname().lower()}),
        is_local=is_loopback(settings.host),
    )


def _is_protected(rules: Rules) -> bool:
    return rules.asks_for_credentials or rules.needs_certificate


def _refusal(settings: Settings) -> str:
    return (
        f"refused to listen on {settings.host}: everybody who reaches it could ask, unasked who"
        " they are. Either ask for passwords or certificates (`server.web_config`, or"
        " --web.config.file) or for tokens (`server.tokens`, from `monitor token NAME`); or listen"
        " on 127.0.0.1; or say that everybody may ask (`server.open: true`, or --open)"
    )
