"""TLS as Python does it: the server's certificate, and what is asked of clients'."""

import ssl
from pathlib import Path

from monitor.config import ClientAuth, InvalidConfig, Problem, TlsSettings

SECTION = "tls_server_config"
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_VERIFY_MODES = {
    ClientAuth.NONE: ssl.CERT_NONE,
    ClientAuth.IF_GIVEN: ssl.CERT_OPTIONAL,
    ClientAuth.REQUIRED: ssl.CERT_REQUIRED,
}


def server_context(tls: TlsSettings, source: str) -> ssl.SSLContext:
    """Return what encrypts new connections. Reads the certificates.

    Raises InvalidConfig that names `source`, the key and the file that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[tls.min_version]
    context.maximum_version = _VERSIONS[tls.max_version]
    context.set_alpn_protocols(["http/1.1"])
    if tls.cipher_suites:
        context.set_ciphers(":".join(tls.cipher_suites))
    if not tls.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    _set_curve(context, tls.curve, source)
    _load_own(context, tls, source)
    _load_authority(context, tls, source)
    context.verify_mode = _VERIFY_MODES[tls.client_auth]
    return context


def _set_curve(context: ssl.SSLContext, curve: str | None, source: str) -> None:
    if curve is None:
        return
    try:
        context.set_ecdh_curve(curve)
    except (ValueError, ssl.SSLError) as error:
        message = "this Python's OpenSSL cannot be given it; remove the key"
        raise _unusable(source, "curve_preferences", message) from error


def _load_own(context: ssl.SSLContext, tls: TlsSettings, source: str) -> None:
    _require_readable(tls.cert_file, source, "cert_file")
    _require_readable(tls.key_file, source, "key_file")

    def refuse_password() -> str:
        message = f"{tls.key_file} is protected by a password; write the key without one"
        raise _unusable(source, "key_file", message)

    try:
        context.load_cert_chain(tls.cert_file, tls.key_file, password=refuse_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            message = f"{tls.key_file} is not the key of the certificate in {tls.cert_file}"
            raise _unusable(source, "key_file", f"{message}; put the two together") from error
        message = f"{tls.cert_file} and {tls.key_file} are no certificate and key"
        raise _unusable(source, "cert_file", f"{message}; write both as PEM") from error


def _load_authority(context: ssl.SSLContext, tls: TlsSettings, source: str) -> None:
    if tls.client_ca_file is not None:
        _require_readable(tls.client_ca_file, source, "client_ca_file")
    elif tls.client_ca is None:
        return
    try:
        context.load_verify_locations(cafile=tls.client_ca_file, cadata=tls.client_ca)
    except ssl.SSLError as error:
        key = "client_ca" if tls.client_ca_file is None else "client_ca_file"
        raise _unusable(source, key, "holds no certificate; write it as PEM") from error


def _require_readable(file: Path, source: str, key: str) -> None:
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}; put a file there that this user reads"
        raise _unusable(source, key, message) from error


def _unusable(source: str, key: str, message: str) -> InvalidConfig:
    return InvalidConfig(source, [Problem(source, None, f"{SECTION}.{key}", message)])
