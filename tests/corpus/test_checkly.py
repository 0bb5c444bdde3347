"""Mistral's real answers, when Checkly hosted its page, and what a person reads off them.

- `uptime`, 2026-09-04, cut to two days by who kept it: 12 services under "API" and 5 under
  "Services". 14 incidents, each at one service and all resolved: 6 at Chat Completions (the first
  from 01:38:48.827 for 393 s), 3 at Conversations, 2 at Audio, 1 each at Integrations, Skills and
  Vibe. All are MEDIUM but Vibe's, which is MAJOR: 5324 s from 12:55:31.371 on 3 September. Nothing
  is known before that day. The page says 99.481 % of Chat Completions.
- `unresolved-incidents`, 2026-07-27: one incident at the Audio API, MEDIUM, which began at
  14:32:53.607.
"""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext, Response
from monitor.model import Level, Phase
from monitor.platforms import checkly
from tests.corpus.captures import claimed
from tests.drive import Answer, drive

pytestmark = pytest.mark.corpus

UPTIME, UNRESOLVED = (
    "mistral-uptime-20260904-trimmed.json",
    "mistral-unresolved-20260727-medium.json",
)


def page(*parts: int) -> PageContext:
    return PageContext(
        url="https://status.mistral.ai/",
        now=datetime(2026, *parts, tzinfo=UTC),
        cursor="mistral-ai",
    )


def answering(corpus: Path, *, unresolved: bool = False) -> Answer:
    folder = corpus / "captures" / "checkly"
    going = (
        (folder / UNRESOLVED).read_bytes() if unresolved else json.dumps({"incidents": []}).encode()
    )
    bodies = {
        "uptime": (folder / UPTIME).read_bytes(),
        "unresolved-incidents": going,
        "maintenance-windows": b"{}",
    }
    return lambda url: Response(url=url, status=200, body=bodies[url.rpartition("/")[2]])


def test_mistral_is_well_on_4_september_after_14_incidents_in_two_days(corpus: Path) -> None:
    at = page(9, 4, 12)
    (live,) = drive(checkly.poll(at), at, answering(corpus))
    told, gap = drive(checkly.backfill(at, at.now - timedelta(days=90)), at, answering(corpus))
    names = {component.id: component.name for component in told.components or ()}

    assert Counter(component.group for component in told.components or ()) == {
        "API": 12,
        "Services": 5,
    }
    assert {each.level for each in live.observed or ()} == {Level.OPERATIONAL}
    assert Counter(names[impact.component_id] for impact in told.impacts) == {
        "Chat Completions API": 6, "Conversations API": 3, "Audio API": 2, "Integrations API": 1, "Skills API": 1,
        "Vibe": 1,
    }  # fmt: skip
    assert [
        (names[i.component_id], i.start, i.end) for i in told.impacts if i.word == "critical"
    ] == [
        (
            "Vibe",
            datetime(2026, 9, 3, 12, 55, 31, 371000, UTC),
            datetime(2026, 9, 3, 14, 24, 15, 371000, UTC),
        )
    ]
    assert Counter(impact.word for impact in told.impacts) == {"major": 13, "critical": 1}
    first = min(
        impact
        for impact in (
            i.start for i in told.impacts if names[i.component_id] == "Chat Completions API"
        )
    )
    assert first == datetime(2026, 9, 3, 1, 38, 48, 827000, UTC)
    assert [cover.span.start for cover in told.coverage] == [datetime(2026, 9, 3, tzinfo=UTC)]
    assert [each.what for each in gap.gaps] == ["impacts 2026-06-06..2026-09-02"]
    assert {names[each.component_id]: each.ratio for each in told.reported if each.component_id}[
        "Chat Completions API"
    ] == pytest.approx(0.99481)
    assert told.unknown_words == live.unknown_words == ()


def test_on_27_july_the_audio_api_has_a_partial_outage(corpus: Path) -> None:
    at = page(7, 27, 14, 40)
    (live,) = drive(checkly.poll(at), at, answering(corpus, unresolved=True))
    names = {component.id: component.name for component in live.components or ()}

    assert {names[each.component_id]: each.level for each in live.observed or () if each.level} == {
        "Audio API": Level.PARTIAL_OUTAGE
    }
    (incident,) = (each for each in live.incidents if each.started_at <= at.now)
    assert (incident.title, incident.phase, incident.impact) == (
        "Audio API Degraded",
        Phase.OPEN,
        "MEDIUM",
    )
    assert incident.started_at == datetime(2026, 7, 27, 14, 32, 53, 607000, UTC)


def test_its_signs_are_on_its_own_answers_only(corpus: Path) -> None:
    assert claimed(corpus, checkly) == {f"checkly/{UPTIME}", f"checkly/{UNRESOLVED}"}
