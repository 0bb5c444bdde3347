"""Adding a vendor to a settings file: what is written of it, and all of the file or nothing."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from monitor.config.addresses import free_slug, is_address, normal_url, same_page
from monitor.config.catalog import catalog, catalogued, default_slugs, unidentified
from monitor.config.files import read_text
from monitor.config.insertion import inserted, on_one_line, vendors_node
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
    options = _given(
        slug=slug,
        name=name,
        platform=platform,
        interval_seconds=interval_seconds,
        include=list(include) or None,
        exclude=list(exclude) or None,
        regions=list(regions) or None,
        allow_private=allow_private or None,
    )
    text = read_text(path, "--config") if path.exists() else _default_text()
    listed = vendors_node(text, str(path))
    before = _listed_vendors(text, path, listed)
    entry = _entry(page.strip(), options, before)
    changed = inserted(text, listed, entry)
    try:
        after = parse(changed, str(path)).vendors
    except InvalidConfig as error:
        message = f"{page} was not added: {error.problems[0].message}"
        raise invalid(str(path), message) from error
    if after[:-1] != before or len(after) != len(before) + 1:
        problem = "the list cannot be extended without rewriting it"
        raise invalid(str(path), f"{problem}; add it yourself: `- {on_one_line(entry)}`")
    _replace(path, changed)
    return after[-1]


def _given(**options: object) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def _default_text() -> str:
    """Return the text of a file that lists what is monitored without one."""
    return _HEAD + "".join(f"  - {slug}\n" for slug in default_slugs())


def _listed_vendors(text: str, path: Path, listed: yaml.Node | None) -> tuple[VendorConfig, ...]:
    """Return the vendors before; of an empty list none, which is a mistake in any other file."""
    return parse(text, str(path)).vendors if listed is not None and listed.value else ()


def _entry(
    page: str,
    options: Mapping[str, Any],
    before: Sequence[VendorConfig],
) -> dict[str, Any]:
    """Return the keys to write for a new vendor.

    Raises ConfigError when its page is listed or means nothing.
    """
    url = normal_url(page) if is_address(page) else None
    known = catalogued(None, url) if url else catalogued(page, None)
    if known is None and url is None:
        raise ConfigError(unidentified(page))
    url = url or (known.url if known else "")
    _refuse_doubles(url, options, before)
    if known and options.get("slug", known.slug) == known.slug:
        return {"slug": known.slug, **options}
    taken = {vendor.slug for vendor in before} | {entry.slug for entry in catalog()}
    return {"slug": free_slug(url, taken), **options, "url": url}


def _refuse_doubles(url: str, options: Mapping[str, Any], before: Sequence[VendorConfig]) -> None:
    for vendor in before:
        if same_page(vendor.url, url) and not _counts_other(vendor, options):
            problem = f"the page {url} is already monitored as '{vendor.slug}'"
            raise ConfigError(f"{problem}; nothing was added")


def _counts_other(vendor: VendorConfig, options: Mapping[str, Any]) -> bool:
    """Whether a new vendor of the same page, with a slug of its own, counts other parts of it."""
    if options.get("slug", vendor.slug) == vendor.slug:
        return False
    wanted = [frozenset(options.get(key, ())) for key in ("include", "exclude", "regions")]
    there = [frozenset(old) for old in (vendor.include, vendor.exclude, vendor.regions)]
    return any(wanted) and wanted != there


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
