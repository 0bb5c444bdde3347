"""The settings: good files, where they come from, the example and the documents."""

import time
from dataclasses import fields
from pathlib import Path

import pytest
from settings_texts import mistakes, settings, vendor

from monitor import config
from monitor.config import (
    Header,
    NetworkSettings,
    Settings,
    VendorConfig,
    default_slugs,
    load,
    locate,
    parse,
    warnings,
)
from monitor.errors import ConfigError
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.kit.protocol import FeedSettings, HtmlSettings
from monitor.model import Level
from monitor.network import headers_of
from monitor.ratios import POLICIES

pytestmark = pytest.mark.usefixtures("home")
ROOT = Path(__file__).parent.parent


def test_the_shortest_file_has_every_default():
    read = settings()

    assert read == Settings(
        vendors=(
            VendorConfig(
                slug="anthropic", name="Anthropic (Claude)", url="https://status.claude.com/"
            ),
        ),
        database_url=f"sqlite:///{config.default_database_path()}",
        source="monitor.yaml",
    )
    assert (
        read.window_days,
        read.port,
        read.vendors[0].interval_seconds,
        read.vendors[0].platform,
    ) == (
        90,
        9184,
        300,
        None,
    )
    assert not config.default_database_path().parent.exists()


def test_a_vendor_is_a_slug_an_address_or_a_mapping():
    text = """
vendors:
  - openai
  - status.example.com
  - https://www.githubstatus.com/api/v2/summary.json
  - slug: github-mirror
    name: Our mirror
    url: https://mirror.example.com/status
  - {url: acme.statuspage.io}
  - {slug: discord, interval: 10m}
"""
    read = parse(text, "monitor.yaml").vendors

    assert [(v.slug, v.name, v.url) for v in read] == [
        ("openai", "OpenAI", "https://status.openai.com/"),
        ("example", "Example", "https://status.example.com/"),
        ("github", "GitHub", "https://www.githubstatus.com/"),
        ("github-mirror", "Our mirror", "https://mirror.example.com/status/"),
        ("acme", "Acme", "https://acme.statuspage.io/"),
        ("discord", "Discord", "https://discordstatus.com/"),
    ]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("interval: 90m", "interval_seconds", 5400),
        ("interval: 1h30m", "interval_seconds", 5400),
        ("interval: 60s", "interval_seconds", 60),
        ("interval_seconds: 300", "interval_seconds", 300),
        ("fast_while_open: yes", "fast_while_open", True),
        ("zone: America/Los_Angeles", "zone", "America/Los_Angeles"),
        ("platform: incidentio", "platform", "incidentio"),
        ('include: ["API*"]', "include", ("API*",)),
        (
            "feed: {path: /rss, empty: healthy, words: {ended: [Erledigt], major_outage: [Totalausfall, Brand]}}",
            "feed",
            FeedSettings(
                path="/rss",
                empty="healthy",
                words=(
                    ("erledigt", "ended"),
                    ("totalausfall", "major_outage"),
                    ("brand", "major_outage"),
                ),
            ),
        ),
        (
            "html: {component: li.service, name: b, attribute: class, words: {operational: [Up], major_outage: [Down]}}",
            "html",
            HtmlSettings(
                component="li.service",
                name="b",
                attribute="class",
                words=(("up", Level.OPERATIONAL), ("down", Level.MAJOR_OUTAGE)),
            ),
        ),
        ('exclude: ["Twilio*", abc123]', "exclude", ("Twilio*", "abc123")),
        ("tier: low", "tier", "low"),
        ('critical: ["API*", abc123]', "critical", ("API*", "abc123")),
        (
            "impact_mapping: {minor: partial_outage}",
            "impact_mapping",
            {**DEFAULT_IMPACT_MAPPING, "minor": Level.PARTIAL_OUTAGE},
        ),
        ("min_outage: 2m", "min_outage_seconds", 120),
        ("min_outage_seconds: 0", "min_outage_seconds", 0),
        ("min_coverage: 75%", "min_coverage", 0.75),
        ("allow_private: true", "allow_private", True),
        (
            "headers: {X-Key: abc, Authorization: {env: TOKEN}, X-File: {file: /run/key}}",
            "headers",
            (
                Header("X-Key", "text", "abc"),
                Header("Authorization", "env", "TOKEN"),
                Header("X-File", "file", "/run/key"),
            ),
        ),
        ("max_body_mib: 0.5", "max_body_mib", 0.5),
        ("timeout: 1m", "timeout_seconds", 60),
        ("timeout_seconds: 40", "timeout_seconds", 40),
    ],
)
def test_a_vendor_key_sets_its_field(line, field, value):
    assert getattr(vendor(line), field) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("contact: ops@example.com", {"contact": "ops@example.com"}),
        (
            "network: {proxy: 'http://u:p@proxy:3128', no_proxy: [.corp.example], ca_file: ca.pem}",
            {
                "network": NetworkSettings(
                    proxy="http://u:p@proxy:3128",
                    no_proxy=(".corp.example",),
                    ca_file=Path("ca.pem"),
                )
            },
        ),
        ("contact: https://example.com/bot", {"contact": "https://example.com/bot"}),
        ("policy: any", {"policy": "any"}),
        ("window: 30d", {"window_days": 30}),
        ("window_days: 365", {"window_days": 365}),
        ("backfill: 0d", {"backfill_days": 0}),
        ("component_metrics: degraded", {"component_metrics": "degraded"}),
        ("component_metrics: none", {"component_metrics": "none"}),
        ("concurrency: 8", {"concurrency": 8}),
        ("storage: {snapshots: 7d, poll_days: 14}", {"snapshot_days": 7, "poll_days": 14}),
        ("storage: {evidence: all}", {"evidence": "all"}),
        ("storage: {evidence: none}", {"evidence": "none"}),
        ("server: {host: 0.0.0.0, port: 80}", {"host": "0.0.0.0", "port": 80}),
        ("server: {port: 80}", {"host": "127.0.0.1", "port": 80}),
        ("server: 127.0.0.1:9999", {"host": "127.0.0.1", "port": 9999}),
        ('server: "[::1]:9999"', {"host": "::1", "port": 9999}),
        ("server: {host: '::'}", {"host": "::"}),
        ("database: postgres://u:p@db/status", {"database_url": "postgresql://u:p@db/status"}),
        (
            "database: sqlite:////var/lib/status.db",
            {"database_url": "sqlite:////var/lib/status.db"},
        ),
        ("database: sqlite://", {"database_url": "sqlite://"}),
    ],
)
def test_a_top_level_key_sets_its_fields(text, expected):
    read = settings(text)

    assert {name: getattr(read, name) for name in expected} == expected


