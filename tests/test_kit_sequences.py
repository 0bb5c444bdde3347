"""Things in their order, each with the one that follows it."""

from monitor.kit.sequences import not_among, with_next


def test_each_has_the_one_after_it_and_the_last_has_none() -> None:
    assert list(with_next([1, 2, 3])) == [(1, 2), (2, 3), (3, None)]
    assert list(with_next([1])) == [(1, None)]
    assert not list(with_next([]))


def test_what_is_among_the_others_is_left_out_and_the_rest_stays_in_order() -> None:
    assert not_among(["c", "a", "b", "c"], {"a"}) == ["c", "b", "c"]
    assert not_among([], {"a"}) == []
