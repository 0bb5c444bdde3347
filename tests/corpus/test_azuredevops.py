"""A real answer of Azure DevOps, taken on 1 August 2026: seven services in eight geographies, all
of them healthy.

`lastUpdated` is 24 July, a week before.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import azuredevops
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "azure-devops/azure-devops-health-20260801.json"


@pytest.mark.parametrize(("regions", "count"), [((), 56), (("EU", "Brazil"), 14)])
def test_every_service_is_well_everywhere(
    corpus: Path, regions: tuple[str, ...], count: int
) -> None:
    now = datetime(2026, 8, 1, tzinfo=UTC)
    page = PageContext(url="https://status.dev.azure.com/", now=now, regions=regions)
    (piece,) = drive(azuredevops.poll(page), page, answer_of(corpus, CAPTURE))

    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL] * count
    assert {component.name for component in piece.components or ()} == azuredevops.SERVICES
    assert piece.page is not None
    assert piece.page.remark is None
    assert piece.unknown_words == ()


def test_only_its_own_answer_is_taken_for_it(corpus: Path) -> None:
    assert claimed(corpus, azuredevops) == {CAPTURE}
