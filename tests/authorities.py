"""Certificates made with openssl for tests, and passwords that are quick to verify."""

import shutil
import subprocess
from pathlib import Path

import bcrypt
import pytest

NAMES = "subjectAltName=DNS:localhost,DNS:{name}.example,IP:127.0.0.1"
HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"
"""A bcrypt hash of a password that nobody here knows."""
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def hashed(password: str) -> str:
    """Return a bcrypt hash that is cheap to verify."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


class Authority:
    """Signs certificates; its own is `pem`."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not on PATH")
        self._folder = folder
        self.pem, self._key = folder / f"{name}.pem", folder / f"{name}.key"
        _openssl(
            "req", "-x509", *_KEY, "-keyout", self._key, "-out", self.pem, "-subj", f"/CN={name}",
            "-days", "3650",
        )  # fmt: skip

    def sign(self, name: str, folder: Path | None = None) -> tuple[Path, Path]:
        """Make a certificate for localhost, 127.0.0.1 and NAME.example; return it and its key."""
        folder = folder or self._folder
        pem, key, asked = (folder / f"{name}{ending}" for ending in (".pem", ".key", ".csr"))
        _openssl("req", *_KEY, "-keyout", key, "-out", asked, "-subj", f"/CN={name}")
        extensions = folder / f"{name}.ext"
        extensions.write_text(NAMES.format(name=name))
        _openssl(
            "x509", "-req", "-in", asked, "-CA", self.pem, "-CAkey", self._key, "-CAcreateserial",
            "-out", pem, "-days", "3650", "-extfile", extensions,
        )  # fmt: skip
        return pem, key


def lock(key: Path, into: Path) -> None:
    """Write a key again, under a password."""
    _openssl("pkcs8", "-topk8", "-in", key, "-out", into, "-passout", "pass:hunter2")


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
