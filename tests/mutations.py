"""Answers as they should not be: JSON with something dropped, of another type, nested, huge, doubled or out of order.

`damaged(value)` is a hypothesis strategy for a JSON value; `bodies(value)` one for the bytes of a whole answer. `check`
says what must hold of whatever a platform makes of them.
"""

import copy
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from monitor.model import Basis, Evidence, Level

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "x" * 200_000,
            "\ud800",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-12-31T23:59:60Z",
            "2026-01-01",
            "253402300799",
            -62135596800,
            10**400,
            [],
            {},
            [[[[]]]],
            {"a": {"b": {"c": []}}},
        ]
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside."""
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


@st.composite
def damaged(draw: st.DrawFn, value: Any, most: int = 4) -> Any:
    """Return the value with up to `most` of its parts damaged."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, most))):
        paths = list(places(value))[1:]
        if not paths:
            return value
        *way, last = draw(st.sampled_from(paths))
        owner = value
        for key in way:
            owner = owner[key]
        _damage(draw, owner, last)
    return value


def _damage(draw: st.DrawFn, owner: Any, key: Any) -> None:
    how = draw(st.sampled_from(["drop", "replace", "nest", "double", "reorder", "swap"]))
    if how == "drop":
        del owner[key]
    elif how == "nest":
        owner[key] = draw(st.sampled_from([[owner[key]], {"value": owner[key]}]))
    elif how == "double" and isinstance(owner, list):
        owner.insert(0, copy.deepcopy(owner[key]))
    elif how == "reorder" and isinstance(owner, list):
        owner.reverse()
    elif how == "swap":
        other = draw(st.sampled_from(list(owner) if isinstance(owner, dict) else range(len(owner))))
        owner[key], owner[other] = owner[other], owner[key]
    else:
        owner[key] = copy.deepcopy(draw(ODD))  # or later damage would reach into the strategy


@st.composite
def bodies(draw: st.DrawFn, value: Any, encodings: tuple[str, ...] = ("utf-8",)) -> bytes:
    """Return the bytes of an answer: damaged JSON, or JSON with bytes cut off, changed or of another encoding."""
    text = json.dumps(draw(damaged(value)), ensure_ascii=draw(st.booleans()))
    body = text.encode(draw(st.sampled_from(encodings)), errors="surrogatepass")
    how = draw(st.sampled_from(["whole", "whole", "whole", "cut", "change"]))
    at = draw(st.integers(0, len(body)))
    if how == "cut":
        return body[:at]
    if how == "change":
        return body[:at] + draw(st.binary(min_size=1, max_size=3)) + body[at + 1 :]
    return body


def check(evidence: Iterable[Evidence], now: datetime, levels: Iterable[Level]) -> None:
    """Assert what holds of all evidence: its order in time, its ids, and no level but those the input can mean."""
    allowed = {*levels, None}
    for piece in evidence:
        assert piece.read_at == now
        for impact in piece.impacts:
            assert impact.start.tzinfo is UTC
            assert impact.start <= now
            assert impact.end is None or impact.start < impact.end <= now
            assert impact.level in allowed
            assert (impact.level is None) == (impact.basis is Basis.INFERRED)
        for cover in piece.coverage:
            assert cover.span.end <= now
        if piece.components is not None:
            ids = [component.id for component in piece.components]
            assert len(ids) == len(set(ids))
            assert all(ids)
            assert piece.observed is None or {each.component_id for each in piece.observed} == set(ids)
        for seen in piece.observed or ():
            assert seen.level in allowed
        assert len({incident.id for incident in piece.incidents}) == len(piece.incidents)
        for incident in piece.incidents:
            assert incident.resolved_at is None or incident.resolved_at >= incident.started_at
        # What cannot be written as UTF-8 no database takes.
        assert repr(piece).encode() is not None
        for word in (*piece.unknown_words, piece.mark or "", *(i.title + i.status + i.id for i in piece.incidents)):
            assert word.encode() is not None
