"""Every platform over its `quiet` case with the answers broken: by a bot challenge, cut off, empty,
HTML in their place. Nothing read must not look like nothing happened.

In `quiet/expected.json` stand, beside what any case has:
    broken  by kind, what differs from being recognised by nothing and from the kind's own error:
            detect, poll, backfill, and a context of its own
    needs   the addresses without which there is no poll, and no backfill; every answer if absent
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor import platforms
from monitor.errors import PageError
from monitor.kit.protocol import PageContext, Steps
from monitor.model import Coverage, Evidence
from tests.cases import BROKEN, FIXTURES, Recording, broken, expected_of, recording_of
from tests.damage import assert_sound
from tests.drive import answering, context, drive, recognised, responses_of
from tests.test_platforms import each_platform

OWN_ERROR = {
    "empty-body": "EmptyBody",
    "truncated-body": "Truncated",
    "html-instead-of-json": "NotJson",
}
INSTEAD = {"UnexpectedShape", "BadStatus", "NotJson"}
"""What may be raised instead for one broken answer: HTML cut off is only found to lack something,
and some platforms ask elsewhere then, where nothing answers."""

each_kind = pytest.mark.parametrize("how", BROKEN)
TASKS = ("poll", "backfill")


def quiet(name: str) -> Path:
    return FIXTURES / name / "quiet"


def own_error(how: str) -> str:
    return OWN_ERROR.get(how, "BotChallenge")


def steps(name: str, task: str, page: PageContext) -> Steps:
    platform = platforms.named(name)
    if task == "poll":
        return platform.poll(page)
    return platform.backfill(page, page.now - timedelta(days=90))


@each_platform
@each_kind
def test_a_page_whose_every_answer_is_broken_is_a_failed_page(name: str, how: str) -> None:
    recording = broken(recording_of(quiet(name)), how)
    known = expected_of(quiet(name))
    expected = {"detect": None, "poll": own_error(how), "backfill": own_error(how)}
    expected |= known.get("broken", {}).get(how, {})
    page = context(quiet(name), expected.get("context", known.get("context", {})))

    proof = [expected["detect"]] if expected["detect"] else []
    assert recognised(responses_of(recording)) == proof
    for task in TASKS:
        with pytest.raises(PageError) as caught:
            drive(steps(name, task, page), page, answering(recording))
        assert type(caught.value).__name__ == expected[task]
        assert caught.value.url


def one_broken(name: str) -> Iterator[tuple[str, str, Recording]]:
    """Yield the case with one answer broken: how, whose and the recording."""
    recording = recording_of(quiet(name))
    for how in BROKEN:
        for entry in recording.responses:
            yield how, entry["url"], broken(recording, how, entry["url"])


@each_platform
@pytest.mark.parametrize("task", TASKS)
def test_one_broken_answer_fails_what_needs_it_and_adds_nothing(name: str, task: str) -> None:
    page = context(quiet(name), expected_of(quiet(name)).get("context", {}))
    needs = needed(name, task)
    whole = said(name, task, page)
    for how, url, recording in one_broken(name):
        evidence: list[Evidence] = []
        error = failure(steps(name, task, page), page, recording, evidence)
        if url in needs:
            assert error in INSTEAD | {own_error(how)}, (how, url)
        for piece in evidence:
            assert_sound(piece, page)
        assert facts(evidence) <= whole, (how, url)


def failure(
    reading: Steps, page: PageContext, recording: Recording, evidence: list[Evidence]
) -> str | None:
    """Return the name of the error that a reading ends with, and add what it said before."""
    try:
        drive(reading, page, answering(recording), told=evidence)
    except PageError as error:
        return type(error).__name__
    return None


def needed(name: str, task: str) -> set[str]:
    urls = {entry["url"] for entry in recording_of(quiet(name)).responses}
    needs: dict[str, list[str]] = expected_of(quiet(name)).get("needs", {})
    assert {*needs.get(task, ())} <= urls
    return {*needs.get(task, urls)}


@cache
def said(name: str, task: str, page: PageContext) -> set[Any]:
    """Return what the unbroken answers say."""
    return facts(drive(steps(name, task, page), page, answering(recording_of(quiet(name)))))


def facts(evidence: list[Evidence]) -> set[Any]:
    """Return the levels, impacts, bars, spans covered and openings that evidence claims."""
    claims: set[Any] = set()
    for piece in evidence:
        for one in piece.observed or ():
            if one.level is not None:
                claims.add((one.component_id, one.level))
        claims |= {*piece.impacts, *piece.bars}
        claims |= {spoken(cover) for cover in piece.coverage}
        claims |= {(incident.id, incident.phase) for incident in piece.incidents}
        claims |= {*piece.withdrawn}
    return claims


def spoken(cover: Coverage) -> tuple[Any, ...]:
    return (cover.component_id, cover.aspect, cover.span)
