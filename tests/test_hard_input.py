"""Every platform over damaged answers of its own fixtures: it says what is there or refuses with
our error.

No level may be told whose word is not in the answers (`tests/vocabulary.py`). Where levels come
from elsewhere (seconds, ratios), the platform's own tests say what they must come from.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import platforms
from monitor.errors import PageError
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level, level_word
from tests.cases import all_cases, case_of, expected_of, recording_of
from tests.damage import assert_sound, damaged_body, one_of, replaced_everywhere
from tests.drive import Answer, answers_from, drive, known_page, responses_of
from tests.vocabulary import bad_levels, meant_by

KINDS = ("application/json", "text/html; charset=utf-8", "")


@cache
def whole_cases(name: str) -> list[Path]:
    """Return the cases with an answer that has a body."""
    return [case for case in all_cases(name) if bodies_of(case)]


@cache
def bodies_of(case: Path) -> Mapping[str, bytes]:
    """Return the bodies that answer 200 in a recording, by URL without percent signs."""
    return {
        unquote(response.url): response.body
        for response in responses_of(recording_of(case))
        if response.status == 200 and response.body
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", platforms.names())
@given(data=st.data())
@settings(max_examples=40)
def test_damaged_answers_give_what_they_say_or_our_error(name: str, data: st.DataObject) -> None:
    read_damaged(name, data)


@pytest.mark.measure
@pytest.mark.parametrize("name", platforms.names())
@given(data=st.data())
@settings(max_examples=500)
def test_five_hundred_damaged_answers_give_what_they_say_or_our_error(
    name: str, data: st.DataObject
) -> None:
    read_damaged(name, data)


def read_damaged(name: str, data: st.DataObject) -> None:
    """Read a case of the platform with one of its answers damaged, and assert all that must
    hold."""
    case = one_of(data.draw, whole_cases(name))
    bodies = dict(bodies_of(case))
    url = one_of(data.draw, sorted(bodies))
    bodies[url] = data.draw(damaged_body(bodies[url]))
    kind = one_of(data.draw, KINDS)
    original = answers_from(case)

    def answer(address: str) -> Response:
        response, body = original(address), bodies.get(unquote(address))
        if body is None:
            return response
        return replace(response, body=body, headers={"content-type": kind})

    page = known_page(case)
    evidence = read(name, page, answer)
    assert_said(name, page, evidence, bodies.values())
    for signal in platforms.signals(name, answer(url)):
        assert signal.kind
        assert signal.why


@pytest.mark.parametrize("name", platforms.names())
def test_a_list_that_says_everything_twice_is_sound(name: str) -> None:
    """Every list of every answer of something going on: pages do repeat rows, and nothing may be
    kept twice."""
    (case,) = (case for case in whole_cases(name) if case.name == "ongoing")
    original, page = answers_from(case), known_page(case)
    for url, body in bodies_of(case).items():
        for doubled in _doubled(body):
            for piece in read(name, page, with_body(original, url, doubled)):
                assert_sound(piece, page)


def _doubled(body: bytes) -> Iterator[bytes]:
    """Yield a JSON answer with one of its lists doubled, each in turn."""
    with suppress(ValueError):
        for number in range(len(list(lists_in(json.loads(body))))):
            answer = json.loads(body)
            twice = list(lists_in(answer))[number]
            twice.extend(twice[:])
            yield json.dumps(answer).encode()


def lists_in(value: Any) -> Iterator[list[Any]]:
    """Yield every list inside."""
    if isinstance(value, list):
        yield value
        for item in value:
            yield from lists_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from lists_in(item)


def read(name: str, page: PageContext, answer: Any) -> list[Evidence]:
    """Return what a poll and a backfill say before they end or refuse."""
    evidence: list[Evidence] = []
    platform = platforms.named(name)
    for steps in (platform.poll(page), platform.backfill(page, page.now - timedelta(days=90))):
        with suppress(PageError):
            drive(steps, page, answer, told=evidence)
    return evidence


def assert_said(
    name: str, page: PageContext, evidence: list[Evidence], bodies: Iterable[bytes]
) -> None:
    """Assert what the model asks, and that every bad level is meant by a word in some answer, or in
    what a poll handed on."""
    for piece in evidence:
        assert_sound(piece, page)
    bad = bad_levels(evidence)
    assert not bad or bad <= meant_by(name, page, [*bodies, (page.cursor or "").encode()])


def smallest_case(name: str) -> Path:
    """Return the case of something going on with the least to read."""

    def size(case: Path) -> int:
        return sum(map(len, bodies_of(case).values()))

    expected = {case: expected_of(case)["poll"] for case in whole_cases(name)}
    bad = [case for case, poll in expected.items() if {*poll.get("levels", {}).values()} & BAD]
    return min(bad, key=size)


BAD = {level_word(level) for level in Level if level > Level.MAINTENANCE}


@pytest.mark.slow
@pytest.mark.parametrize("name", platforms.names())
def test_no_place_of_an_answer_is_trusted_to_hold_what_is_due_there(name: str) -> None:
    """Each place of each answer, of the smallest case with something bad, holds null, an empty
    list, an empty object, a list, a number and a text in turn."""
    case = smallest_case(name)
    page, original, bodies = known_page(case), answers_from(case), bodies_of(case)
    for url, body in bodies.items():
        for place, damaged in replaced_everywhere(body):
            answer = with_body(original, url, damaged)
            try:
                evidence = read(name, page, answer)
                assert_said(name, page, evidence, [*(bodies | {url: damaged}).values()])
                platforms.signals(name, answer(url))
            except Exception as error:
                raise AssertionError(f"{case_of(case)} {url} {place}") from error


def with_body(original: Answer, url: str, body: bytes) -> Answer:
    """Return what answers as original, but with this body at the URL."""

    def answer(address: str) -> Response:
        response = original(address)
        return replace(response, body=body) if unquote(address) == url else response

    return answer


@pytest.mark.parametrize("name", platforms.names())
def test_a_platform_has_cases_that_can_be_damaged(name: str) -> None:
    assert whole_cases(name)
