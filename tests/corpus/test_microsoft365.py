"""Real posts of Microsoft's cloud status page, taken on 1 August 2026.

Ten consumer services, all of them Operational; the post on the Microsoft 365 admin center,
Available since it was written on 23 July, its message boilerplate. The post on Azure has the same
shape and is of another product; nothing but its host says whose it is. That on the Power Platform
is known from descriptions only and has the shape of the others.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import PageContext, Response
from monitor.model import Level
from monitor.platforms import microsoft365
from tests.corpus.captures import answer_of, claimed, readers
from tests.drive import drive, recognised

pytestmark = pytest.mark.corpus

SERVICES, CENTRE = (
    "microsoft/m365-posts-consumer-20260801.json",
    "microsoft/m365-posts-mac-20260801.json",
)
AZURE, RETIRED = (
    "microsoft/azure-posts-20260801.json",
    "microsoft/m365-portal-servicestatus-20260730-retired.json",
)
PAGE = PageContext(
    url="https://status.cloud.microsoft/", now=datetime(2026, 8, 1, 0, 38, tzinfo=UTC)
)


def test_ten_services_and_two_centres_are_well(corpus: Path) -> None:
    def answer(url: str) -> Response:
        return answer_of(corpus, SERVICES if url.endswith("m365Consumer") else CENTRE)(url)

    (piece,) = drive(microsoft365.poll(PAGE), PAGE, answer)

    assert [seen.level for seen in piece.observed or ()] == [Level.OPERATIONAL] * 12
    names = {component.id: component.name for component in piece.components or ()}
    assert (names["YourPhone"], names["TeamsforLife"]) == ("Phone Link", "Microsoft Teams Free")
    assert piece.page is not None
    assert piece.page.remark is None
    assert piece.unknown_words == ()


def test_only_its_own_posts_are_taken_for_it(corpus: Path) -> None:
    assert claimed(corpus, microsoft365) == {SERVICES, CENTRE}


def test_the_post_on_azure_is_never_asked_for(corpus: Path) -> None:
    """It says "Available" and no name, beside the others; Azure has a page of its own."""
    bodies = {"azure": AZURE, "m365Consumer": SERVICES, "mac": CENTRE, "ppac": CENTRE}
    asked: list[str] = []

    (piece,) = drive(
        microsoft365.poll(PAGE),
        PAGE,
        lambda url: answer_of(corpus, bodies[url.rpartition("/")[2]])(url),
        asked=asked,
    )

    assert {url.removeprefix(PAGE.url) for url in asked} == {
        "api/posts/m365Consumer", "api/posts/mac", "api/posts/ppac",
    }  # fmt: skip
    assert not any("azure" in component.id.lower() for component in piece.components or ())


def test_the_post_on_azure_proves_the_page_on_its_own_host_and_is_no_list_of_services(
    corpus: Path,
) -> None:
    elsewhere = answer_of(corpus, AZURE)("https://status.vendor.example/api/posts/azure")

    assert recognised([elsewhere]) == []
    assert recognised(
        [answer_of(corpus, AZURE)("https://status.cloud.microsoft/api/posts/azure")]
    ) == ["microsoft365"]
    with pytest.raises(UnexpectedShape):
        drive(microsoft365.poll(PAGE), PAGE, answer_of(corpus, AZURE))


def test_the_retired_portal_s_answer_is_nobody_s_though_it_had_the_same_ten_services(
    corpus: Path,
) -> None:
    """All ten were up there two days before, under the ids the posts have now. Its address answers
    no more."""
    told = json.loads((corpus / "captures" / RETIRED).read_text())
    (piece,) = drive(
        microsoft365.poll(PAGE),
        PAGE,
        lambda url: answer_of(corpus, SERVICES if "m365" in url else CENTRE)(url),
    )

    assert (
        recognised(
            [answer_of(corpus, RETIRED)("https://portal.office.com/api/servicestatus/index")]
        )
        == []
    )
    assert readers(corpus, RETIRED) == set()
    assert {service["Id"] for service in told["Services"]} == {
        c.id for c in piece.components or ()
    } - {"mac", "ppac"}
