"""Adding a vendor to a settings file: what is written of it, and all of the file or nothing."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.config.addresses import free_slug, is_address, normal_url, same_page
from monitor.config.catalog import catalog, default_slugs, explain_unknown, find_entry
from monitor.config.files import read_text
from monitor.config.insertion import insert_item, on_one_line, vendors_node
from monitor.config.mistakes import InvalidConfig, invalid
from monitor.config.parsing import parse
from monitor.config.settings import VendorConfig
from monitor.errors import ConfigError

_HEAD = (
    "# The vendors whose status pages are monitored. "
    "`monitor check` reads this file and names every mistake.\n"
    "vendors:\n"
    "  # The default vendors, monitored while this file did not exist; "
    "remove those you do not depend on.\n"
)


def add_vendor(
    path: Path,
    page: str,
    *,
    slug: str | None = None,
    name: str | None = None,
    platform: str | None = None,
    interval_seconds: int | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    regions: Sequence[str] = (),
    allow_private: bool = False,
) -> VendorConfig:
    """Append a vendor (a catalogue slug or an address) to a `monitor.yaml`.

    The rest of the file is kept byte for byte. A file that does not exist is made, with the default
    vendors before the new one: adding a vendor must not end the monitoring of others. A slug that
    is not given is made unique. The new text is read before it replaces the file in one step.
    Raises ConfigError, and then nothing is written, when the page is listed already, the file has
    mistakes or its layout cannot be extended.
    """
    keys: dict[str, Any] = {
        "slug": slug,
        "name": name,
        "platform": platform,
        "interval_seconds": interval_seconds,
        "include": list(include) or None,
        "exclude": list(exclude) or None,
        "regions": list(regions) or None,
        "allow_private": allow_private or None,
    }
    options = {key: value for key, value in keys.items() if value is not None}
    text = read_text(path, "--config") if path.exists() else _default_text()
    node = vendors_node(text, str(path))
    # An empty list has no vendors; in any other file that is a mistake.
    before = parse(text, str(path)).vendors if node is not None and node.value else ()
    entry = _entry(page.strip(), options, before)
    new_text = insert_item(text, node, entry)
    try:
        *others, vendor = parse(new_text, str(path)).vendors
    except InvalidConfig as error:
        message = f"{page} was not added: {error.problems[0].message}"
        raise invalid(str(path), message) from error
    if tuple(others) != before:
        problem = "the list cannot be extended without rewriting it"
        raise invalid(str(path), f"{problem}; add it yourself: `- {on_one_line(entry)}`")
    _replace(path, new_text)
    return vendor


def _default_text() -> str:
    """Return the text of a file that lists what is monitored without one."""
    return _HEAD + "".join(f"  - {slug}\n" for slug in default_slugs())


def _entry(page: str, options: Mapping[str, Any], before: Sequence[VendorConfig]) -> dict[str, Any]:
    """Return the keys to write for a new vendor.

    Raises ConfigError when its page is listed or means nothing.
    """
    if is_address(page):
        url = normal_url(page)
        entry = find_entry(None, url)
    else:
        entry = find_entry(page, None)
        if entry is None:
            raise ConfigError(explain_unknown(page))
        url = entry.url
    _refuse_doubles(url, options, before)
    if entry and options.get("slug", entry.slug) == entry.slug:
        return {"slug": entry.slug, **options}
    slugs = {vendor.slug for vendor in before} | {entry.slug for entry in catalog()}
    return {"slug": free_slug(url, slugs), **options, "url": url}


def _refuse_doubles(url: str, options: Mapping[str, Any], before: Sequence[VendorConfig]) -> None:
    for vendor in before:
        if same_page(vendor.url, url) and not _counts_other(vendor, options):
            problem = f"the page {url} is already monitored as '{vendor.slug}'"
            raise ConfigError(f"{problem}; nothing was added")


def _counts_other(vendor: VendorConfig, options: Mapping[str, Any]) -> bool:
    """Whether a new vendor of the same page, with a slug of its own, counts other parts of it."""
    if options.get("slug", vendor.slug) == vendor.slug:
        return False
    new = [frozenset(options.get(key, ())) for key in ("include", "exclude", "regions")]
    old = [*map(frozenset, (vendor.include, vendor.exclude, vendor.regions))]
    return any(new) and new != old


def _replace(path: Path, text: str) -> None:
    """Replace a file in one step, through a symbolic link and with its mode. Raises ConfigError."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(text.encode())
        if target.exists():
            draft.chmod(target.stat().st_mode)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        message = f"cannot be written: {error.strerror}; nothing was added"
        raise invalid(str(path), message) from error
