"""The panel of 90-day bars as a picture, drawn from the answers of a Prometheus: a row a vendor, a
cell a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from grafana.generate.colours import LEVELS

CELL_WIDTH, CELL_HEIGHT = 0.82, 0.72
INK, PALE = "#1F2328", "#57606A"


def draw(rows: Sequence[tuple[str, Mapping[str, int], str]], path: Path) -> None:
    """Write a PNG. A row is a vendor's name, its level by day (ISO date) and words for the right
    side."""
    days = sorted({day for _, levels, _ in rows for day in levels})
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 10}):
        figure = Figure(
            figsize=(11, 1.6 + 0.42 * len(rows)), dpi=110, facecolor="white", layout="constrained"
        )
        axes = figure.add_subplot()
        for place, (name, levels, words) in enumerate(rows):
            _row(axes, len(rows) - 1 - place, [levels[day] for day in days])
            axes.text(-1, len(rows) - 1 - place, name, ha="right", va="center", color=INK)
            axes.text(len(days), len(rows) - 1 - place, words, ha="left", va="center", color=INK)
        _frame(axes, days, len(rows))
        _legend(axes, {level for _, levels, _ in rows for level in levels.values()})
        axes.set_title("90 days", loc="left", color=INK, fontweight="bold", pad=8)
        axes.text(
            len(days),
            len(rows) - 0.35,
            "outage days\nof known days",
            va="bottom",
            color=PALE,
            fontsize=8,
        )
        figure.savefig(path)


def _row(axes: Axes, height: int, levels: Sequence[int]) -> None:
    for place, level in enumerate(levels):
        corner = (place - CELL_WIDTH / 2, height - CELL_HEIGHT / 2)
        axes.add_patch(
            Rectangle(corner, CELL_WIDTH, CELL_HEIGHT, facecolor=LEVELS[level][1], linewidth=0)
        )
        if level >= 3:  # an outage is marked by shape as well: colour alone is not enough
            axes.plot(
                place,
                height,
                marker="x" if level > 3 else ".",
                color="white",
                markersize=4,
                markeredgewidth=1.2,
            )


def _frame(axes: Axes, days: Sequence[str], count: int) -> None:
    mondays = [place for place, day in enumerate(days) if date.fromisoformat(day).weekday() == 0]
    axes.set_xticks(
        mondays[::2],
        [f"{date.fromisoformat(days[place]):%d %b}" for place in mondays[::2]],
        color=PALE,
    )
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.set_ylim(-0.6, count - 0.4)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend(axes: Axes, present: set[int]) -> None:
    patches = [
        Patch(color=colour, label=word)
        for level, (word, colour) in LEVELS.items()
        if level in present
    ]
    axes.legend(
        handles=patches, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=len(patches), frameon=False,
        handlelength=1, handleheight=1, columnspacing=1.6, labelcolor=INK,
    )  # fmt: skip
