"""Adding a vendor to a settings file: what is written of it, and all of the file or nothing."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.config.addresses import free_slug, same_page
from monitor.config.catalog import catalog, find_entry, page_url
from monitor.config.files import read_text
from monitor.config.insertion import insert_item, on_one_line, vendors_node
from monitor.config.mistakes import InvalidConfig, invalid
from monitor.config.parsing import parse
from monitor.config.settings import VendorConfig
from monitor.errors import ConfigError
from monitor.lookups import slugs_of

_HEAD = (
    "# The vendors whose status pages are monitored, and no others. "
    "`monitor check` reads this file and names every mistake.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """One more vendor of a file, not written yet: the file's new text, and its lines that are new.

    `is_new_file`: there is no such file yet, so that the vendor will be the only one.
    """

    path: Path
    vendor: VendorConfig
    text: str
    lines: tuple[str, ...]
    is_new_file: bool


def plan_addition(
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
) -> Addition:
    """Return what a `monitor.yaml` becomes with one more vendor: a page's address, or the
    catalogue's slug, name or alias of it.

    The rest of the file is kept byte for byte. In a file that does not exist the vendor will be the
    only one. A slug that is not given is made unique. The new text has been read.
    Raises ConfigError when the page is listed already, the file has mistakes or its layout cannot
    be extended.
    """
    options = _keys_to_write(
        {
            "slug": slug,
            "name": name,
            "platform": platform,
            "interval_seconds": interval_seconds,
            "include": list(include),
            "exclude": list(exclude),
            "regions": list(regions),
            "allow_private": allow_private,
        }
    )
    is_new_file = not path.exists()
    text = _HEAD if is_new_file else read_text(path, "--config")
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
    lines = _new_lines("" if is_new_file else text, new_text)
    return Addition(path=path, vendor=vendor, text=new_text, lines=lines, is_new_file=is_new_file)


def begin(path: Path, pages: Sequence[str]) -> tuple[str, tuple[VendorConfig, ...]]:
    """Return the text of a new `monitor.yaml` for pages, each named as in `plan_addition`, and the
    vendors it names; a page that is named twice is one. Writes nothing.

    Raises ConfigError for a page that means nothing.
    """
    text = _HEAD
    vendors: tuple[VendorConfig, ...] = ()
    for url in dict.fromkeys(map(page_url, pages)):
        entry = _entry(url, {}, vendors)
        text = insert_item(text, vendors_node(text, str(path)), entry)
        vendors = parse(text, str(path)).vendors
    return text, vendors


def _keys_to_write(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if _says_something(value)}


def _says_something(value: Any) -> bool:  # noqa: ANN401
    """Whether a key is written: None, False and an empty list are what holds without it."""
    return value is not None and value is not False and value != []


def write_addition(addition: Addition) -> None:
    """Put the new text in the file's place in one step. Raises ConfigError, and then nothing is
    written.
    """
    replace_text(addition.path, addition.text)


def add_vendor(path: Path, page: str, **keys: Any) -> VendorConfig:  # noqa: ANN401
    """Append a vendor to a `monitor.yaml`, with the keys of `plan_addition`; return it.

    Raises ConfigError as that does, and then nothing is written.
    """
    addition = plan_addition(path, page, **keys)
    write_addition(addition)
    return addition.vendor


def _new_lines(before: str, after: str) -> tuple[str, ...]:
    """Return the lines of a text that are not where they were, from the first to the last."""
    old, new = before.splitlines(), after.splitlines()
    first = _common(old, new)
    last = len(new) - _common(old[first:][::-1], new[first:][::-1])
    return tuple(new[first:last])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines two texts have in common before the first that differs."""
    count = 0
    for line, other_line in zip(one, other, strict=False):
        if line != other_line:
            break
        count += 1
    return count


def _entry(page: str, options: Mapping[str, Any], before: Sequence[VendorConfig]) -> dict[str, Any]:
    """Return the keys to write for a new vendor.

    Raises ConfigError when its page is listed or means nothing.
    """
    url = page_url(page)
    entry = find_entry(None, url)
    _refuse_doubles(url, options, before)
    if entry and options.get("slug", entry.slug) == entry.slug:
        return {"slug": entry.slug, **options}
    slugs = set(slugs_of(before)) | set(slugs_of(catalog()))
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


def replace_text(path: Path, text: str) -> None:
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
        message = f"cannot be written: {error.strerror}; nothing was changed"
        raise invalid(str(path), message) from error
