"""What was made last: what is kept, and when it is made anew."""

from exporters.latest import Latest


def test_what_was_made_last_is_made_once_and_what_was_not_asked_for_longest_goes():
    latest, made = Latest(2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        latest.get(key, lambda key=key: made.append(key))

    assert made == ["a", "b", "c", "b"]


def test_what_depends_on_something_else_takes_the_place_of_the_value_before():
    latest = Latest(2)
    latest.get("b", lambda: "b")
    values = [latest.get("a", lambda n=n: f"a{n}", stamp=n // 2) for n in range(4)]

    assert values == ["a0", "a0", "a2", "a2"]
    assert latest.get("b", lambda: "made anew") == "b"


def test_nothing_that_was_made_counts_as_made_too():
    latest, made = Latest(1), []
    for _ in range(2):
        assert latest.get("a", lambda: made.append(1)) is None

    assert made == [1]
