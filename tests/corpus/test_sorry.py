"""iorad's real summary: the only answer of a Sorry page that we have. It shows both signs; the rest
stays unverified."""

from pathlib import Path

import pytest

from monitor.platforms import sorry
from tests.corpus.captures import claimed

pytestmark = pytest.mark.corpus


def test_exactly_iorads_summary_is_claimed(corpus: Path) -> None:
    assert claimed(corpus, sorry) == {"sorry/iorad-status-20260731.json"}
