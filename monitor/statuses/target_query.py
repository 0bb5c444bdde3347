"""Which targets a question is about: named ones, those of stacks, or every vendor. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.stacks import Stacks, Target
from monitor.suggestions import did_you_mean, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetQuery:
    """What is asked about: targets and stacks, where there are none every vendor; of one `tier`
    where one is given. `components` goes to each target without its own.
    """

    targets: tuple[Target, ...] = ()
    stacks: tuple[str, ...] = ()
    tier: str | None = None
    components: str | None = None

    def among(self, vendors: Mapping[str, VendorConfig], stacks: Stacks) -> list[Target]:
        """Return the targets, each once; `vendors` by slug and `stacks` are those of the settings.

        Raises ConfigError for a stack that there is not, and where no vendor is of the tier.
        """
        targets = [*self.targets, *self._of_stacks(stacks)]
        if not targets:
            targets = [Target(slug) for slug in vendors]
        if self.tier is not None:
            targets = self._of_tier(targets, vendors)
        return list(dict.fromkeys(self._with_components(targets)))

    def _of_stacks(self, stacks: Stacks) -> Iterator[Target]:
        for name in self.stacks:
            if name not in stacks:
                raise ConfigError(no_stack(name, stacks))
            yield from stacks[name]

    def _of_tier(
        self, targets: Sequence[Target], vendors: Mapping[str, VendorConfig]
    ) -> list[Target]:
        slugs = {slug for slug, vendor in vendors.items() if vendor.tier == self.tier}
        of_tier = [target for target in targets if target.vendor in slugs]
        if not of_tier:
            raise ConfigError(f"no vendor asked about has the tier {self.tier}")
        return of_tier

    def _with_components(self, targets: Iterable[Target]) -> Iterator[Target]:
        for target in targets:
            yield replace(target, components=target.components or self.components)


def no_stack(name: str, stacks: Stacks) -> str:
    """Return what is said of a stack that there is not."""
    if not stacks:
        return f"no stack {name!r}: the settings have none; name what it depends on under `stacks`"
    remedy = did_you_mean(nearest(name, stacks)) or f"there are: {', '.join(stacks)}"
    return f"no stack {name!r}; {remedy}"
