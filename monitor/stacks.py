"""What one depends on: a vendor or some of its components, and stacks of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about: a vendor, or its components that a pattern names (`named_ids`)."""

    vendor: str
    components: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Return the target of ``VENDOR`` or ``VENDOR/COMPONENT``; an address with its scheme, and
        what begins with a slash, is a vendor as a whole.
        """
        if "://" in text:
            return cls(text)
        vendor, slash, components = text.partition("/")
        if not vendor:
            return cls(text)
        return cls(vendor, components if slash else None)

    def __str__(self) -> str:
        return self.vendor if self.components is None else f"{self.vendor}/{self.components}"


def vendors_of(targets: Iterable[Target]) -> set[str]:
    """Return the vendors that these targets are, or have a part in."""
    return {target.vendor for target in targets}


Stacks = Mapping[str, tuple[Target, ...]]
"""What each of the user's own services depends on, by the name the user gave it."""

NO_STACKS: Stacks = MappingProxyType({})
