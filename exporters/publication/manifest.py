"""What a published folder holds: every file with its sha256, and of what moment it is. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from monitor.errors import ConfigError
from monitor.plain import json_text

NAME = "manifest.json"
FORMAT = "vendorstatus publication 1"
"""The mark of a folder that is ours, and of what its manifest looks like."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its sha256 in hex, and its size."""

    sha256: str
    size_bytes: int

    @classmethod
    def of(cls, content: bytes) -> "Entry":
        """Return the entry of a file with this content."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True, slots=True)
class Manifest:
    """Files by their paths below the folder, with `/` between its parts; `about` says what was
    published.
    """

    about: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The manifest as a file: the same bytes for the same files, in whatever order they came.

        It does not name itself.
        """
        files = {}
        for path, entry in sorted(self.files.items()):
            files[path] = {"sha256": entry.sha256, "bytes": entry.size_bytes}
        document = {"format": FORMAT, **self.about, "files": files}
        return json_text(document, indent=1).encode() + b"\n"


def read_manifest(content: bytes) -> Manifest:
    """Return a manifest that was written before. Raises ConfigError for anything else."""
    try:
        document = json.loads(content)
        is_ours = document["format"] == FORMAT
        files = {_path(path): _entry(entry) for path, entry in document["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(
            f"{NAME} is not one of `monitor publish` ({error}); name an empty folder"
        ) from error
    if not is_ours:
        raise ConfigError(f"{NAME} is of another version; name an empty folder")
    about = {key: value for key, value in document.items() if key not in ("format", "files")}
    return Manifest(about, files)


def _path(text: str) -> str:
    """Return a path that stays in the folder. Raises ValueError for another."""
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or str(path) != text or "\\" in text:
        raise ValueError(f"{text!r} is no path in the folder")
    return text


def _entry(value: Mapping[str, Any]) -> Entry:
    return Entry(str(value["sha256"]), int(value["bytes"]))
