"""What a database keeps of the settings: what figures depend on, and nothing secret."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from monitor.applied_settings import spec
from monitor.config import Settings, VendorConfig
from monitor.config.settings import Header
from monitor.kept_settings import NOT_KEPT, default_of, digest, kept_settings
from monitor.kit.protocol import FeedSettings, HtmlSettings
from monitor.model import Level
from monitor.overrides import Override
from tests.store_support import NOW

ACME = VendorConfig(slug="acme", name="Acme", url="https://acme.example/")
OTHERS = {
    "name": "Acme Inc",
    "url": "https://status.acme.example/",
    "platform": "statuspage",
    "regions": ("eu",),
    "zone": "Asia/Tokyo",
    "interval_seconds": 60,
    "fast_while_open": True,
    "include": ("API",),
    "exclude": ("Web", "API"),
    "tier": "critical",
    "critical": ("API",),
    "impact_mapping": {"none": Level.OPERATIONAL, "minor": Level.MAJOR_OUTAGE},
    "min_outage_seconds": 60,
    "min_coverage": 0.5,
    "max_components": 5,
    "max_new_components": 6,
    "max_name_length": 700,
    "feed": FeedSettings(path="/rss", words=(("Aus", "major_outage"),)),
    "html": HtmlSettings(component="li", words=(("Up", Level.OPERATIONAL),)),
    "overrides": (
        Override(
            incident="i1",
            reason="none of ours",
            decided=date(2026, 5, 1),
            end=datetime(2026, 4, 1, 3, tzinfo=UTC),
        ),
    ),
}
REACHING = {
    "headers": (Header("Authorization", "text", "secret"),),
    "timeout_seconds": 1.0,
    "max_body_mib": 1.0,
    "allow_private": True,
}


def settings(*vendors, **more):
    return Settings(vendors=vendors, database_url="sqlite://", source="monitor.yaml", **more)


def test_every_setting_of_a_vendor_is_kept_or_says_how_it_is_reached():
    assert {field.name for field in fields(VendorConfig)} == {"slug", *OTHERS, *REACHING}
    assert {"slug", *REACHING} == NOT_KEPT


@pytest.mark.parametrize("name", OTHERS)
def test_another_setting_is_kept_as_json_and_makes_another_digest(name):
    other = replace(ACME, **{name: OTHERS[name]})
    kept = kept_settings(other)

    assert json.loads(json.dumps(kept)) == kept
    assert kept.keys() == {"name", "url", name}
    assert digest(settings(other)) != digest(settings(ACME))


@pytest.mark.parametrize("name", REACHING)
def test_how_a_page_is_reached_is_not_kept(name):
    other = replace(ACME, **{name: REACHING[name]})

    assert kept_settings(other) == kept_settings(ACME)
    assert digest(settings(other)) == digest(settings(ACME))


def test_the_digest_follows_what_makes_figures_and_no_order():
    globex = replace(ACME, slug="globex")

    assert digest(settings(ACME, globex)) == digest(settings(globex, ACME))
    assert digest(settings(ACME)) != digest(settings(ACME, globex))
    assert digest(settings(ACME)) != digest(settings(ACME, policy="strict"))
    assert digest(settings(ACME)) == digest(settings(ACME, port=1))
    assert kept_settings(replace(ACME, include=("b", "a")))["include"] == ["a", "b"]


def test_what_is_not_kept_has_its_default():
    assert default_of("interval_seconds") == 300
    assert default_of("include") == []
    assert default_of("a setting of a later version") is None


def test_a_store_keeps_the_settings_its_pages_are_watched_by(store):
    store.sync_pages([spec(replace(ACME, exclude=("Web",)))], now=NOW)
    store.sync_pages([spec(replace(ACME, slug="globex"))], now=NOW, keep_others=True)
    store.sync_pages([spec(replace(ACME, exclude=("API",)))], now=NOW)

    acme, globex = store.watched_pages()
    assert (acme.slug, acme.removed_at, acme.settings["exclude"]) == ("acme", None, ["API"])
    assert (globex.slug, globex.removed_at) == ("globex", NOW)


def test_a_store_knows_which_settings_were_applied_last(store):
    assert store.applied() is None

    store.put_in_force([spec(ACME)], "one", "monitor.yaml", now=NOW)
    store.put_in_force([], "two", "other.yaml", now=NOW)

    assert store.applied() == ("two", "other.yaml", NOW)
    assert [page.removed_at for page in store.watched_pages()] == [NOW]
