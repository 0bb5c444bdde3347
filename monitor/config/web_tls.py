"""The keys of `tls_server_config` in a web configuration file.

What is in the format and cannot be done in Python is refused, never ignored: who wrote it relies on
it.
"""

from collections.abc import Mapping

from monitor.config.endpoints import file
from monitor.config.keys import Key, read_fields
from monitor.config.mistakes import Mistake, one_of
from monitor.config.nodes import Value, read_each
from monitor.config.readers import TEXT, refusal, text, written
from monitor.config.values import patterns, truth
from monitor.config.web_settings import ClientAuth, TlsSettings

_VERSIONS = ("TLS12", "TLS13")
_OLD_VERSIONS = ("TLS10", "TLS11")
_NO_PROOF = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")
_CURVES = {
    "CurveP256": "prime256v1",
    "CurveP384": "secp384r1",
    "CurveP521": "secp521r1",
    "X25519": "X25519",
}
_SUITES = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
}
"""OpenSSL's names of what Go offers for TLS 1.2."""
_SUITES_OF_TLS13 = (
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
)


@written(TEXT)
def _version(value: Value) -> str:
    word = value.text()
    if word in _OLD_VERSIONS:
        raise Mistake(f"{word} is broken and not spoken any more; write TLS12 or TLS13")
    return one_of(word, _VERSIONS, "a version of TLS")


@written(TEXT)
def _client_auth(value: Value) -> ClientAuth:
    word = value.text()
    if word in _NO_PROOF:
        remedy = "write RequireAndVerifyClientCert, or VerifyClientCertIfGiven"
        raise Mistake(
            f"{word} takes certificates that nobody verifies, which is no proof; {remedy}"
        )
    return ClientAuth(one_of(word, [*ClientAuth], "a client_auth_type"))


@written({"type": "array", "items": TEXT})
def _suites(value: Value) -> tuple[str, ...]:
    return tuple(read_each(value.items(), _suite))


def _suite(value: Value) -> str:
    word = value.text()
    if word in _SUITES_OF_TLS13:
        remedy = "remove it, and set `max_version: TLS12` if you want none of TLS 1.3"
        raise Mistake(f"{word} is of TLS 1.3, whose suites are always offered; {remedy}")
    return _SUITES[one_of(word, _SUITES, "a cipher suite")]


@written({"type": "array", "items": TEXT})
def _curve(value: Value) -> str | None:
    items = value.items()
    if len(items) > 1:
        raise Mistake("Python's TLS can be given one curve; leave one, or remove the key")
    words = read_each(items, lambda item: one_of(item.text(), _CURVES, "a curve"))
    return _CURVES[words[0]] if words else None


def tls(value: Value) -> TlsSettings | None:
    """Read the encryption. None where a key that is needed is missing or mistaken, which is
    noted.
    """
    fields = read_fields(value, TLS_KEYS)
    entries = value.entries()
    for name in _NECESSARY:
        if name not in entries:
            value.wrong(f"needs `{name}`, a PEM file")
    if not fields.keys() >= _NECESSARY:
        return None
    settings = TlsSettings(**fields)
    problem = _contradiction(settings) if len(fields) == len(entries) else None
    if problem is not None:
        value.wrong(problem)
    return settings


def _contradiction(settings: TlsSettings) -> str | None:
    """Return what two keys say that cannot both be; None = nothing."""
    if settings.client_allowed_sans and settings.client_auth is not ClientAuth.REQUIRED:
        return f"needs `client_auth_type: {ClientAuth.REQUIRED}` for `client_allowed_sans`"
    if settings.min_version > settings.max_version:
        return "has a `min_version` above its `max_version`; exchange them"
    return _contradiction_of_authority(settings)


def _contradiction_of_authority(settings: TlsSettings) -> str | None:
    authorities = (settings.client_ca_file, settings.client_ca)
    if None not in authorities:
        return "has `client_ca` and `client_ca_file`; keep one of them"
    has_authority = authorities != (None, None)
    is_asked = settings.client_auth is not ClientAuth.NONE
    if has_authority and not is_asked:
        remedy = f"write `client_auth_type: {ClientAuth.REQUIRED}`"
        return f"has a client's authority and asks for no certificate; {remedy}"
    if is_asked and not has_authority:
        return f"needs `client_ca_file` for {settings.client_auth}: who signs clients' certificates"
    return None


@written({"type": "array", "items": TEXT})
def _peers(value: Value) -> tuple[str, ...]:
    names: tuple[str, ...] = patterns(value)
    if not value.items():
        raise Mistake("names nobody, so nobody could connect; name somebody, or remove the line")
    return names


_INLINE = (
    "Python's TLS reads certificates and keys from files; write it into one, and name it in `{}`"
)
_NECESSARY = frozenset({"cert_file", "key_file"})

TLS_KEYS: Mapping[str, Key] = {
    "cert_file": Key("cert_file", file),
    "key_file": Key("key_file", file),
    "cert": Key("cert", refusal(_INLINE.format("cert_file"))),
    "key": Key("key", refusal(_INLINE.format("key_file"))),
    "client_auth_type": Key("client_auth", _client_auth),
    "client_ca_file": Key("client_ca_file", file),
    "client_ca": Key("client_ca", text),
    "client_allowed_sans": Key("client_allowed_sans", _peers),
    "min_version": Key("min_version", _version),
    "max_version": Key("max_version", _version),
    "cipher_suites": Key("cipher_suites", _suites),
    "prefer_server_cipher_suites": Key("prefer_server_cipher_suites", truth),
    "curve_preferences": Key("curve", _curve),
}
"""Keys of `tls_server_config:`."""
