"""Things by their ids, and those of them that are known."""

from dataclasses import dataclass

from monitor.model import by_id, id_set, pick, without_none


@dataclass(frozen=True)
class _Thing:
    id: str
    size: int = 0


def test_of_an_id_that_is_listed_twice_the_last_thing_counts_in_the_first_place() -> None:
    things = [_Thing("a", 1), _Thing("b", 2), _Thing("a", 3)]
    assert list(by_id(things).values()) == [_Thing("a", 3), _Thing("b", 2)]
    assert id_set(things) == {"a", "b"}


def test_only_none_is_left_out_and_not_what_is_false_too() -> None:
    assert without_none([0, None, 2, None, False]) == [0, 2, False]


def test_only_what_the_mapping_has_is_picked_in_the_order_of_the_alphabet() -> None:
    assert list(pick({"c": 3, "a": 1, "b": 2}, {"c", "a", "x"}).items()) == [("a", 1), ("c", 3)]
