"""What new settings change in a process that works by others."""

from dataclasses import fields, replace

import pytest

from monitor.config import NetworkSettings, Settings, VendorConfig
from monitor.settings_changes import (
    RESTART,
    by_slug,
    compare_settings,
    differing_slugs,
    vendors_meanwhile,
)


def vendor(slug, **more):
    return VendorConfig(slug=slug, name=slug.title(), url=f"https://{slug}.example/", **more)


def settings(*vendors, **more):
    return Settings(
        **{"vendors": vendors, "database_url": "sqlite://", "source": "monitor.yaml", **more}
    )


LIVE = {
    "vendors",
    "policy",
    "window_days",
    "snapshot_days",
    "poll_days",
    "component_metrics",
    "backfill_days",
    "web_config",
    "stacks",
    "tokens",
    "hosts",
    "is_open",
    "source",
}


def test_every_setting_holds_at_once_or_needs_a_restart():
    assert {field.name for field in fields(Settings)} == LIVE | set(RESTART)
    assert LIVE.isdisjoint(RESTART)


def test_vendors_are_added_removed_and_changed_by_their_slug():
    before = settings(vendor("acme"), vendor("globex"), vendor("initech"))
    found = compare_settings(
        before, settings(vendor("umbrella"), vendor("acme"), vendor("globex", tier="low"))
    )

    assert (found.new_slugs, found.gone_slugs, found.changed_slugs, found.restart_keys) == (
        ("umbrella",),
        ("initech",),
        ("globex",),
        (),
    )
    assert str(found) == "3 vendors: 1 added (umbrella), 1 removed (initech), 1 changed (globex)"


def test_the_same_settings_change_nothing():
    before = settings(vendor("acme"))

    assert compare_settings(before, settings(vendor("acme"))).settings == before
    assert str(compare_settings(before, before)) == "1 vendor: the same as before"


NEW = {
    "host": "0.0.0.0",
    "port": 9999,
    "cors_origins": ("https://tools.example.com",),
    "mcp": True,
    "database_url": "sqlite:///other.db",
    "network": NetworkSettings(no_proxy=("*",)),
    "concurrency": 3,
    "contact": "me@acme.example",
    "evidence": "all",
}


@pytest.mark.parametrize("name", RESTART)
def test_what_needs_a_restart_keeps_its_value_and_is_named(name):
    before = settings(vendor("acme"))
    found = compare_settings(before, settings(vendor("acme"), policy="strict", **{name: NEW[name]}))

    assert found.restart_keys == (RESTART[name],)
    assert found.settings == replace(before, policy="strict")


def test_a_key_is_named_once():
    assert compare_settings(settings(), settings(host="0.0.0.0", port=9999)).restart_keys == (
        "server",
    )


def test_what_is_being_read_stays_what_it_is_until_then():
    before = by_slug([vendor("acme"), vendor("globex"), vendor("initech"), vendor("hooli")])
    after = by_slug([vendor("acme", tier="low"), vendor("globex", tier="low"), vendor("umbrella")])
    busy = {"acme", "initech", "umbrella"}

    assert differing_slugs(before, after) == {"acme", "globex", "initech", "hooli", "umbrella"}
    assert vendors_meanwhile(before, after, busy) == by_slug(
        [vendor("acme"), vendor("initech"), vendor("globex", tier="low"), vendor("umbrella")]
    )
    assert vendors_meanwhile(before, after, set()) == after
