"""docs/how-days-are-made.md: the numbers and settings it names are the product's own."""

import re
from pathlib import Path

import pytest

from monitor import claims, clocks, config, day_range, standing
from monitor.collect import timing
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.model import Level

ROOT = Path(__file__).parents[1]
TEXT = " ".join((ROOT / "docs" / "how-days-are-made.md").read_text().split())


@pytest.mark.parametrize(
    "said",
    [
        f"in two polls, at least {claims.SEEN_WELL_INTERVALS} poll intervals apart",
        f"at least `min_coverage` of the day, {standing.DEFAULT_MIN_COVERAGE:.0%}".replace(
            "%", " %"
        ),
        f"more than {day_range.GAP_INTERVALS} poll intervals is a gap",
        f"The last {timing.REREAD_DAYS} days are read again",
        f"more than {clocks.TOLERANCE.seconds // 60} minutes later than now",
        f"{config.Settings(vendors=(), database_url='', source='').snapshot_days} days unless you set it",
    ],
)
def test_a_number_in_the_text_is_the_constant(said):
    assert said in TEXT


def test_the_impact_mapping_is_told_as_it_is():
    told = ", ".join(f"{word}: {level.title}" for word, level in DEFAULT_IMPACT_MAPPING.items())
    assert told in TEXT


def test_every_level_is_named():
    assert ", ".join(level.title for level in Level) in TEXT


def test_every_setting_it_names_is_one():
    line = TEXT.split("Other settings that can turn a day:")[1].split("See [configuration.md]")[0]
    named = {*re.findall(r"`(\w+)`", line), "overrides", "snapshots"}
    settings = config.TOP_KEYS.keys() | config.STORAGE_KEYS.keys() | config.VENDOR_KEYS.keys()
    assert len(named) >= 9
    assert sorted(named - settings) == []
    assert [
        name
        for name in sorted(named)
        if name not in (ROOT / "docs" / "configuration.md").read_text()
    ] == []


def test_the_modules_it_points_to_are_there():
    assert all((ROOT / name).exists() for name in re.findall(r"`(monitor/\w+(?:\.py|/))`", TEXT))


def test_the_readme_leads_to_it():
    assert "(docs/how-days-are-made.md)" in (ROOT / "README.md").read_text()
