"""Reading `stacks`: what each of the user's own services depends on."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from monitor.config.mistakes import Mistake, quote
from monitor.config.nodes import Value, read_each
from monitor.config.readers import Shape
from monitor.config.settings import VendorConfig
from monitor.config.vendor_names import vendor_names
from monitor.lookups import slugs_of
from monitor.stacks import Stacks, Target
from monitor.suggestions import did_you_mean, keys_named, nearest_key

_NAME = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EXAMPLE = '`[stripe, aws/ec2, "cloudflare/Workers*"]`'
_OPEN_BRACKET = re.compile(r"\[[^\]]*$")


def stacks_shape() -> Shape:
    """Return the JSON Schema of all stacks."""
    targets = {"type": "array", "items": {"type": "string", "pattern": r"\S"}, "minItems": 1}
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{_NAME}$"},
        "additionalProperties": targets,
    }


def read_stacks(value: Value, vendors: Sequence[VendorConfig]) -> Stacks:
    """Return the stacks by name, with the vendors by slug, each of which is one of `vendors`.

    What cannot be read is noted at its place and left out. Raises Mistake when it is no mapping.
    """
    value.note_keys()
    reader = _Reader(vendors)
    stacks = {}
    for name, targets in value.entries().items():
        for each in read_each([targets], partial(reader.stack, name)):
            stacks[name] = each
    return stacks


class _Reader:
    """Reads targets of these vendors. Their names are looked up where a slug does not do."""

    def __init__(self, vendors: Sequence[VendorConfig]) -> None:
        self._vendors = vendors
        self._slugs = frozenset(slugs_of(vendors))
        self._names: Mapping[str, Collection[str]] | None = None

    def stack(self, name: str, listed: Value) -> tuple[Target, ...]:
        """Return what is listed under a name. Raises Mistake."""
        if not re.fullmatch(_NAME, name):
            remedy = "write lower-case letters, digits and hyphens, like checkout"
            raise Mistake(f"{quote(name)} is no name of a stack; {remedy}")
        items = listed.items()
        if not items:
            raise Mistake(f"names nothing; write what it depends on, like {_EXAMPLE}")
        return tuple(dict.fromkeys(read_each(items, self._target)))

    def _target(self, value: Value) -> Target:
        text = value.text()
        target = Target.parse(text)
        components = target.components
        if components is not None and not components.strip():
            remedy = f"write {target.vendor} for all of it, or a component after the slash"
            raise Mistake(f"{quote(text)} names no component; {remedy}")
        if components is not None and _OPEN_BRACKET.search(components):
            raise Mistake(f"{quote(text)} is not a pattern: its `[` is never closed; add a `]`")
        return replace(target, vendor=self._slug(target.vendor))

    def _slug(self, word: str) -> str:
        if word in self._slugs:
            return word
        if self._names is None:
            self._names = vendor_names(self._vendors)
        match keys_named(word.partition("://")[2].rstrip("/") or word, self._names):
            case [slug]:
                return slug
            case []:
                near = did_you_mean(nearest_key(word, self._names))
                remedy = near or "add it to `vendors`, or name one that is there"
                raise Mistake(f"{quote(word)} is none of the vendors; {remedy}")
            case several:
                raise Mistake(f"{quote(word)} may be {' or '.join(several)}; write one of them")
