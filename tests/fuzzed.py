"""Damaged answers for property-based tests: a JSON value with a few things changed, and bytes with a few bytes changed."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from monitor.model import Evidence, Phase
from monitor.protocol import PageContext

DATES = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-12:00",
    "2026-02-30T00:00:00Z",
    "2026-05-20T12:00:00",
    "2026-01-01",
    "2026-12-31T23:59:60Z",
    "Fri Dec 31 9999 23:59:59 GMT-1200 (Somewhere)",
)
JUNK = (
    None, True, False, 0, -1, 1e308, float("nan"), float("inf"), 10**30, "", " ", "\ud800", "\x00", "x" * 70_000,
    [], {}, [[[[]]]], {"id": {}}, "operational", "OPERATIONAL", "major_outage", "unheard-of",
)  # fmt: skip


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container inside with each of its keys."""
    if isinstance(value, dict | list):
        for key, item in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
            yield value, key
            yield from _places(item)


@st.composite
def damaged(draw: st.DrawFn, value: Any) -> Any:
    """A copy of the JSON value with one to four things wrong with it."""
    value = {"": copy.deepcopy(value)}
    for _ in range(draw(st.integers(1, 4))):
        owner, key = draw(st.sampled_from(list(_places(value))))
        how = draw(st.sampled_from(("drop", "junk", "date", "wrap", "repeat", "turn", "swap")))
        item = owner[key]
        if how == "drop" and owner is not value:
            del owner[key]
        elif how == "junk":
            owner[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        elif how == "date":
            owner[key] = draw(st.sampled_from(DATES))
        elif how == "wrap":
            owner[key] = draw(st.sampled_from(([item], {"default": item}, {"": [item]})))
        elif how == "repeat" and isinstance(item, list):
            owner[key] = [*item, *copy.deepcopy(item)]
        elif how == "turn" and isinstance(item, list):
            owner[key] = item[::-1]
        elif how == "swap":
            other, place = draw(st.sampled_from(list(_places(value))))
            owner[key] = copy.deepcopy(other[place])
    return value[""]


@st.composite
def damaged_bytes(draw: st.DrawFn, body: bytes) -> bytes:
    """The bytes cut off, or with some of them replaced, removed or doubled, often so that they are not UTF-8."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(body) - 1)))
        upto = min(len(body), at + draw(st.integers(0, 40)))
        how = draw(st.sampled_from(("cut", "replace", "remove", "double")))
        put = draw(st.sampled_from((b"\xff\xfe", b"\x00", b"\xc3", b"}", b"]", b'"', b"<", b"\\ud800", b"NaN")))
        body = {
            "cut": body[:at],
            "replace": body[:at] + put + body[upto:],
            "remove": body[:at] + body[upto:],
            "double": body[:upto] + body[at:],
        }[how]
    return body


def to_bytes(value: Any) -> bytes:
    """The value as a server would send it; what is no valid JSON (NaN, lone surrogates) goes out all the same."""
    return json.dumps(value).encode()


def check(evidence: list[Evidence], page: PageContext) -> None:
    """Assert what holds for everything a platform may say."""
    for piece in evidence:
        assert piece.read_at == page.now
        ids = [component.id for component in piece.components or ()]
        assert all(isinstance(each, str) and each for each in ids)
        assert len(ids) == len(set(ids))
        seen = [each.component_id for each in piece.observed or ()]
        assert len(seen) == len(set(seen))
        if piece.components is not None and piece.observed is not None:
            assert set(seen) <= set(ids)
        for impact in piece.impacts:
            assert impact.start <= page.now
            assert impact.end is None or impact.start < impact.end <= page.now
        for incident in piece.incidents:
            assert isinstance(incident.id, str)
            assert isinstance(incident.title, str)
            assert (incident.resolved_at is not None) == (incident.phase is Phase.CLOSED)
            assert incident.resolved_at is None or incident.resolved_at >= incident.started_at
        assert all(cover.span.end <= page.now for cover in piece.coverage)
        assert all(0 <= each.ratio <= 1 for each in piece.reported)
        assert all(isinstance(word, str) for word in piece.unknown_words)
