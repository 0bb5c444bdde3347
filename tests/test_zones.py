"""The names that pages give to time zones."""

import pytest

from monitor.intervals import zone_named
from monitor.kit.zones import RAILS_ZONES, iana_zone


def test_every_zone_of_rails_is_a_zone_of_iana() -> None:
    assert len(RAILS_ZONES) > 150
    assert all(zone_named(name).key == name for name in RAILS_ZONES.values())


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("Hong Kong", "Asia/Hong_Kong"),
        ("UTC", "Etc/UTC"),
        ("Europe/Vienna", "Europe/Vienna"),
        ("Middle Earth Time", None),
        ("", None),
        ("../etc/passwd", None),
        ("x" * 5000, None),
        ("America", None),
    ],
)
def test_a_zone_goes_by_its_rails_or_its_iana_name(name: str, zone: str | None) -> None:
    assert iana_zone(name) == zone
