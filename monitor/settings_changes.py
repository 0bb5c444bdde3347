"""What changes when the settings are read again while pages are being read by them. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from monitor.config import Settings, VendorConfig
from monitor.lookups import attributes, by_slug
from monitor.plain import count_of, join_names

RESTART: Mapping[str, str] = {
    "host": "server",
    "port": "server",
    "cors_origins": "server",
    "mcp": "server",
    "database_url": "database",
    "network": "network",
    "concurrency": "concurrency",
    "contact": "contact",
    "evidence": "storage.evidence",
}
"""Settings that a running process keeps, and the keys they are written under: sockets, connections
and the database are opened with them.
"""


_HASH_LENGTH = 4
"""Enough to tell that a setting is another one, too little to find a secret by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanges:
    """What new settings come to. `settings` are those in force from now on; the slugs are sorted.

    `restart_keys` are the keys of the file whose new values need a restart.
    """

    settings: Settings
    new_slugs: tuple[str, ...] = ()
    gone_slugs: tuple[str, ...] = ()
    changed_slugs: tuple[str, ...] = ()
    restart_keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = {
            "added": self.new_slugs,
            "removed": self.gone_slugs,
            "changed": self.changed_slugs,
        }
        parts = []
        for what, slugs in counts.items():
            if slugs:
                parts.append(f"{len(slugs)} {what} ({join_names(slugs)})")
        vendors = count_of(len(self.settings.vendors), "vendor")
        return f"{vendors}: {', '.join(parts) or 'the same as before'}"


def compare_settings(before: Settings, after: Settings) -> SettingsChanges:
    """Return what becomes of a process with the settings `before` that is given `after`."""
    old, new = by_slug(before.vendors), by_slug(after.vendors)
    restart_keys: dict[str, None] = {}
    for name, key in RESTART.items():
        if getattr(before, name) != getattr(after, name):
            restart_keys[key] = None
    return SettingsChanges(
        settings=replace(after, **attributes(before, RESTART)),
        new_slugs=tuple(sorted(new.keys() - old.keys())),
        gone_slugs=tuple(sorted(old.keys() - new.keys())),
        changed_slugs=tuple(sorted(differing_slugs(old, new) & old.keys() & new.keys())),
        restart_keys=tuple(restart_keys),
    )


def restart_hashes(settings: Settings) -> dict[str, str]:
    """Return a short hash for each key whose new value needs a restart."""
    from hashlib import sha256  # late: OpenSSL is loaded for it, and who only looks needs none

    values: dict[str, list[object]] = {}
    for name, key in RESTART.items():
        value = getattr(settings, name)
        texts = [value, value.proxy] if name == "network" else [value]
        values.setdefault(key, []).extend(texts)
    hashes = {}
    for key, value in values.items():
        hashes[key] = sha256(repr(value).encode()).hexdigest()[:_HASH_LENGTH]
    return hashes


def differing_slugs(
    before: Mapping[str, VendorConfig], after: Mapping[str, VendorConfig]
) -> frozenset[str]:
    """Return the slugs of the vendors that are in one of them only, or otherwise in the other."""
    slugs = set()
    for slug in before.keys() | after.keys():
        if before.get(slug) != after.get(slug):
            slugs.add(slug)
    return frozenset(slugs)


def vendors_meanwhile(
    before: Mapping[str, VendorConfig], after: Mapping[str, VendorConfig], busy: Collection[str]
) -> dict[str, VendorConfig]:
    """Return the vendors by slug that are to be watched on the way from one to the other.

    A vendor that is `busy`, because its page is being read or what was read is not kept yet, stays
    what it is until then, and so does one that has been removed: no reading ends under other
    settings than it began with.
    """
    return {**after, **{slug: vendor for slug, vendor in before.items() if slug in busy}}