def header(kind, value):
    return headers_of(
        VendorConfig(
            slug="a", name="A", url="https://a.test/", headers=(Header("X-Key", kind, value),)
        )
    )


def test_a_headers_value_is_read_from_its_variable_or_file(monkeypatch, tmp_path):
    monkeypatch.setenv("KEY_OF_A", "from the variable")
    (tmp_path / "key").write_text("from the file\n")

    assert header("text", "written") == (("X-Key", "written"),)
    assert header("env", "KEY_OF_A") == (("X-Key", "from the variable"),)
    assert header("file", str(tmp_path / "key")) == (("X-Key", "from the file"),)


@pytest.mark.parametrize("content", [None, "", "two\nlines", "\x1b[31m", "schlüssel"])
@pytest.mark.parametrize("kind", ["env", "file"])
def test_a_headers_value_that_is_not_there_is_named_and_never_shown(
    monkeypatch, tmp_path, kind, content
):
    monkeypatch.delenv("KEY_OF_A", raising=False)
    if content is not None:
        monkeypatch.setenv("KEY_OF_A", content)
        (tmp_path / "key").write_text(content)
    with pytest.raises(ConfigError, match=r"vendor a, header X-Key: .*(KEY_OF_A|key)") as caught:
        header(kind, "KEY_OF_A" if kind == "env" else str(tmp_path / "key"))
    assert not content or content not in str(caught.value)


def test_a_header_is_in_no_text_of_the_settings():
    assert "secret" not in repr(vendor("headers: {Authorization: secret}"))


@pytest.mark.parametrize("written", ["status.db", "./status.db", "sqlite:///status.db"])
def test_a_relative_database_path_starts_at_the_folder_of_the_file(written):
    read = parse(f"vendors: [anthropic]\ndatabase: {written}\n", "/etc/vendorstatus/monitor.yaml")

    assert read.database_url == "sqlite:////etc/vendorstatus/status.db"


def test_defaults_hold_for_every_vendor_that_does_not_say_otherwise():
    text = """
defaults: {interval: 10m, zone: UTC, impact_mapping: {minor: operational, major: degraded}}
vendors:
  - anthropic
  - {slug: openai, interval: 1h, impact_mapping: {major: major_outage}}
"""
    first, second = parse(text, "monitor.yaml").vendors

    assert (first.interval_seconds, first.zone, first.impact_mapping["minor"]) == (
        600,
        "UTC",
        Level.OPERATIONAL,
    )
    assert (second.interval_seconds, second.zone) == (3600, "UTC")
    assert second.impact_mapping == {
        **DEFAULT_IMPACT_MAPPING,
        "minor": Level.OPERATIONAL,
        "major": Level.MAJOR_OUTAGE,
    }


def test_a_byte_order_mark_is_no_mistake():
    Path("monitor.yaml").write_bytes(b"\xef\xbb\xbfvendors: [anthropic]\r\n")

    assert load(None, {}).vendors[0].slug == "anthropic"


@pytest.mark.measure
def test_five_thousand_vendors_are_read_quickly():
    text = "vendors:\n" + "".join(
        f"  - url: https://status.v{n}.com\n    interval: 10m\n" for n in range(5000)
    )
    started = time.monotonic()

    assert len(parse(text, "monitor.yaml").vendors) == 5000
    assert time.monotonic() - started < 20


def test_without_a_file_the_default_vendors_are_monitored():
    read = load(None, {})

    assert read.source == "built-in defaults"
    assert tuple(v.slug for v in read.vendors) == default_slugs()
    assert {"anthropic", "openai", "github"} <= set(default_slugs())


