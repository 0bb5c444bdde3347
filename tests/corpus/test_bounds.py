"""Every page that was ever recorded is within the bounds that a page has unless you say
otherwise."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.bounds import Bounds, apply_bounds
from monitor.errors import PageError
from tests.corpus.captures import everything
from tests.drive import answers_from, context_of, drive, recognised

pytestmark = pytest.mark.corpus


def test_every_recorded_page_is_within_the_bounds(corpus: Path) -> None:
    told = 0
    for name, responses in everything(corpus):
        folder = corpus / "recordings" / name
        if not folder.is_dir():
            continue
        page = context_of(folder, regions=("*",))
        for platform in map(platforms.named, recognised(responses)):
            for steps in (
                platform.poll(page),
                platform.backfill(page, page.now - timedelta(days=90)),
            ):
                try:
                    evidence = drive(steps, page, answers_from(folder))
                except PageError:  # a page that was recorded because it cannot be read
                    continue
                for each in evidence:
                    assert (
                        apply_bounds(each, Bounds(), url=page.url).components == each.components
                    ), name
                    told += 1

    assert told > 20
