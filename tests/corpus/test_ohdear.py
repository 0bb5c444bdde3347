"""A real captured Oh Dear document, with the levels read off it by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import ohdear
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "ohdear/php-net-json-20241126.json"


def test_php_net_has_eight_sites_and_all_are_up(corpus: Path) -> None:
    """Two days before, php.net and downloads.php.net "appear to be down" at 06:19 UTC, and only
    php.net "has recovered" at 17:59: texts, from which nothing is concluded.
    """
    page = PageContext(url="https://status.php.net/", now=datetime(2024, 11, 26, 12, 0, tzinfo=UTC))
    (piece,) = drive(ohdear.poll(page), page, answer_of(corpus, CAPTURE))

    assert [component.name for component in piece.components or ()] == [
        "php.net", "pecl.php.net", "bugs.php.net", "museum.php.net", "wiki.php.net", "people.php.net",
        "news-web.php.net", "downloads.php.net",
    ]  # fmt: skip
    assert {seen.level for seen in piece.observed or ()} == {Level.OPERATIONAL}
    assert piece.page is not None
    assert (piece.page.name, piece.page.zone, piece.page.indicator) == (
        "PHP.net Status",
        "UTC",
        "up",
    )
    assert (piece.incidents, piece.impacts, piece.coverage) == ((), (), ())


def test_it_claims_its_own_capture_alone(corpus: Path) -> None:
    assert claimed(corpus, ohdear) == {CAPTURE}
