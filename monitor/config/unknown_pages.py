"""Reading `feed` and `html`: how a page of no known platform is read."""

from collections.abc import Mapping, Sequence

from monitor.config.keys import Key, read_fields
from monitor.config.mistakes import Mistake
from monitor.config.nodes import Value
from monitor.config.values import LEVELS, Reader, choice, patterns, selector
from monitor.kit.protocol import FeedSettings, HtmlSettings

FEED_MEANINGS = ("open", "ended", "scheduled", *LEVELS)
"""What a word of the user's own may mean in a feed."""


def feed(value: Value) -> FeedSettings:
    """Read how a feed is read."""
    return FeedSettings(**read_fields(value, FEED_KEYS))


def html(value: Value) -> HtmlSettings:
    """Read where the components of a page of HTML are and what its words mean."""
    fields = read_fields(value, HTML_KEYS)
    _need(value, "component", "`.service`")
    _need(value, "words", "`{operational: [Up], major_outage: [Down]}`")
    words = tuple((word, LEVELS[level]) for word, level in fields.pop("words", ()))
    # A selector that could not be read has been noted at its own place.
    return HtmlSettings(**{"component": "*", **fields, "words": words})


def _need(value: Value, key: str, example: str) -> None:
    if key not in value.entries():
        raise Mistake(f"needs `{key}`, like {example}")


def _meanings(meanings: Sequence[str]) -> Reader:
    """Return a reader of a mapping from what words mean to lists of the words."""
    keys = {meaning: Key(meaning, patterns) for meaning in meanings}

    def read(value: Value) -> tuple[tuple[str, str], ...]:
        pairs: list[tuple[str, str]] = []
        for meaning, words in read_fields(value, keys).items():
            pairs += [(word.casefold(), meaning) for word in words]
        return tuple(pairs)

    return read


FEED_KEYS: Mapping[str, Key] = {
    "path": Key("path", Value.text),
    "empty": Key("empty", choice(lambda: ("broken", "healthy"), "a meaning of an empty feed")),
    "words": Key("words", _meanings(FEED_MEANINGS)),
}
"""Keys of `feed:`."""

HTML_KEYS: Mapping[str, Key] = {
    "component": Key("component", selector),
    "name": Key("name", selector),
    "state": Key("state", selector),
    "attribute": Key("attribute", Value.text),
    "words": Key("words", _meanings(tuple(LEVELS))),
}
"""Keys of `html:`."""
