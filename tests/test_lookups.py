from datetime import UTC, datetime
from enum import Enum

from monitor.lookups import (
    among,
    attributes,
    by_id,
    by_slug,
    by_value,
    ids_of,
    not_none,
    slugs_by_id,
    slugs_of,
)
from monitor.model import Component, KnownComponent


def _entry(key: str, name: str, slug: str) -> KnownComponent:
    component = Component(id=key, name=name)
    return KnownComponent(
        component=component, slug=slug, first_seen_at=datetime(2026, 5, 1, tzinfo=UTC)
    )


API = _entry("a1", "API", "api")
WEB = _entry("w2", "Web", "web")
NEW_API = _entry("a1", "New API", "new-api")


class Colour(Enum):
    RED = "r"
    BLUE = "b"


def test_items_are_looked_up_by_id_and_the_last_of_an_id_stands() -> None:
    assert by_id([API, WEB, NEW_API]) == {"a1": NEW_API, "w2": WEB}
    assert list(by_id([WEB, API])) == ["w2", "a1"]
    assert ids_of([API, WEB, NEW_API]) == {"a1", "w2"}


def test_items_are_looked_up_by_slug() -> None:
    assert by_slug([WEB, API]) == {"web": WEB, "api": API}
    assert slugs_of([WEB, API]) == ["web", "api"]
    assert slugs_by_id([API, WEB]) == {"a1": "api", "w2": "web"}


def test_words_are_looked_up_by_value() -> None:
    assert by_value(Colour) == {"r": Colour.RED, "b": Colour.BLUE}


def test_of_many_keys_those_that_have_an_item_give_it_in_their_order() -> None:
    assert list(among({"a": 1, "b": 0}, ["b", "c", "a", "b"])) == [0, 1, 0]


def test_attributes_are_read_by_name() -> None:
    assert attributes(API.component, ["name", "id"]) == {"name": "API", "id": "a1"}


def test_what_is_nothing_but_not_none_stays() -> None:
    assert list(not_none([0, None, "", False])) == [0, "", False]
