"""How settings differ from what a database watches, and how that is said. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from monitor.config import VendorConfig, format_duration
from monitor.kept_settings import default_of, kept_settings
from monitor.lookups import by_slug
from monitor.plain import join_names

_LONGEST = 60


class WatchedVendor(NamedTuple):
    """A vendor in a database. `settings` are those kept of it; not `is_whole`: there may be others.
    Not `is_watched`: it was, and has its history.
    """

    slug: str
    settings: Mapping[str, Any]
    is_watched: bool = True
    is_whole: bool = True


class KeyChange(NamedTuple):
    """A key of a vendor whose value becomes another one; both as people write them."""

    key: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.key}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchChanges:
    """What putting settings in force changes; slugs are sorted.

    `resumed` are watched again, with the history they have. `renamed` are pairs of a removed and an
    added vendor that have one page.
    """

    added: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    changed: Mapping[str, tuple[KeyChange, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.resumed or self.removed or self.changed)

    def lines(self) -> Iterator[str]:
        """Yield a line for each vendor that changes."""
        for slug in self.added:
            yield f"added: {slug}"
        for slug in self.resumed:
            yield f"watched again: {slug}; it has its history"
        for slug in self.removed:
            yield f"removed: {slug}; its history is kept"
        for old, new in self.renamed:
            remedy = f"`monitor rename {old} {new}` would keep the history"
            yield f"renamed? {old} and {new} have the same page; {remedy}"
        for slug, changes in self.changed.items():
            yield f"changed: {slug}: {'; '.join(map(str, changes))}"

    def facts(self) -> dict[str, Any]:
        """Return the same for a program; `from` and `to` are slugs, values are as people write
        them.
        """
        changed: dict[str, list[dict[str, str]]] = {}
        for slug, changes in self.changed.items():
            changed[slug] = [change._asdict() for change in changes]
        return {
            "added": list(self.added),
            "watched_again": list(self.resumed),
            "removed": list(self.removed),
            "maybe_renamed": [{"from": old, "to": new} for old, new in self.renamed],
            "changed": changed,
        }

    @property
    def differences(self) -> str:
        """The differences in one phrase, seen from the settings."""
        missing = tuple(sorted({*self.added, *self.resumed}))
        parts = []
        if missing:
            parts.append(f"not watched: {join_names(missing)}")
        if self.removed:
            parts.append(f"watched, but not in the settings: {join_names(self.removed)}")
        if self.changed:
            parts.append(f"watched with other settings: {join_names(list(self._keys_changed()))}")
        return "; ".join(parts)

    def _keys_changed(self) -> Iterator[str]:
        for slug, changes in self.changed.items():
            keys = ", ".join(change.key for change in changes)
            yield f"{slug} ({keys})"


def compare_watched(
    watched: Iterable[WatchedVendor], vendors: Iterable[VendorConfig]
) -> WatchChanges:
    """Return what putting these vendors in force changes in what is watched."""
    before = by_slug(watched)
    after = by_slug(vendors)
    active = {slug for slug, vendor in before.items() if vendor.is_watched}
    new, missing = sorted(after.keys() - before.keys()), sorted(active - after.keys())
    changes_by_slug = {}
    for slug in sorted(after.keys() & active):
        changes = tuple(_changes(before[slug], kept_settings(after[slug])))
        if changes:
            changes_by_slug[slug] = changes
    new_pages = {after[slug].url: slug for slug in new}
    renames = []
    for slug in missing:
        page = before[slug].settings.get("url")
        if page in new_pages:
            renames.append((slug, new_pages[page]))
    return WatchChanges(
        added=tuple(new),
        resumed=tuple(sorted((after.keys() & before.keys()) - active)),
        removed=tuple(missing),
        renamed=tuple(renames),
        changed=changes_by_slug,
    )


def _changes(before: WatchedVendor, after: Mapping[str, Any]) -> Iterator[KeyChange]:
    names = before.settings.keys() | after.keys() if before.is_whole else before.settings.keys()
    for name in sorted(names):
        old = before.settings.get(name, default_of(name))
        new = after.get(name, default_of(name))
        if old != new:
            key, spell = _SPELLINGS.get(name, (name, _spell))
            yield KeyChange(key, spell(old), spell(new))


def _spell(value: Any) -> str:  # noqa: ANN401
    if value is None or value == []:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = join_names(value)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _spell_share(value: Any) -> str:  # noqa: ANN401
    return f"{100 * value:g}%"


def _spell_count(value: Any) -> str:  # noqa: ANN401
    return "none" if not value else f"{len(value)} of them"


_SPELLINGS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "interval_seconds": ("interval", format_duration),
    "min_outage_seconds": ("min_outage", format_duration),
    "min_coverage": ("min_coverage", _spell_share),
    "overrides": ("overrides", _spell_count),
}
