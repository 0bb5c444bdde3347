"""Reading `feed` and `html`: how a page of no known platform is read."""

from collections.abc import Mapping, Sequence

from monitor.config.keys import Key, read_fields, shape_of
from monitor.config.mistakes import Mistake
from monitor.config.nodes import Value
from monitor.config.readers import Reader, Shape, text
from monitor.config.values import choice, patterns, selector
from monitor.kit.protocol import FeedSettings, HtmlSettings
from monitor.model import LEVEL_OF_WORD

FEED_MEANINGS = ("open", "ended", "scheduled", *LEVEL_OF_WORD)
"""What a word of the user's own may mean in a feed."""

_EXAMPLES = {
    "component": "`.service`",
    "words": "`{operational: [Up], major_outage: [Down]}`",
}


def _feed(value: Value) -> FeedSettings:
    return FeedSettings(**read_fields(value, FEED_KEYS))


def _html(value: Value) -> HtmlSettings:
    fields = read_fields(value, HTML_KEYS)
    for key, example in _EXAMPLES.items():
        if key not in value.entries():
            raise Mistake(f"needs `{key}`, like {example}")
    words = tuple((word, LEVEL_OF_WORD[level]) for word, level in fields.pop("words", ()))
    # A selector that could not be read has been noted at its own place.
    return HtmlSettings(**{"component": "*", **fields, "words": words})


def _meanings(meanings: Sequence[str]) -> Reader:
    """Return a reader of a mapping from what words mean to lists of the words."""
    keys = {meaning: Key(meaning, patterns) for meaning in meanings}

    def read(value: Value) -> tuple[tuple[str, str], ...]:
        pairs: list[tuple[str, str]] = []
        for meaning, words in read_fields(value, keys).items():
            for word in words:
                pair = word.casefold(), meaning
                pairs.append(pair)
        return tuple(pairs)

    return Reader(read, lambda: shape_of(keys))


FEED_KEYS: Mapping[str, Key] = {
    "path": Key("path", text),
    "empty": Key("empty", choice(lambda: ("broken", "healthy"), "a meaning of an empty feed")),
    "words": Key("words", _meanings(FEED_MEANINGS)),
}
"""Keys of `feed:`."""

HTML_KEYS: Mapping[str, Key] = {
    "component": Key("component", selector),
    "name": Key("name", selector),
    "state": Key("state", selector),
    "attribute": Key("attribute", text),
    "words": Key("words", _meanings(tuple(LEVEL_OF_WORD))),
}
"""Keys of `html:`."""


def _html_shape() -> Shape:
    return {**shape_of(HTML_KEYS), "required": [*_EXAMPLES]}


feed = Reader(_feed, lambda: shape_of(FEED_KEYS))
"""Reads how a feed is read."""

html = Reader(_html, _html_shape)
"""Reads where the components of a page of HTML are and what its words mean."""
