"""Which vendors `/` is asked to show, and in which order. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

ANY = "any"
SORTS: Mapping[str, str] = {
    "name": "name",
    "share": "outage share",
    "now": "level now",
    "coverage": "coverage",
}
"""What rows can be sorted by, and how a person is offered it."""

GROUPS: Mapping[str, str] = {ANY: "nothing", "tier": "tier", "category": "category"}
"""What rows can be grouped by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for; `ANY` and "" leave nothing out. `page` counts from 1."""

    text: str = ""
    tier: str = ANY
    category: str = ANY
    stack: str = ANY
    only_trouble: bool = False
    sort: str = "name"
    group: str = ANY
    page: int = 1

    @classmethod
    def of(cls, parameters: QueryParams) -> Self:
        """Read the parameters of an address. Raises HTTPException 400 for a word that nothing can
        be called; of a tier, category or stack that is none there are no vendors.
        """
        return cls(
            text=parameters.get("q", "").strip(),
            tier=parameters.get("tier") or ANY,
            category=parameters.get("category") or ANY,
            stack=parameters.get("stack") or ANY,
            only_trouble=_one_of(parameters, "trouble", ["0", "1"]) == "1",
            sort=_one_of(parameters, "sort", [*SORTS]),
            group=_one_of(parameters, "group", [*GROUPS]),
            page=_page(parameters.get("page", "1")),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether it may leave vendors out."""
        everything = Question(sort=self.sort, group=self.group, page=self.page)
        return self != everything

    @property
    def words(self) -> str:
        """What it leaves others out by, such as ``tier “critical” in category “maps”``."""
        parts = []
        if self.text:
            parts.append(f"named “{self.text}”")
        for word, value in (("tier", self.tier), ("category", self.category)):
            if value != ANY:
                parts.append(f"of {word} “{value}”")
        if self.stack != ANY:
            parts.append(f"in stack “{self.stack}”")
        if self.only_trouble:
            parts.append("with trouble now")
        return " ".join(parts)

    def parameters(self, page: int) -> dict[str, object]:
        """Return the parameters of an address that asks the same for a page."""
        usual, own = Question(), replace(self, page=page)
        names = {"q": "text", "tier": "tier", "category": "category", "stack": "stack"}
        names |= {"sort": "sort", "group": "group", "page": "page"}
        parameters: dict[str, object] = {"trouble": 1} if self.only_trouble else {}
        for name, attribute in names.items():
            if getattr(own, attribute) != getattr(usual, attribute):
                parameters[name] = getattr(own, attribute)
        return parameters


def _one_of(parameters: QueryParams, name: str, words: Iterable[str]) -> str:
    """Return a parameter's word, the first one where it is not given."""
    words = list(words)
    word = parameters.get(name) or words[0]
    if word not in words:
        raise HTTPException(400, f"There is no {name} “{word}”; there are {', '.join(words)}.")
    return word


def _page(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise HTTPException(400, f"There is no page “{text}”; the first is 1.")
    return int(text)
