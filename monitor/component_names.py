"""Which component of a page is meant by what somebody wrote: its id, its slug, or its name as
reports print it, with or without its group. Pure.
"""

from collections.abc import Callable, Iterable, Sequence

from monitor.model import KnownComponent
from monitor.plain import join_names
from monitor.suggestions import did_you_mean, nearest_key

_MOST_CANDIDATES = 20


def find_component(components: Sequence[KnownComponent], text: str) -> KnownComponent:
    """Return the component that is meant; upper and lower case are alike.

    An id or a slug comes before a name, and a name before a group that has one component. Raises
    ValueError that names the candidates when there are several, and the nearest when there is none.
    """
    for is_meant in (_has_key, _has_name, _has_group):
        matches = _matching(components, text, is_meant)
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise ValueError(f"{_several(matches, text)}; write one of: {_candidates(matches)}")
    raise ValueError(f"no component {text!r}; {_remedy(components, text)}")


def _matching(
    components: Iterable[KnownComponent], text: str, is_meant: Callable[[KnownComponent, str], bool]
) -> list[KnownComponent]:
    return [entry for entry in components if is_meant(entry, text)]


def _has_key(entry: KnownComponent, text: str) -> bool:
    return text in (entry.id, entry.slug)


def _has_name(entry: KnownComponent, text: str) -> bool:
    part = entry.component
    return _fold(text) in map(_fold, (part.full_name, part.name, entry.slug))


def _has_group(entry: KnownComponent, text: str) -> bool:
    return _fold(text) == _fold(entry.component.group or "")


def _fold(text: str) -> str:
    """Return the text in one case, with single spaces."""
    return " ".join(text.casefold().split())


def _several(matches: Sequence[KnownComponent], text: str) -> str:
    if _has_name(matches[0], text):
        return f"{len(matches)} components are called {text!r}"
    return f"{text!r} is a group of {len(matches)} components"


def _candidates(components: Sequence[KnownComponent]) -> str:
    return join_names([_candidate(entry) for entry in components], _MOST_CANDIDATES)


def _candidate(entry: KnownComponent) -> str:
    ending = "" if entry.removed_at is None else ", removed"
    return f"{entry.slug} ({entry.component.full_name}{ending})"


def _remedy(components: Sequence[KnownComponent], text: str) -> str:
    """Return what to write instead: the nearest name, else what there is."""
    if not components:
        return "the page has none, or was not read so far"
    names = {entry.component.full_name: [entry.slug, entry.component.name] for entry in components}
    near = nearest_key(text, names)
    return did_you_mean(near) if near else f"there are: {_candidates(components)}"
