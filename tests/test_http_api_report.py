"""What the HTTP API says of a vendor is, key by key, what `monitor report --format json` says."""

import pytest
from hypothesis import given
from surfaces import DAYS_SHOWN, SLUG
from surfaces.now import report_of
from test_surfaces import QUICK, empty_store, world_of, worlds

HEAD = {"as_of", "window_days", "policy", "known_at", "generated_at", "definition"}


@pytest.mark.slow
@QUICK
@given(**worlds)
def test_a_vendor_its_components_and_all_days_are_those_of_the_report(
    polled, told, later, exclude, coverage
):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        report = report_of(world)
        asked = f"days={DAYS_SHOWN}"
        vendor, components, days = world.get(
            *(f"/vendors/{SLUG}{part}?{asked}" for part in ("", "/components", "/days"))
        )
        slugs = [each["slug"] for each in components["components"]]
        of_each = world.get(*(f"/vendors/{SLUG}/days?{asked}&component={slug}" for slug in slugs))

    whole = {key: value for key, value in vendor.items() if key not in HEAD}
    whole["days"] = days["days"]
    whole["components"] = [
        {**component, "days": own["days"]}
        for component, own in zip(components["components"], of_each, strict=True)
    ]
    assert whole == report
    assert days["coverage_ratio"] == report["coverage_ratio"]
