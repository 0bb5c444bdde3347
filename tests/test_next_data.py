"""Data of Next.js in a page: pieces are joined, values are found in it, damage is named."""

import json

import pytest

from monitor.errors import Truncated
from monitor.kit.next_data import UNREADABLE, page_data, values_of, without_empty


def page_of(*pieces: str) -> str:
    pushes = (f"self.__next_f.push({json.dumps([1, piece])})" for piece in pieces)
    return "".join(f"<script>{push}</script>" for push in pushes)


def test_a_value_that_is_cut_into_two_pieces_is_read_whole() -> None:
    data = page_data(page_of('4:["$","$L1",null,{"site":{"na', 'me":"Harbour"}}]'))

    assert list(values_of(data, "site", "{")) == [{"name": "Harbour"}]


def test_an_older_page_has_one_document() -> None:
    html = '<script id="__NEXT_DATA__" type="application/json">{"site":{"id":"a"}}</script>'

    assert list(values_of(page_data(html), "site", "{")) == [{"id": "a"}]


def test_a_page_without_data_has_none() -> None:
    assert page_data("<html><body>site</body></html>") == ""


def test_a_piece_that_breaks_off_is_told() -> None:
    with pytest.raises(Truncated, match="breaks off at character"):
        page_data(page_of('{"site":{}}')[:40])


def test_references_and_values_of_another_kind_are_passed_over() -> None:
    data = '{"rows":"$5:props:rows"},{"rows":{"a":1}},{"rows":[2]}'

    assert list(values_of(data, "rows", "[")) == [[2]]
    assert list(values_of(data, "rows", "{")) == [{"a": 1}]


def test_a_value_is_found_once_with_all_that_is_in_it() -> None:
    data = '{"data":{"data":{"a":1}}},{"data":{"b":2}}'

    assert list(values_of(data, "data", "{")) == [{"data": {"a": 1}}, {"b": 2}]


def test_after_too_many_broken_values_nothing_more_is_looked_for() -> None:
    broken = '"site":{"a":}'

    assert list(values_of(f'{broken * (UNREADABLE - 1)},"site":{{}}', "site", "{")) == [{}]
    assert list(values_of(f'{broken * UNREADABLE},"site":{{}}', "site", "{")) == []


def test_what_marks_nothing_a_date_or_a_dollar_is_read_as_such() -> None:
    value = {
        "a": None,
        "b": "$undefined",
        "c": "$D2026-05-20",
        "d": "$$5",
        "e": "$5:ref",
        "f": [{}],
    }

    assert without_empty(value) == {"c": "2026-05-20", "d": "$5", "e": "$5:ref", "f": [{}]}
