"""Which vendors a run of `monitor export remote-write` that broke off had sent."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from monitor import config as configuration


@dataclass(slots=True)
class SentVendors:
    """What was sent of each vendor by a run that broke off. Forgotten when a run gets through.

    Kept in a file; where there can be none the next run begins anew, which costs time and changes
    nothing.
    """

    path: Path
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, database: str, url: str, labels: Mapping[str, str], *, again: bool) -> Self:
        """Return what was sent from this database to this address under these labels; nothing with
        `again`.
        """
        identity = json.dumps([database, url, sorted(labels.items())])
        key = hashlib.sha256(identity.encode()).hexdigest()[:16]
        vendors = cls(configuration.user_state_path() / f"remote-write-{key}.json")
        if not again:
            with suppress(OSError, ValueError):  # none there, or half of one
                vendors.versions = dict(json.loads(vendors.path.read_text()))
        return vendors

    def add(self, slug: str, version: str) -> None:
        """Remember a vendor."""
        self.versions[slug] = version
        draft = self.path.with_suffix(".part")
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(self.versions))
            draft.replace(self.path)

    def forget(self) -> None:
        """Begin anew the next time."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
