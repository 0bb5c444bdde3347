"""Slugs of components: given at first sight, never changed. Pure."""

from collections.abc import Iterable

from slugify import slugify

from monitor.model import Component

LONGEST_SLUG = 200
"""In characters, before a number: one letter of a name may become twenty of a slug."""


class Slugs:
    """Gives components slugs that no other of the page has. However many have one name, each takes
    the same time.
    """

    def __init__(self, slugs: Iterable[str]) -> None:
        self._taken = set(slugs)
        self._next: dict[str, int] = {}

    def give(self, component: Component) -> str:
        """Return the name's slug, else that of group and name, else with the first free number,
        from 2 on.
        """
        slug = self._free_slug(component)
        self._taken.add(slug)
        return slug

    def _free_slug(self, component: Component) -> str:
        plain = slugify(component.name, max_length=LONGEST_SLUG) or "component"
        if plain not in self._taken:
            return plain
        full = plain
        if component.group:
            full = slugify(f"{component.group} {component.name}", max_length=LONGEST_SLUG)
        return full if full and full not in self._taken else self._with_number(full)

    def _with_number(self, slug: str) -> str:
        # What is taken stays so: the numbers below the last one need not be tried again.
        number = self._next.get(slug, 2)
        while f"{slug}-{number}" in self._taken:
            number += 1
        self._next[slug] = number + 1
        return f"{slug}-{number}"