def test_the_file_asked_for_wins_over_the_variable_the_folder_and_the_user():
    user = config.user_config_path()
    user.parent.mkdir(parents=True)
    assert locate(None, {}) is None
    user.write_text("vendors: [openai]")
    assert locate(None, {}) == user
    Path("monitor.yaml").write_text("vendors: [github]")
    assert locate(None, {}) == Path("monitor.yaml")
    assert locate(None, {"MONITOR_CONFIG": "/etc/m.yaml"}) == Path("/etc/m.yaml")
    assert locate(Path("mine.yaml"), {"MONITOR_CONFIG": "/etc/m.yaml"}) == Path("mine.yaml")


def test_variables_override_the_file():
    read = settings(
        "contact: a@example.com\npolicy: any\nserver: {port: 80}\ndatabase: x.db",
        {
            "MONITOR_DATABASE_URL": "postgresql://db/status",
            "MONITOR_LISTEN": "0.0.0.0:8080",
            "MONITOR_CONTACT": "b@example.com",
            "MONITOR_POLICY": "strict",
        },
    )

    assert (read.database_url, read.host, read.port) == ("postgresql://db/status", "0.0.0.0", 8080)
    assert (read.contact, read.policy) == ("b@example.com", "strict")


def test_a_blank_variable_counts_as_unset():
    blank = dict.fromkeys([*config.ENVIRONMENT, "MONITOR_VENDORS", "MONITOR_CONFIG"], " ")

    assert settings("policy: any", blank) == settings("policy: any")
    assert load(None, blank).source == "built-in defaults"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MONITOR_DATABASE_URL", "mysql://u:hunter2@h/d", "cannot use the database 'mysql'; write a file's path, sqlite:///path or postgresql://user@host/name"),
        ("MONITOR_LISTEN", "127.0.0.1:0", "the port of '127.0.0.1:0' is out of range; write a number from 1 to 65535"),
        ("MONITOR_CONTACT", "me", "'me' is not a contact; write a mail address or an https:// address"),
        ("MONITOR_POLICY", "x", "'x' is not a policy; write one of statuspage, strict, any"),
        ("MONITOR_VENDORS", "openai,gitub", "'gitub' is not in the catalogue; did you mean 'github'? If not, give the page's address as `url`"),
        ("MONITOR_VENDORS", "ftp://x", "the scheme 'ftp' cannot be read; write an https:// address"),
        ("MONITOR_VENDORS", ", ,", "names no vendor; write slugs or addresses, comma between"),
        ("MONITOR_VENDORS", "openai,status.openai.com", "the page https://status.openai.com/ is already listed as 'openai'; remove one of them"),
    ],
)  # fmt: skip
def test_a_bad_variable_is_named(name, value, message):
    assert mistakes("vendors: [anthropic]", {name: value}) == [f"{name}: {message}"]


def test_monitor_vendors_chooses_vendors_and_keeps_their_settings_from_the_file():
    text = """
defaults: {interval: 10m}
vendors:
  - anthropic
  - {slug: openai, interval: 1h}
  - {slug: ours, url: https://status.example.com, zone: UTC}
"""
    read = parse(
        text,
        "monitor.yaml",
        {"MONITOR_VENDORS": " openai, status.example.com ,github,https://status.example.org,"},
    )

    assert [(v.slug, v.interval_seconds, v.zone) for v in read.vendors] == [
        ("openai", 3600, None), ("ours", 600, "UTC"), ("github", 600, None), ("example", 600, None),
    ]  # fmt: skip
    assert read.source == "MONITOR_VENDORS"


def test_monitor_vendors_is_enough_without_a_list():
    assert [
        v.slug for v in parse("policy: any", "monitor.yaml", {"MONITOR_VENDORS": "github"}).vendors
    ] == ["github"]


def test_the_example_is_valid_and_has_no_warnings():
    read = load(ROOT / "monitor.example.yaml", {})

    assert len(read.vendors) >= 5
    assert warnings(read) == []


def test_every_key_and_variable_is_documented():
    document = (ROOT / "docs" / "configuration.md").read_text()
    tables = (
        config.TOP_KEYS,
        config.VENDOR_KEYS,
        config.SERVER_KEYS,
        config.STORAGE_KEYS,
        config.ENVIRONMENT,
    )
    names = {name for table in tables for name in table} | {
        "MONITOR_CONFIG",
        "MONITOR_VENDORS",
        *POLICIES,
        *DEFAULT_IMPACT_MAPPING,
    }

    assert sorted(name for name in names if f"`{name}`" not in document) == []


def test_every_field_can_be_set_by_a_key():
    vendor_fields = {key.field for key in config.VENDOR_KEYS.values()}
    nested = {
        key.field for table in (config.SERVER_KEYS, config.STORAGE_KEYS) for key in table.values()
    }
    top_fields = {key.field for key in config.TOP_KEYS.values() if key.field} | nested

    assert vendor_fields == {field.name for field in fields(VendorConfig)}
    assert top_fields - {"defaults"} == {field.name for field in fields(Settings)} - {"source"}
