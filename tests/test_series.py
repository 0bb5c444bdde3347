"""The counts of series in the documentation are those of the golden text."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORD = {"reported_uptime_ratio", "formula_uptime_ratio"}
"""What only a component has whose page publishes an uptime record."""

SECTION = (ROOT / "docs" / "metrics.md").read_text().partition("### How many series")[2]
COMPONENTS, SHOWN = 30, 3
"""Of each vendor in the table, and how many of them `degraded` shows."""


def component_series() -> dict[str, int]:
    """Return how many series of each family a component can have, those that last as long as an
    outage left out."""
    labels = defaultdict(set)
    for line in (ROOT / "tests" / "golden" / "metrics.txt").read_text().splitlines():
        found = re.match(
            r'vendorstatus_component_(\w+)\{vendor="[^"]*",component="[^"]*",?(.*)\}', line
        )
        if found:
            name, rest = found.groups()
            labels[name].add("" if name == "info" else rest)
    del labels["outage_since_timestamp_seconds"]
    return {name: len(each) for name, each in labels.items()}


def number(pattern: str) -> int:
    (text,) = re.findall(pattern, SECTION.partition("### Scraping")[0])
    return int(text.replace(",", ""))


def test_a_component_has_as_many_series_as_is_said() -> None:
    series = component_series()
    without = {name: count for name, count in series.items() if name not in RECORD}

    assert number(r"a component up to (\d+)") == sum(series.values())
    assert number(r"\((\d+) where the page publishes") == sum(without.values())
    assert number(r"and so ([\d,]+) series") == 10_000 * sum(series.values())


def test_the_table_of_series_adds_up() -> None:
    each, most = sum(component_series().values()), number(r"A vendor has up to (\d+) series")
    rows = re.findall(
        r"^\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", SECTION, re.MULTILINE
    )
    assert rows

    for row in rows:
        vendors, everything, degraded, none = (int(text.replace(",", "")) for text in row)
        assert none <= vendors * most
        assert everything == none + vendors * COMPONENTS * each
        assert degraded == none + vendors * SHOWN * each
