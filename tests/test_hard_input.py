"""Every platform over damaged answers of its own fixtures: it says what is there or refuses with
our error.

A platform that maps words to levels in one table calls it `VOCABULARY`; then no level may be told
whose word is not in the answers. Where levels come from elsewhere (seconds, ratios), the platform's
own tests say what they must come from.
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
from monitor.impacts import IMPACT_WORDS
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Impact, Level
from monitor.platforms import incidentio, statuspage
from tests.cases import all_cases, recording_of
from tests.damage import assert_sound, damaged_body
from tests.drive import answers_from, drive, responses_of
from tests.test_platforms import known_page

IMPACTS = {word: level for level, word in IMPACT_WORDS.items()}
TWO_TABLES = {
    "statuspage": statuspage.LEVELS | IMPACTS,
    "incidentio": {**incidentio.LEVELS, **IMPACTS},
}
"""Platforms with words for components and, where those are missing, words for incidents."""


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
    case = data.draw(st.sampled_from(whole_cases(name)))
    bodies = dict(bodies_of(case))
    url = data.draw(st.sampled_from(sorted(bodies)))
    bodies[url] = data.draw(damaged_body(bodies[url]))
    kind = data.draw(st.sampled_from(("application/json", "text/html; charset=utf-8", "")))
    recorded = answers_from(case)

    def answer(asked: str) -> Response:
        response = recorded(asked)
        body = bodies.get(unquote(asked))
        return (
            response
            if body is None
            else replace(response, body=body, headers={"content-type": kind})
        )

    page = known_page(case)
    told = read(name, page, answer)
    for piece in told:
        assert_sound(piece, page)
    assert_levels_are_in_the_answers(name, told, [*bodies.values(), (page.cursor or "").encode()])
    for signal in platforms.named(name).detect(answer(url)):
        assert signal.kind
        assert signal.why


@pytest.mark.parametrize("name", platforms.names())
def test_a_list_that_says_everything_twice_is_sound(name: str) -> None:
    """Every list of every answer of something going on: pages do repeat rows, and nothing may be
    kept twice."""
    (case,) = (case for case in whole_cases(name) if case.name == "ongoing")
    recorded, page = answers_from(case), known_page(case)
    for url, body in bodies_of(case).items():
        for doubled in _doubled(body):

            def answer(asked: str, url: str = url, doubled: bytes = doubled) -> Response:
                return (
                    replace(recorded(asked), body=doubled)
                    if unquote(asked) == url
                    else recorded(asked)
                )

            for piece in read(name, page, answer):
                assert_sound(piece, page)


def _doubled(body: bytes) -> Iterator[bytes]:
    """Yield a JSON answer with one of its lists doubled, each in turn."""
    with suppress(ValueError):
        for number in range(sum(1 for _ in lists_in(json.loads(body)))):
            told = json.loads(body)
            chosen = list(lists_in(told))[number]
            chosen.extend(chosen[:])
            yield json.dumps(told).encode()


def lists_in(value: Any) -> Iterator[list[Any]]:
    """Yield every list inside."""
    if isinstance(value, list):
        yield value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from lists_in(item)


def read(name: str, page: PageContext, answer: Any) -> list[Evidence]:
    """Return what a poll and a backfill say before they end or refuse."""
    told: list[Evidence] = []
    platform = platforms.named(name)
    for steps in (platform.poll(page), platform.backfill(page, page.now - timedelta(days=90))):
        with suppress(PageError):
            told += drive(steps, page, answer)
    return told


def assert_levels_are_in_the_answers(
    name: str, told: list[Evidence], bodies: Iterable[bytes]
) -> None:
    """Assert that every level worse than operational is meant by a word in some answer, or in what
    a poll handed on."""
    words: Mapping[str, Level] | None = getattr(
        platforms.named(name), "VOCABULARY", TWO_TABLES.get(name)
    )
    if words is None:
        return
    text = " ".join(body.decode(errors="replace") for body in bodies).casefold()
    meant = {level for word, level in words.items() if word.casefold() in text}
    assert bad_levels(told) <= meant


def bad_levels(told: list[Evidence]) -> set[Level]:
    found = {seen.level for piece in told for seen in piece.observed or ()}
    found |= {level_of(impact) for piece in told for impact in piece.impacts}
    return {level for level in found if level}


def level_of(impact: Impact) -> Level | None:
    """Return an impact's level; of an inferred one what its word stands for unless the user says
    otherwise."""
    return impact.level if impact.level is not None else IMPACTS.get(impact.word or "")


@pytest.mark.parametrize("name", platforms.names())
def test_a_platform_has_cases_that_can_be_damaged(name: str) -> None:
    assert whole_cases(name)
