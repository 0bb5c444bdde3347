"""Remote write requests: what is in them, and what a refusal means."""

import struct
import sys

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import remote_write
from exporters.remote_write import batches, refusal
from exporters.series import Series
from monitor.errors import ConfigError

NOW = 2_000_000_000.0
URL = "http://receiver.example/api/v1/write"


# ----------------------------------------------------------------- a reader of its own, after the
# protobuf wire format


def fields(data: bytes):
    """Yield (number, value): bytes of messages and strings, floats of doubles, integers of
    varints."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            (value,), at = struct.unpack_from("<d", data, at), at + 8
        else:
            assert wire == 2
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        yield number, value


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def read(body: bytes) -> list[tuple[list[tuple[str, str]], list[tuple[int, float]]]]:
    """Return a request's series: labels in their order, and samples as (milliseconds, value)."""
    found = []
    for number, series in fields(bytes(cramjam.snappy.decompress_raw(body))):
        assert number == 1
        labels, samples = [], []
        for part, value in fields(series):
            told = dict(fields(value))
            if part == 1:
                labels.append((told.get(1, b"").decode(), told.get(2, b"").decode()))
            else:
                # The default of a field is not on the wire.
                samples.append((told.get(2, 0), told.get(1, 0.0)))
        found.append((labels, samples))
    return found


# --------------------------------------------------------------------------------------------------------
# the tests

texts = st.text(st.characters(codec="utf-8"), max_size=12)
point_lists = st.dictionaries(
    st.integers(1, 1_900_000_000), st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=20
).map(lambda points: sorted(points.items()))


@pytest.mark.slow
@given(st.lists(st.tuples(texts, point_lists), max_size=8), st.integers(1, 25))
def test_every_sample_is_in_one_request_and_no_request_is_too_large(wanted, size) -> None:
    series = [
        Series("vendor_info", (("vendor", f"v{number}"), ("name", name)), points)
        for number, (name, points) in enumerate(wanted)
    ]
    sent = list(batches(series, {"job": "x"}, now=NOW, samples=size))
    found: dict[str, list[tuple[int, float]]] = {}
    for batch in sent:
        told = read(batch.body)
        assert batch.samples == sum(len(samples) for _, samples in told) <= size
        for labels, samples in told:
            assert labels == sorted(labels)
            own = dict(labels)
            assert (own["__name__"], own["job"]) == ("vendorstatus_vendor_info", "x")
            assert own["name"] == wanted[int(own["vendor"][1:])][0]
            found.setdefault(own["vendor"], []).extend(samples)

    assert found == {
        f"v{number}": [(stamp * 1000, value) for stamp, value in points]
        for number, (_, points) in enumerate(wanted)
    }


def test_requests_are_filled_up() -> None:
    series = [
        Series("vendor_day_level", (("vendor", f"v{n}"),), [(1, 0), (2, 0), (3, 0)])
        for n in range(7)
    ]

    assert [batch.samples for batch in batches(series, {}, now=NOW, samples=9)] == [9, 9, 3]


def test_nothing_known_is_no_request() -> None:
    assert list(batches([], {}, now=NOW)) == []


def test_a_sample_in_the_future_is_refused() -> None:
    series = Series("vendor_day_level", (), [(1, 0), (300, 0)])

    with pytest.raises(ValueError, match="future"):
        list(batches([series], {}, now=299.0))


def test_half_a_surrogate_pair_takes_nothing_down() -> None:
    (batch,) = batches([Series("vendor_info", (("name", "Ac\ud83d"),), [(1, 1)])], {}, now=NOW)

    assert ("name", "Ac?") in read(batch.body)[0][0]


def test_missing_libraries_are_named_with_a_remedy(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cramjam", None)
    remote_write._libraries.cache_clear()
    series = Series("vendor_day_level", (), [(1, 0)])
    try:
        with pytest.raises(ConfigError, match=r"pip install '\.\[remote-write\]' in a checkout"):
            list(batches([series], {}, now=NOW))
    finally:
        remote_write._libraries.cache_clear()


@pytest.mark.parametrize("status", [200, 204])
def test_success_is_no_refusal(status) -> None:
    assert refusal(status, "", url=URL, days=91) is None


@pytest.mark.parametrize(
    ("status", "text", "remedy"),
    [
        (400, "out of bounds", "out_of_order_time_window: 91d"),
        (400, "too old sample", "out_of_order_time_window: 91d"),
        (400, "out of order sample", "import blocks with `monitor export openmetrics`"),
        (
            400,
            "send data to ingesters: err-mimir-sample-timestamp-too-old. the sample",
            "out_of_order_time_window",
        ),
        (409, "store locally: out of bounds", "out_of_order_time_window"),
        (404, "404 page not found", "--web.enable-remote-write-receiver"),
        (401, "", "--header"),
        (403, "no", "--header"),
        (413, "", "--batch"),
        (400, "label name too long", "correct what it says"),
    ],
)
def test_a_refusal_says_what_was_said_and_whose_move_it_is(status, text, remedy) -> None:
    message = str(refusal(status, text, url=URL, days=91))

    assert remedy in message
    assert f"status {status}" in message
    assert text in message
    assert URL in message


def test_a_redirect_names_the_place_it_leads_to() -> None:
    assert "https://elsewhere.example/" in str(
        refusal(301, "", url=URL, days=91, location="https://elsewhere.example/")
    )
