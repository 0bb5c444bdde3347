"""Damaged answers for property tests, and what must hold of evidence whatever it was read from."""

import copy
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from hypothesis import strategies as st

from monitor.kit.protocol import PageContext
from monitor.model import Evidence, Level, Phase

Path = tuple[str | int, ...]
T = TypeVar("T")

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 3, 10**30, 1779278400, 253402300799000, "\ud800", "\x00", 1e300, float("nan"), float("inf"), "", "x", "operational", "wobbly", "x" * 20_000,
    "0001-01-01", "9999-12-31", "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-05-20T12:00:00", "2026-05-20T12:00:00Z", "1970-01-01T00:00:00.000Z", [], {}, [[[]]], [None], {"a": {"b": []}},
)  # fmt: skip


def paths(value: Any, here: Path = ()) -> Iterable[Path]:
    """Yield the place of everything in a JSON value."""
    if here:
        yield here
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*here, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from paths(item, (*here, number))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


_ANY = st.integers(0, 2**24 - 1)
"""One strategy for all choices: to make one takes longer than to draw of it. Of more than 24 bits
Hypothesis prefers small numbers."""


def number(draw: st.DrawFn, least: int, most: int) -> int:
    """Draw a number from the least to the most, both included and less than 2**24 apart."""
    return least + draw(_ANY) % (most - least + 1)


def one_of(draw: st.DrawFn, choices: Sequence[T]) -> T:
    """Draw one of the choices, of which there are some."""
    return choices[number(draw, 0, len(choices) - 1)]


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> Any:
    """Draw a copy of a JSON value with entries dropped, replaced, wrapped, doubled, put in reverse
    and swapped."""
    value = copy.deepcopy(whole)
    for _ in range(number(draw, 1, 4)):
        places = list(paths(value))
        if not places:
            return value
        place = one_of(draw, places)
        owner, key, item = at(value, place[:-1]), place[-1], at(value, place)
        how = one_of(draw, ("drop", "odd", "odd", "wrap", "double", "reverse", "borrow"))
        if how == "drop":
            del owner[key]
        elif how == "odd":
            owner[key] = copy.deepcopy(one_of(draw, ODD_VALUES))
        elif how == "wrap":
            owner[key] = one_of(draw, ([item], {"value": item}, [[item]]))
        elif how == "double" and isinstance(owner, list):
            owner.append(copy.deepcopy(item))
        elif how == "reverse" and isinstance(item, list):
            item.reverse()
        else:
            owner[key] = copy.deepcopy(at(value, one_of(draw, places)))
    return value


GZIP = b"\x1f\x8b"
INSTEAD: tuple[Any, ...] = (None, [], {}, ["x"], 7, "x")


def replaced_everywhere(body: bytes) -> Iterator[tuple[object, bytes]]:
    """Yield each place of an answer and the answer with something else there: of JSON any value,
    of HTML and feeds the texts and attributes."""
    if body.startswith(GZIP):
        for place, damaged in replaced_everywhere(gzip.decompress(body)):
            yield place, gzip.compress(damaged)
        return
    try:
        whole = json.loads(body)
    except ValueError:
        yield from _texts_replaced(body)
        return
    for place in list(paths(whole)):
        owner, key = at(whole, place[:-1]), place[-1]
        before = owner[key]
        for value in INSTEAD:
            owner[key] = value
            yield (place, value), json.dumps(whole).encode()
        owner[key] = before


TEXT = re.compile(rb">([^<>]+)<|=\"([^\"]*)\"")


def _texts_replaced(body: bytes) -> Iterator[tuple[object, bytes]]:
    for match in TEXT.finditer(body):
        start, end = match.span(match.lastindex or 0)
        for value in INSTEAD:
            text = b"" if value is None else json.dumps(value).strip('"').encode()
            yield (start, text), body[:start] + text + body[end:]


def to_bytes(value: Any) -> bytes:
    """Return the value as a server would send it; what is no valid JSON (NaN, half characters) goes
    out all the same."""
    return json.dumps(value).encode()


@st.composite
def damaged_bytes(draw: st.DrawFn, whole: Any, encodings: Sequence[str] = ("utf-8",)) -> bytes:
    """Draw an answer's bytes: a damaged value, at times cut short or with bytes that are no
    text."""
    body = json.dumps(draw(damaged(whole))).encode(one_of(draw, encodings))
    place = number(draw, 0, len(body))
    how = one_of(draw, ("whole", "whole", "whole", "cut", "bytes"))
    if how == "cut":
        return body[:place]
    return body if how == "whole" else body[:place] + b"\xff\xc3\x28" + body[place:]


