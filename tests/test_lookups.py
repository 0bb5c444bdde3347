from datetime import UTC, datetime
from enum import Enum

from monitor.config import VendorConfig
from monitor.lookups import (
    among,
    attributes,
    by_key,
    by_slug,
    by_value,
    names_of,
    slugs_by_id,
    slugs_of,
    urls_of,
)
from monitor.model import Component, KnownComponent


def _entry(key: str, name: str, slug: str) -> KnownComponent:
    component = Component(id=key, name=name)
    return KnownComponent(
        component=component, slug=slug, first_seen_at=datetime(2026, 5, 1, tzinfo=UTC)
    )


API = _entry("a1", "API", "api")
WEB = _entry("w2", "Web", "web")


class Colour(Enum):
    RED = "r"
    BLUE = "b"


def test_items_are_looked_up_by_slug() -> None:
    assert by_slug([WEB, API]) == {"web": WEB, "api": API}
    assert slugs_of([WEB, API]) == ["web", "api"]
    assert names_of([WEB.component, API.component]) == ["Web", "API"]
    assert slugs_by_id([API, WEB]) == {"a1": "api", "w2": "web"}


def test_words_are_looked_up_by_value() -> None:
    assert by_value(Colour) == {"r": Colour.RED, "b": Colour.BLUE}


def test_of_many_keys_those_that_have_an_item_give_it_in_their_order() -> None:
    assert list(among({"a": 1, "b": 0}, ["b", "c", "a", "b"])) == [0, 1, 0]


def test_attributes_are_read_by_name() -> None:
    assert attributes(API.component, ["name", "id"]) == {"name": "API", "id": "a1"}


def test_of_two_items_with_the_same_key_the_last_stands_where_the_first_was() -> None:
    assert by_key(["bb", "a", "cc"], len) == {2: "cc", 1: "a"}
    assert list(by_key(["bb", "a", "cc"], len)) == [2, 1]


def test_of_items_at_one_address_it_is_named_once() -> None:
    vendors = [
        VendorConfig(slug="acme", name="Acme", url="https://status.acme.example"),
        VendorConfig(slug="acme-eu", name="Acme", url="https://status.acme.example"),
    ]
    assert urls_of(vendors) == {"https://status.acme.example"}
