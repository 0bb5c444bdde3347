"""Meta's real list of organisations of 2026-07-31, and what a person reads off it.

Seventeen organisations with 51 services between them, each with "No known issues": all are well,
and no feed is asked for.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Level
from monitor.platforms import meta
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "metastatus/meta-orgs-20260731.json"
PAGE = PageContext(url="https://metastatus.com/", now=datetime(2026, 7, 31, 12, 0, tzinfo=UTC))


def test_all_services_of_all_organisations_are_well(corpus: Path) -> None:
    asked: list[str] = []
    (piece,) = drive(meta.poll(PAGE), PAGE, answer_of(corpus, CAPTURE), asked=asked)

    assert len({each.group for each in piece.components or ()}) == 17
    assert len(piece.observed or ()) == 51
    assert {each.level for each in piece.observed or ()} == {Level.OPERATIONAL}
    assert piece.unknown_words == ()
    assert asked == [meta.ORGANISATIONS]


def test_whatsapps_platform_has_eight_services(corpus: Path) -> None:
    page = PageContext(url=f"{PAGE.url}whatsapp-business-api/", now=PAGE.now)
    (piece,) = drive(meta.poll(page), page, answer_of(corpus, CAPTURE))

    assert [each.name for each in piece.components or ()] == [
        "Cloud API",
        "Cloud API - Calling",
        "WhatsApp Business Account Management",
        "Embedded Signup",
        "WhatsApp Flows",
        "Marketing Messages API for WhatsApp",
        "Coexistence - Messaging",
        "Coexistence - Onboarding",
    ]


def test_the_capture_is_claimed_and_no_other(corpus: Path) -> None:
    assert claimed(corpus, meta) == {CAPTURE}