@st.composite
def damaged_body(draw: st.DrawFn, body: bytes) -> bytes:
    """Draw a damaged answer: of JSON mostly damaged JSON, else (and of HTML and feeds) the text
    cut, doubled, changed."""
    try:
        whole = json.loads(body)
    except ValueError:
        whole = None
    if whole is not None and number(draw, 0, 3):
        return draw(damaged_bytes(whole))
    return draw(damaged_text(body))


PUT = (
    b"\xff\xfe",
    b"\x00",
    b"\xc3",
    b"}",
    b"]",
    b'"',
    b"<",
    b">",
    b"&",
    b"\\ud800",
    b"NaN",
    b"</",
    b"null",
    b"9999-12-31",
)


@st.composite
def damaged_text(draw: st.DrawFn, body: bytes) -> bytes:
    """Draw the bytes cut off, or with some of them replaced, removed or doubled, often so that they
    are not UTF-8."""
    for _ in range(number(draw, 1, 3)):
        at = number(draw, 0, max(0, len(body) - 1))
        upto = min(len(body), at + number(draw, 0, 400))
        how = one_of(draw, ("cut", "replace", "remove", "double"))
        body = {
            "cut": body[:at],
            "replace": body[:at] + one_of(draw, PUT) + body[upto:],
            "remove": body[:at] + body[upto:],
            "double": body[:upto] + body[at:],
        }[how]
    return body


def assert_all_sound(
    pieces: Iterable[Evidence], page: PageContext, levels: Iterable[Level]
) -> None:
    """Assert what the model asks of each piece, and that none speaks of a level but these."""
    for piece in pieces:
        assert_sound(piece, page)
        assert levels_of(piece) <= {*levels}


def assert_sound(evidence: Evidence, page: PageContext) -> None:
    """Assert what the model asks of evidence."""
    assert evidence.read_at == page.now
    assert not re.search("[\x00\ud800-\udfff]", texts_of(evidence)), (
        "no database takes half characters and NUL"
    )
    over = {incident.id for incident in evidence.incidents if incident.phase is Phase.CLOSED}
    for impact in evidence.impacts:
        assert isinstance(impact.component_id, str)
        assert impact.start <= page.now
        assert impact.end is None or impact.start < impact.end
        assert impact.end is None or impact.end <= page.now or impact.incident_id in over
    for incident in evidence.incidents:
        assert isinstance(incident.started_at, datetime)
        assert incident.resolved_at is None or incident.resolved_at >= incident.started_at
    ids = {incident.id for incident in evidence.incidents}
    assert len({(each.incident_id, each.key) for each in evidence.updates}) == len(evidence.updates)
    assert all(
        each.incident_id in ids and each.at.utcoffset() is not None for each in evidence.updates
    )
    for bar in evidence.bars:
        assert isinstance(bar.day, date)
        assert 0 <= bar.partial_seconds + bar.major_seconds <= 90_000
    assert len({(bar.component_id, bar.day) for bar in evidence.bars}) == len(evidence.bars)
    assert all(cover.span.end <= page.now for cover in evidence.coverage)
    assert all(0 <= each.ratio <= 1 for each in evidence.reported)
    assert len(ids) == len(evidence.incidents)
    if evidence.components is not None:
        ids = [component.id for component in evidence.components]
        assert len(set(ids)) == len(ids)
        assert all(component.name for component in evidence.components)
        if evidence.observed is not None:
            assert sorted(one.component_id for one in evidence.observed) == sorted(ids)


def texts_of(evidence: Evidence) -> str:
    """Return the texts of evidence, as they would be written."""
    texts = [*evidence.unknown_words, evidence.cursor or ""]
    for incident in evidence.incidents:
        texts += [incident.id, incident.title, incident.status, incident.impact]
        texts += incident.component_ids
    for update in evidence.updates:
        texts += [update.incident_id, update.key]
        texts += [state.component_id for state in update.states]
    for component in evidence.components or ():
        texts += [component.id, component.name, component.group or "", component.region or ""]
    return "".join(texts)


def levels_of(evidence: Evidence) -> set[Level]:
    """Return every level the evidence speaks of."""
    levels = {impact.level for impact in evidence.impacts}
    levels |= {one.level for one in evidence.observed or ()}
    for update in evidence.updates:
        for state in update.states:
            levels |= {state.level, state.before}
    for bar in evidence.bars:
        if bar.major_seconds:
            levels.add(Level.MAJOR_OUTAGE)
        if bar.partial_seconds:
            levels.add(Level.PARTIAL_OUTAGE)
    return {level for level in levels if level is not None}
