"""Taking a vendor out of a settings file, or giving it another slug: what is written of it, and all
of the file or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from monitor.config.edit import replace_text
from monitor.config.files import read_text
from monitor.config.insertion import vendors_node
from monitor.config.items import delete_item, set_keys
from monitor.config.mistakes import InvalidConfig, invalid
from monitor.config.parsing import parse
from monitor.config.settings import Settings, VendorConfig
from monitor.errors import ConfigError
from monitor.lookups import slugs_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A file's new text, not written yet, and what it says. `vendor` is the one that is gone, or as
    it is from now on.
    """

    path: Path
    text: str
    settings: Settings
    vendor: VendorConfig

    def write(self) -> None:
        """Put the new text in the file's place in one step. Raises ConfigError, and then nothing is
        written.
        """
        replace_text(self.path, self.text)


def plan_removal(path: Path, slug: str) -> Revision:
    """Return what a `monitor.yaml` becomes without a vendor; the rest is kept byte for byte.

    Raises ConfigError where the file does not list it, lists nothing else, or has mistakes.
    """
    file = _File(path)
    number = file.number_of(slug)
    before = list(file.settings.vendors)
    vendor = before.pop(number)
    if not before:
        raise ConfigError(
            f"{path} watches only {slug}, and has to name a vendor; add another one first, with"
            " `monitor add`"
        )
    text = delete_item(file.text, file.items, number)
    problem = None if text is None else file.mistake_with(text)
    if problem is not None:
        raise ConfigError(f"{slug} was not removed: {problem}")
    settings = file.read(text)
    if text is None or settings is None or list(settings.vendors) != before:
        raise file.refusal(number, f"take {slug} out of the list yourself")
    return Revision(path=path, text=text, settings=settings, vendor=vendor)


def plan_renaming(path: Path, old: str, new: str) -> Revision:
    """Return what a `monitor.yaml` becomes with another slug for a vendor; the rest is kept byte
    for byte. The vendor keeps its page, its settings and, unless that was made of the slug, its
    name.

    Raises ConfigError where the file does not list it or has mistakes, and for a slug that cannot
    be one or is another vendor's.
    """
    file = _File(path)
    number = file.number_of(old)
    vendors = list(file.settings.vendors)
    if new in slugs_of(vendors):
        raise ConfigError(f"{path} has a vendor {new} already; choose another slug")
    before = vendors[number]
    is_own = _same_name(before, new)
    keys = {"slug": new, "url": before.url, "name": before.name}
    keys_to_set: dict[str, str] = {}
    for name in ("slug", "url", "name"):
        keys_to_set[name] = keys[name]
        text = set_keys(file.text, file.items.value[number], keys_to_set)
        settings = file.read(text)
        if settings is None or len(settings.vendors) != len(vendors):
            continue
        after = settings.vendors[number]
        vendors[number] = after
        if is_own(after) and list(settings.vendors) == vendors:
            return Revision(path=path, text=text, settings=settings, vendor=after)
    problem = file.mistake_with(set_keys(file.text, file.items.value[number], {"slug": new}))
    if problem is not None:
        raise ConfigError(f"{old} was not renamed: {problem}")
    raise file.refusal(number, f"write `slug: {new}` yourself")


def _same_name(before: VendorConfig, slug: str) -> Callable[[VendorConfig], bool]:
    """Return what tells whether a vendor is the same one under another slug."""
    usual_name = before.slug.replace("-", " ").title()

    def is_own(after: VendorConfig) -> bool:
        name = after.name if before.name == usual_name else before.name
        return after == replace(before, slug=slug, name=name)

    return is_own


class _File:
    """A settings file that lists vendors. Raises ConfigError for one that is not there or has
    mistakes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = read_text(path, "--config")
        self.settings = parse(self.text, str(path))
        node = vendors_node(self.text, str(path))
        if not isinstance(node, yaml.SequenceNode) or len(node.value) != len(self.settings.vendors):
            raise invalid(str(path), "the list of vendors cannot be edited; edit it yourself")
        self.items = node

    def number_of(self, slug: str) -> int:
        """Return which item of the list a vendor is."""
        slugs = slugs_of(self.settings.vendors)
        if slug not in slugs:
            raise ConfigError(f"{self.path} does not list {slug!r}")
        return slugs.index(slug)

    def read(self, text: str | None) -> Settings | None:
        """Return what a text of this file says; None for one with mistakes."""
        if text is None:
            return None
        try:
            return parse(text, str(self.path))
        except InvalidConfig:
            return None

    def mistake_with(self, text: str) -> str | None:
        """Return the first mistake of a text of this file."""
        try:
            parse(text, str(self.path))
        except InvalidConfig as error:
            problem = error.problems[0]
            return f"{problem.where}: {problem.message}" if problem.where else problem.message
        return None

    def refusal(self, number: int, remedy: str) -> ConfigError:
        """Return the error of an item that cannot be edited without rewriting the list."""
        line = self.items.value[number].start_mark.line + 1
        return invalid(str(self.path), f"this cannot be edited safely; {remedy}", line)
