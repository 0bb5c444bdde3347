"""The 90-day bars drawn from a Prometheus's answers, for a person to look at: `make bars` keeps a
copy in docs."""

import os
from pathlib import Path

import pytest
from asking import answer, bars_by_label, one, shown
from matplotlib.image import imread
from panels import boards, resolved
from picture import draw

from grafana.generate.colours import LEVELS

pytestmark = [pytest.mark.integration, pytest.mark.hours]


def test_the_bars_can_be_looked_at(prometheus_of_world, world, tmp_path):
    board, asked = boards()["vendorstatus-vendors"], prometheus_of_world
    values = resolved(board, asked, shown(asked))
    bars = bars_by_label(asked, one(board, "Day by day", "A"), "vendor", values)
    outage, known = (
        {each["metric"]["vendor"]: int(each["values"][0][1]) for each in answer(asked, one(board, "Ranking", ref), values, shown(asked))}
        for ref in "BA"
    )  # fmt: skip
    worst_first = sorted(bars, key=lambda slug: -outage[slug])
    rows = [
        (world.vendors[slug].name, bars[slug], f"{outage[slug]} of {known[slug]} days")
        for slug in worst_first
    ]
    path = Path(os.environ.get("VENDORSTATUS_BARS") or tmp_path / "bars.png")

    draw(rows, path)

    assert seen_colours(path) >= {
        LEVELS[level][1] for days in bars.values() for level in days.values()
    }


def seen_colours(path):
    """Return the colours that fill at least a hundred pixels."""
    pixels = (imread(path)[:, :, :3] * 255).round().astype(int).reshape(-1, 3)
    counts = {}
    for pixel in map(tuple, pixels.tolist()):
        counts[pixel] = counts.get(pixel, 0) + 1
    return {"#{:02X}{:02X}{:02X}".format(*pixel) for pixel, count in counts.items() if count > 100}
