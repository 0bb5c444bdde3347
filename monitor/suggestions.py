"""Which name was probably meant by a word that is none. Pure.

A wrong suggestion is worse than none. So neither digits nor points of the compass are ever taken
for a slip of the keyboard (`us-east-3` is neither `us-east-1` nor `us-west-3`), and a zone is only
suggested where every zone that is as near has the same clock.
"""

import difflib
import re
import zoneinfo
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain

NEAR = 0.75
"""How alike two words are, at least, of which one was meant by the other: difflib's ratio."""

SWAPPED = 0.95
"""How alike two words are that differ in the order of their letters alone."""

AS_NEAR = 0.05
"""Two names whose likeness differs by no more are both as probably meant."""

SHORTEST_BEGINNING = 3
"""Letters of a beginning that tells which name was meant."""

_COMPASS = re.compile("north|east|south|west|central")

_NOT_ONE_OF = re.compile(r"'(?P<word>[^']*)' is not one of (?P<choices>'.*)")

_SEASONS = (datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC))
"""An instant of winter and one of summer: zones that agree at both have one clock."""

Clock = tuple[timedelta | None, ...]


def fold(text: str) -> str:
    """Return a text without what people do not mind: case, and which marks part its words."""
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")


def _without_marks(text: str) -> str:
    return fold(text).replace("-", "")


_SIGHTS: tuple[Callable[[str], str], ...] = (str, str.casefold, fold, _without_marks)
"""How two names are compared, the strictest first."""


def same(word: str, names: Iterable[str]) -> list[str]:
    """Return the names that are the word: as it stands, else in any case, else with other marks
    between its words or none.

    A word of marks alone is no name but itself.
    """
    names = list(dict.fromkeys(names))
    for sight in _SIGHTS:
        own = sight(word)
        alike = [name for name in names if own and sight(name) == own]
        if alike:
            return alike
    return []


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant; None when none is near, or what is near is clearly
    another one.

    A word that is the beginning of one name alone means that name.
    """
    by_fold: dict[str, str] = {}
    for name in sorted(names):
        by_fold.setdefault(fold(name), name)
    own = fold(word)
    beginnings = [each for each in by_fold if each.startswith(own)]
    if len(own) >= SHORTEST_BEGINNING and len(beginnings) == 1:
        return by_fold[beginnings[0]]
    likest = _likest(own, (each for each in by_fold if not _is_another(own, each)))
    return by_fold[likest[0]] if likest else None


def keys_named(word: str, names_by_key: Mapping[str, Collection[str]]) -> list[str]:
    """Return the keys that a word names, where each thing has a key and other names.

    They are compared as `same` does; a key goes before a name.
    """
    keys = same(word, names_by_key)
    if keys:
        return keys
    matches = set(same(word, chain.from_iterable(names_by_key.values())))
    return [key for key, names in names_by_key.items() if not matches.isdisjoint(names)]


def nearest_key(word: str, names_by_key: Mapping[str, Collection[str]]) -> str | None:
    """Return the key one of whose names was probably meant, where each thing has several names."""
    key_by_name: dict[str, str] = {}
    for key, names in names_by_key.items():
        for name in (key, *names):
            key_by_name.setdefault(name, key)
    near = nearest(word, key_by_name)
    return None if near is None else key_by_name[near]


def nearest_zone(word: str, zones: Collection[str]) -> str | None:
    """Return the IANA zone that was probably meant; None when another clock may have been.

    Only places are suggested. `EST5`, `CEST` and `UTC+1` say an offset in letters and digits, and
    their nearest names have other ones.
    """
    alike = same(word, sorted(zones))
    if alike:
        return _one_clock(alike)
    places = [zone for zone in zones if "/" in zone and not _digits(zone)]
    if _digits(word):
        return None
    area, _, city = word.rpartition("/")
    if not area:
        return _zone_of_city(fold(city), places)
    in_area = [zone for zone in places if _ratio(fold(area), fold(zone.rpartition("/")[0])) >= NEAR]
    # A city that is spelt right stands in a wrong area: Asia/Berlin.
    return _zone_of_city(fold(city), in_area) or _zone_of_city(fold(city), places)


def did_you_mean(near: str | None) -> str:
    """Return the question for a suggestion, empty when there is none."""
    return f"did you mean '{near}'?" if near else ""


def suggest_choice(message: str) -> str:
    """Return a message of a command line, with the choice that was meant where it says of a word
    that it is not one of several, each in quotes.
    """
    match = _NOT_ONE_OF.search(message)
    if match is None:
        return message
    near = nearest(match["word"], re.findall(r"'([^']*)'", match["choices"]))
    return f"{message} Did you mean '{near}'?" if near else message


def _zone_of_city(city: str, places: Iterable[str]) -> str | None:
    """Return the zone whose last part is this city, or nearly; abbreviations are no cities."""
    by_city: dict[str, list[str]] = {}
    for zone in sorted(places):
        by_city.setdefault(fold(zone.rpartition("/")[2]), []).append(zone)
    if city in by_city:
        return _one_clock(by_city[city])
    if len(city) <= 4:  # noqa: PLR2004 - as long as abbreviations are: PST, CEST
        return None
    zones: list[str] = []
    for near_city in _likest(city, by_city):
        zones += by_city[near_city]
    return _one_clock(zones)


def _likest(word: str, candidates: Iterable[str]) -> list[str]:
    """Return the candidates that are near, the likest first, without those clearly less so."""
    near = []
    for each in candidates:
        ratio = _ratio(word, each)
        if ratio >= NEAR:
            near.append((-ratio, each))
    near.sort()
    return [each for ratio, each in near if ratio - near[0][0] <= AS_NEAR]


def _ratio(one: str, other: str) -> float:
    """Return how alike two words are, 0 to 1; two swapped letters make a near one."""
    if one != other and sorted(one) == sorted(other) and one[:1] == other[:1]:
        return SWAPPED
    matcher = difflib.SequenceMatcher(None, one, other)
    # Both are bounds from above, and cheap.
    if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR:
        return 0.0
    return matcher.ratio()


def _is_another(one: str, other: str) -> bool:
    """Whether two words differ in what nobody mistypes: a number, or a point of the compass."""
    points = _COMPASS.findall(one), _COMPASS.findall(other)
    return _digits(one) != _digits(other) or (all(points) and points[0] != points[1])


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _one_clock(zones: Collection[str]) -> str | None:
    """Return the first of these zones where all have one clock, else None."""
    clocks: set[Clock] = set()
    for zone in zones:
        place = zoneinfo.ZoneInfo(zone)
        clocks.add(tuple(at.astimezone(place).utcoffset() for at in _SEASONS))
    return next(iter(zones)) if len(clocks) == 1 else None
