"""Fields of answers: what is taken, what is refused, and that the refusal names the place."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import PageError, UnexpectedShape
from monitor.kit import embedded, fields, responses, times
from monitor.kit.protocol import Response

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers(), max_size=2),
    st.just({"a": 1}),
)
READERS = (
    fields.row, fields.items, fields.rows, fields.optional_rows, fields.text, fields.optional_text, fields.verbatim, fields.optional_verbatim,
    fields.identifier, fields.keyword, fields.number,
    times.instant, times.maybe_instant, times.epoch, times.mail_date,
)  # fmt: skip


def refusal(read: Callable[[object, str], object], value: object) -> str | None:
    try:
        read(value, "incident.start")
    except UnexpectedShape as error:
        return str(error)
    return None


@pytest.mark.slow
@given(value=ANYTHING)
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_a_field_is_read_or_refused_with_its_place(
    read: Callable[[object, str], object], value: object
) -> None:
    assert (refusal(read, value) or "incident.start").startswith("incident.start")


def test_a_text_that_may_be_missing_is_refused_where_something_else_is() -> None:
    assert fields.optional_text(None, "severity") is None
    assert fields.optional_text(" high ", "severity") == "high"
    for value in ("", " ", 3, ["high"]):
        with pytest.raises(UnexpectedShape, match="severity: expected text"):
            fields.optional_text(value, "severity")


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-20T12:00:00Z",
        "2026-05-20T12:00:00.000+00:00",
        "2026-05-20T05:00:00-07:00",
        "2026-05-20T21:00:00+0900",
    ],
)
def test_a_time_is_read_with_any_offset(written: str) -> None:
    assert times.instant(written, "at") == NOON


def test_a_time_without_an_offset_needs_a_zone() -> None:
    with pytest.raises(UnexpectedShape, match="at: expected a time with its offset"):
        times.instant("2026-05-20T14:00:00", "at")

    assert times.instant("2026-05-20T14:00:00", "at", ZoneInfo("Europe/Paris")) == NOON


@pytest.mark.parametrize(
    "written",
    [
        "Wed, 20 May 2026 12:00:00 GMT",
        "Wed, 20 May 2026 12:00:00 Z",
        "Wed, 20 May 2026 05:00:00 PDT",
        "Wed, 20 May 2026 04:00:00 PST",
        "20 May 2026 14:00:00 +0200",
    ],
)
def test_a_date_of_e_mail_is_read_with_the_names_of_zones(written: str) -> None:
    assert times.mail_date(written, "pubDate") == NOON


@pytest.mark.parametrize(
    "written", ["Wed, 20 May 2026 12:00:00", "yesterday", "", "Wed, 20 May 9999 12:00:00 GMT"]
)
def test_a_date_of_e_mail_without_a_zone_or_off_the_calendar_is_refused(written: str) -> None:
    with pytest.raises(UnexpectedShape):
        times.mail_date(written, "pubDate")


def test_seconds_and_milliseconds_since_1970() -> None:
    assert (
        times.epoch(NOON.timestamp(), "at")
        == times.epoch(NOON.timestamp() * 1000, "at", per_second=1000)
        == NOON
    )


@given(value=st.text())
def test_a_text_can_be_written_as_utf8_without_nul(value: str) -> None:
    clean = fields.maybe_text(value)

    assert clean is None or (clean.encode() and "\x00" not in clean)


def test_half_a_character_is_replaced() -> None:
    assert fields.text("a\ud800b", "name") == "a?b"


def test_blanks_around_a_text_stay_only_where_it_is_taken_as_it_is() -> None:
    assert fields.verbatim(" API ", "name") == fields.optional_verbatim(" API ", "name") == " API "
    assert fields.text(" API ", "name") == "API"
    assert (refusal(fields.verbatim, "") or "").startswith("incident.start: expected text")
    assert (fields.optional_verbatim("", "name"), fields.optional_verbatim(None, "name")) == (
        "",
        None,
    )


@pytest.mark.parametrize(
    ("printed", "ratio"),
    [
        ("99.98", 0.9998),
        (100, 1.0),
        ("0", 0.0),
        ("100.01", None),
        ("-1", None),
        ("99,9", None),
        ("NaN", None),
        (None, None),
    ],
)
def test_a_printed_percentage_is_a_ratio_or_none(printed: object, ratio: float | None) -> None:
    assert fields.percentage(printed) == ratio


def test_a_yes_is_no_number() -> None:
    with pytest.raises(UnexpectedShape):
        fields.number(True, "sev")


def test_json_inside_a_page_is_read_to_its_own_end() -> None:
    body = b'<html><script>window.data = {"a": [1, 2]};</script></html>'
    page = Response(url="https://status.vendor.example/", status=200, body=body)

    assert embedded.json_after(page, re.compile(r"window\.data = ")) == {"a": [1, 2]}


@pytest.mark.parametrize(
    "body", [b"<html></html>", b'<script>window.data = {"a": [1,', b"<script>window.data = nothing"]
)
def test_json_that_is_not_whole_inside_a_page_names_the_page(body: bytes) -> None:
    with pytest.raises(PageError) as caught:
        embedded.json_after(
            Response(url="https://status.vendor.example/", status=200, body=body),
            re.compile(r"window\.data = "),
        )

    assert caught.value.url == "https://status.vendor.example/"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"\xef\xbb\xbf[1]", [1]),
        (b'{"a": ', None),
        (b"<html>", None),
        (b"", None),
        (b"[" * 100_000, None),
        (b'{"a": ' + b"9" * 5000 + b"}", None),
    ],
)
def test_a_detector_may_look_at_any_answer(body: bytes, told: object) -> None:
    assert (
        responses.try_json(Response(url="https://status.vendor.example/", status=200, body=body))
        == told
    )


def test_a_text_is_lowered_and_what_is_none_is_empty() -> None:
    assert fields.lower_text(" In Progress ") == "in progress"
    assert [fields.lower_text(value) for value in (None, "", 7, ["Open"])] == ["", "", "", ""]


def test_a_list_of_texts_names_its_place_when_one_is_none() -> None:
    assert fields.texts(["eu", " us "], "regions") == ["eu", "us"]
    for value in (None, "eu", ["eu", ""], ["eu", 7]):
        with pytest.raises(UnexpectedShape, match="regions"):
            fields.texts(value, "regions")


def test_a_list_of_ids_names_its_place_when_one_is_none() -> None:
    assert fields.identifiers(["eu", 7], "regions") == ["eu", "7"]
    assert fields.ids_of([{"id": "eu"}, {"id": 7}], "region") == ["eu", "7"]
    with pytest.raises(UnexpectedShape, match="regions"):
        fields.identifiers(["eu", None], "regions")
    with pytest.raises(UnexpectedShape, match=r"region\.id"):
        fields.ids_of([{"id": "eu"}, {}], "region")


@pytest.mark.parametrize(
    ("address", "segment"),
    [
        ("https://status.vendor.example/incidents/abc", "abc"),
        ("https://status.vendor.example/incidents/abc/", "abc"),
        ("abc", "abc"),
        ("", ""),
        ("/abc", "abc"),
    ],
)
def test_the_last_segment_of_an_address_is_what_follows_its_last_slash(
    address: str, segment: str
) -> None:
    assert fields.last_segment(address) == segment


@pytest.mark.parametrize("value", [None, [], ["a"], "a", 7])
def test_what_is_no_object_has_no_fields(value: object) -> None:
    assert fields.maybe_row(value) == {}
    assert not fields.has_keys(value, {"a"})


def test_an_object_has_the_keys_that_are_asked_for_when_it_has_all_of_them() -> None:
    told = {"a": None, "b": 1}

    assert fields.maybe_row(told) is told
    assert fields.has_keys(told, {"a", "b"})
    assert not fields.has_keys(told, {"a", "c"})


@pytest.mark.parametrize("value", [None, {}, [], [{"a": 1}, {"b": 1}], [{"a": 1}, "a"]])
def test_what_is_no_list_of_objects_or_lacks_a_key_in_one_is_no_list_of_such(
    value: object,
) -> None:
    assert fields.is_list_of([{"a": 1}, {"a": 2, "b": 3}], {"a"})
    assert not fields.is_list_of(value, {"a"})


def test_of_moments_the_earliest_counts_and_none_has_not_come() -> None:
    later = datetime(2026, 5, 21, tzinfo=UTC)
    assert times.earliest(later, None, NOON) == NOON
    assert times.earliest(None, None) is None


def test_the_marks_in_a_body_are_told_in_the_order_in_which_they_were_asked_for() -> None:
    assert responses.marks_in(b"beta alpha", (b"alpha", b"gamma", b"beta")) == ["alpha", "beta"]


@pytest.mark.parametrize("body", [b"[]", b"1", b"{", b"<html>", b""])
def test_what_is_no_object_is_an_empty_one_to_who_looks_for_signs(body: bytes) -> None:
    url = "https://status.example/"
    assert responses.try_row(Response(url=url, status=200, body=b'{"a": 1}')) == {"a": 1}
    assert responses.try_row(Response(url=url, status=200, body=body)) == {}
    assert responses.try_row(Response(url=url, status=404, body=b'{"a": 1}')) == {}


def test_each_entry_of_a_list_has_its_own_place() -> None:
    places = list(fields.with_places(["a", "b"], "incidents"))
    assert places == [("a", "incidents[0]"), ("b", "incidents[1]")]


def test_lists_are_there_only_where_each_key_has_one() -> None:
    assert fields.has_lists({"a": [], "b": [1]}, "a", "b")
    assert not fields.has_lists({"a": [], "b": {}}, "a", "b")
    assert not fields.has_lists({"a": []}, "a", "b")
