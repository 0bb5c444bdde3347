"""Real posts of Microsoft's cloud status page, taken on 1 August 2026.

Ten consumer services, all of them Operational; the post on the Microsoft 365 admin center, Available since it was written
on 23 July, its message boilerplate. The post on Azure has the same shape and is of another product; nothing but its host
says whose it is. That on the Power Platform is known from descriptions only and has the shape of the others.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Level
from monitor.platforms import microsoft365
from monitor.protocol import PageContext, Response
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

SERVICES, CENTRE = "microsoft/m365-posts-consumer-20260801.json", "microsoft/m365-posts-mac-20260801.json"


def test_ten_services_and_two_centres_are_well(corpus: Path) -> None:
    page = PageContext(url="https://status.cloud.microsoft/", now=datetime(2026, 8, 1, 0, 38, tzinfo=UTC))

    def answer(url: str) -> Response:
        return answer_of(corpus, SERVICES if url.endswith("m365Consumer") else CENTRE)(url)

    (piece,) = drive(microsoft365.poll(page), page, answer)

    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL] * 12
    names = {component.id: component.name for component in piece.components or ()}
    assert (names["YourPhone"], names["TeamsforLife"]) == ("Phone Link", "Microsoft Teams Free")
    assert piece.page is not None
    assert piece.page.remark is None
    assert piece.unknown_words == ()


def test_only_its_own_posts_are_taken_for_it(corpus: Path) -> None:
    assert claimed(corpus, microsoft365) == {SERVICES, CENTRE}
