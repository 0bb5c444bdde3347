"""The real answer of Heroku of 24 October 2019: three yellow systems and one open incident, which
names no system.

Incident 1918 was created at 18:39:30.231 UTC. Its first post is green for dev and yellow for prod,
its second yellow for both, so its worth is yellow; on what it was the systems' own colours say.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level, Phase
from monitor.platforms import heroku
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "heroku/heroku-current-20191024-incident.json"


def test_three_systems_are_degraded_and_one_incident_is_open(corpus: Path) -> None:
    page = PageContext(
        url="https://status.heroku.com/", now=datetime(2019, 10, 24, 19, 0, tzinfo=UTC)
    )
    (piece,) = drive(heroku.poll(page), page, answer_of(corpus, CAPTURE))

    assert {seen.component_id: seen.level for seen in piece.observed or ()} == {
        "Apps": Level.DEGRADED,
        "Data": Level.DEGRADED,
        "Tools": Level.DEGRADED,
    }
    (incident,) = piece.incidents
    assert (incident.id, incident.phase, incident.status, incident.impact) == (
        "1918",
        Phase.OPEN,
        "open",
        "yellow",
    )
    assert incident.started_at == datetime(2019, 10, 24, 18, 39, 30, 231000, tzinfo=UTC)
    assert (incident.component_ids, piece.impacts, piece.unknown_words) == ((), (), ())
    assert piece.page is not None
    assert piece.page.remark is None


def test_only_its_own_answer_is_taken_for_it(corpus: Path) -> None:
    assert claimed(corpus, heroku) == {CAPTURE}
