"""The dashboards as they are shipped, for the tests of them."""

from pathlib import Path

import pytest
import yaml
from panels import FOLDER, boards

ROOT = Path(__file__).parents[1]
BOARDS = boards()
EXCLUSIONS = yaml.safe_load((FOLDER / ".lint").read_text())["exclusions"]
each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


def urls(value):
    """Yield every address anywhere in a dashboard."""
    for key, inner in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else [])
    ):
        if key == "url" and isinstance(inner, str):
            yield inner
        else:
            yield from urls(inner)
