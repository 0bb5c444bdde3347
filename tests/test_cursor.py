"""What one poll hands to the next survives the store's text, and a foreign text is as none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.kit.cursor import read_cursor, read_names, write_cursor

VALUES = st.dictionaries(
    st.sampled_from(["id", "open", "regions"]), st.text() | st.lists(st.text())
)


@given(VALUES)
def test_what_is_handed_on_is_read_again(values: dict) -> None:
    assert read_cursor(write_cursor(**values)) == values


def test_what_is_not_known_is_not_handed_on() -> None:
    assert read_cursor(write_cursor(id="7", root=None)) == {"id": "7"}


@pytest.mark.parametrize("text", [None, "", "7", "[1]", '"id"', "{", "[" * 100_000])
def test_a_text_of_another_kind_is_as_none(text: str | None) -> None:
    assert read_cursor(text) == {}


def test_names_are_texts_whatever_was_handed_on() -> None:
    assert read_names('{"a": "b", "c": 1}') == {"a": "b", "c": "1"}
    assert read_names("[]") == {}
