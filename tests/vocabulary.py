"""Which levels an answer can mean: those whose word in one of its platform's tables stands in it as
a whole value.

A platform's tables are the mappings to levels in its module or the modules of its package; those
that it takes from elsewhere, like the impact words, count as well. A key of several words needs all
of them.
"""

import importlib
import json
import pkgutil
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import Any

from monitor.impacts import IMPACT_WORDS
from monitor.kit.protocol import PageContext
from monitor.model import Evidence, Impact, Level

IMPACTS = {word: level for level, word in IMPACT_WORDS.items()}
Words = tuple[str, ...]


def modules_of(name: str) -> Iterator[ModuleType]:
    """Yield the modules of a platform."""
    module = importlib.import_module(f"monitor.platforms.{name}")
    yield module
    for info in pkgutil.iter_modules(getattr(module, "__path__", ())):
        yield importlib.import_module(f"{module.__name__}.{info.name}")


@cache
def tables_of(name: str) -> frozenset[tuple[Words, Level]]:
    """Return the words of a platform and the level that each stands for."""
    words: set[tuple[Words, Level]] = set()
    for module in modules_of(name):
        for table in vars(module).values():
            if isinstance(table, Mapping):
                words |= set(words_in(table))
    return frozenset(words)


def words_in(table: Mapping[Any, Any]) -> Iterator[tuple[Words, Level]]:
    """Yield the words of a table of levels; of another mapping nothing."""
    for key, level in table.items():
        if isinstance(level, Level):
            yield key if isinstance(key, tuple) else (key,), level


def values_of(value: Any) -> Iterator[str]:
    """Yield every key and every value that holds no others, as text; of one that is a path like
    `incident/impacts/minor` its last part too."""
    if isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from values_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from values_of(item)
    elif isinstance(value, str):
        yield value
        yield value.rpartition("/")[2]
    else:
        yield json.dumps(value)


def said_in(body: bytes) -> tuple[frozenset[str], str]:
    """Return an answer's whole values if it is JSON, and its text; both without case."""
    with suppress(zlib.error):  # what is no gzip file; what follows one is not read
        body = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body)
    for encoding in ("utf-8-sig", "utf-16"):
        with suppress(ValueError, RecursionError):
            values = frozenset(
                value.casefold() for value in values_of(json.loads(body.decode(encoding)))
            )
            return values, "\n".join(value for value in values if " " in value)
    return frozenset(), body.decode(errors="replace").casefold()


def meant_by(name: str, page: PageContext, bodies: Iterable[bytes]) -> set[Level]:
    """Return the levels that the platform's words in these answers stand for, or the user's.

    A word of JSON is a whole value. In HTML and feeds, and where it is a phrase, it stands in the
    text, in whole words; where it is not Latin, anywhere in it.
    """
    answers = Answers()
    for body in bodies:
        answers.add(*said_in(body))
    levels = {*BESIDES.get(name, {})}
    for words, level in (*tables_of(name), *ALONE.get(name, ()), *words_of_user(page)):
        if all(map(answers.say, words)):
            levels.add(level)
    return levels


def words_of_user(page: PageContext) -> Iterator[tuple[Words, Level]]:
    """Yield the words that the user's settings of a page read by selectors give levels."""
    for word, level in page.html.words if page.html else ():
        yield (word,), level


class Answers:
    """What answers say together: whole values, the text of all, and the text of what is no JSON."""

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.text = self.prose = ""

    def add(self, values: frozenset[str], text: str) -> None:
        self.values |= values
        self.text += f"\n{text}"
        if not values:
            self.prose += f"\n{text}"

    def say(self, word: str) -> bool:
        """Whether the word is said; see `meant_by`."""
        word = word.casefold()
        if word in self.values:
            return True
        pattern = rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word)
        return re.search(pattern, self.text if " " in word else self.prose) is not None


ALONE: Mapping[str, tuple[tuple[Words, Level], ...]] = {
    "google": (
        (("SERVICE_DISRUPTION",), Level.DEGRADED),
        (("SERVICE_OUTAGE",), Level.MAJOR_OUTAGE),
    ),
}
"""Words of keys of several that stand for a level without the others too: what has no severity is
taken as of a medium one."""

BESIDES: Mapping[str, Mapping[Level, str]] = {
    "betterstack": {Level.MAINTENANCE: "a day's seconds of maintenance"},
    "cachet": {Level.MAINTENANCE: "the list of plans says so"},
    "feed": {
        Level.DEGRADED: "an incident that says nothing of its severity",
        Level.MAINTENANCE: "an entry about planned work",
    },
    "ibm": {Level.MAINTENANCE: "an entry's type says so, its severity is of incidents"},
    "slack": {Level.PARTIAL_OUTAGE: "an outage that names everything"},
}
"""Levels that no word of a table stands for, and what they come from."""


def bad_levels(evidence: Iterable[Evidence]) -> set[Level]:
    """Return the levels worse than operational of the states and impacts."""
    levels: set[Level | None] = set()
    for piece in evidence:
        levels |= {one.level for one in piece.observed or ()}
        levels |= {level_of(impact) for impact in piece.impacts}
    return {level for level in levels if level}


def level_of(impact: Impact) -> Level | None:
    """Return an impact's level; of an inferred one what its word stands for unless the user says
    otherwise."""
    return impact.level if impact.level is not None else IMPACTS.get(impact.word or "")
