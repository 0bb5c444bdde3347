"""A captured page of a vendor that no platform is for."""

import json
from pathlib import Path

import pytest

from tests.corpus.captures import answer_of, readers
from tests.drive import recognised

pytestmark = pytest.mark.corpus

ALIBABA = "alibaba/alibaba-listhistoryevent-202608.json"


def test_alibaba_s_list_of_past_events_is_nobody_s(corpus: Path) -> None:
    """Four incidents, all over, told by their titles: their products and regions are null, so that
    even a platform made for them could not say what was affected.
    """
    told = json.loads((corpus / "captures" / ALIBABA).read_text())
    answer = answer_of(corpus, ALIBABA)

    assert [(row["products"], row["regions"]) for row in told["data"]] == [(None, None)] * 4
    assert recognised([answer("https://status.vendor.example/api/status/listHistoryEvent")]) == []
    assert recognised([answer("https://status.alibabacloud.com/api/status/listHistoryEvent")]) == []
    assert readers(corpus, ALIBABA) == set()


def test_what_a_platform_reads_has_a_reader(corpus: Path) -> None:
    """Else it would mean nothing that a capture has none."""
    assert readers(corpus, "apple/apple-system-status-20260731.json") == {"apple"}
    assert readers(corpus, "flashduty/deepseek-summary-active-202608.json") == {"flashduty"}
