"""The settings: one bad file per mistake with its exact message, good files, variables, adding."""

import os
import re
import stat
import time
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config
from monitor.config import (
    Header,
    InvalidConfig,
    NetworkSettings,
    Settings,
    VendorConfig,
    add_vendor,
    default_slugs,
    format_duration,
    load,
    locate,
    normal_url,
    parse,
    parse_duration,
    slug_from_url,
    warnings,
)
from monitor.errors import ConfigError
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.kit.protocol import FeedSettings, HtmlSettings
from monitor.model import Level
from monitor.network import headers_of
from monitor.ratios import POLICIES

ROOT = Path(__file__).parent.parent
BAD = Path(__file__).parent / "bad_config"

# What follows the file's name in the one line its mistake gets.
MESSAGES = {
    "address-port": ":3: server: the port of '127.0.0.1:70000' is out of range; write a number from 1 to 65535",
    "body-limit-with-a-unit": ":4: vendors[0].max_body_mib: '8MiB' is not a number of MiB; write it like 8 or 0.5",
    "body-limit-zero": ":4: vendors[0].max_body_mib: '0' is out of range; write a number above 0, up to 1024",
    "component-metrics-off": ":3: component_metrics: 'off' is not a choice of components; write one of all, degraded, none",
    "concurrency-zero": ":3: concurrency: '0' is out of range; write a number from 1 to 1000",
    "contact-not-an-address": ":3: contact: 'the ops team' is not a contact; write a mail address or an https:// address",
    "control-character": ":3: not YAML: a control character; remove it",
    "database-engine": ":3: database: cannot use the database 'mysql'; write a file's path, sqlite:///path or postgresql://user@host/name",
    "database-garbled": ":3: database: is neither a path nor a database URL; write a file's path, sqlite:///path or postgresql://user@host/name",
    "database-slashes": ":3: database: a SQLite URL has three slashes before the path, four when it is absolute; add them",
    "derived-slug-taken": ":3: vendors[1]: the slug 'example' belongs to vendors[0] on line 2; give one a `slug`, like status-example-org",
    "duplicate-page": ":3: vendors[1]: the page http://status.claude.com/ is already listed as vendors[0] on line 2; remove one of them",
    "duplicate-slug": ":4: vendors[1].slug: the slug 'acme' belongs to vendors[0] on line 2; give one a `slug`, like example",
    "duration-in-words": ":4: vendors[0].timeout: '20 seconds' is not a duration; write it like 5m, 1h30m, 300s or 2d",
    "empty-file": ": vendors: no vendors are listed; write `vendors: [anthropic, openai]` or addresses of status pages",
    "empty-vendors": ":2: vendors: no vendors are listed; write `vendors: [anthropic, openai]` or addresses of status pages",
    "exclude-empty-item": ":4: vendors[0].exclude[1]: has no value; write one or remove the line",
    "exclude-not-a-list": ":4: vendors[0].exclude: is not a list; write one value a line, each after a dash",
    "identity-in-defaults": ":4: defaults.url: is not read here; it belongs to one vendor of the list",
    "interval-over-the-limit": ":4: vendors[0].interval: '31d' is over the limit of 30 d; write 30d or less",
    "interval-seconds-under-the-floor": ":4: vendors[0].interval_seconds: '30' is under the floor of 60 s; write 60 or more",
    "interval-sexagesimal": ":4: vendors[0].interval: '1:30' is not a duration; write it like 5m, 1h30m, 300s or 2d",
    "interval-under-the-floor": ":4: vendors[0].interval: '30s' is under the floor of 60 s; write 60s or more",
    "interval-without-a-unit": ":4: vendors[0].interval: '300' has no unit; write 300s, or `interval_seconds: 300`",
    "key-written-twice": ":4: policy: is written twice, first on line 3; remove one",
    "list-for-a-value": ":3: contact: is a list; write a single value",
    "merge-key": ":4: vendors[1].<<: merge keys are not supported; write what is shared under `defaults:`",
    "min-outage-over-a-day": ":4: vendors[0].min_outage: '25h' is over the limit of 24 h; write 24h or less",
    "no-slug-and-no-url": ":2: vendors[0]: names no page; write the `slug` of a vendor in the catalogue or the page's `url`",
    "no-value": ":3: contact: has no value; write one or remove the line",
    "no-vendors": ":1: vendors: no vendors are listed; write `vendors: [anthropic, openai]` or addresses of status pages",
    "not-utf-8": ":3: not UTF-8: byte 0xe9; save the file as UTF-8",
    "number-in-quotes": ":3: concurrency: '32' is not a whole number; write it in digits without quotes",
    "number-octal": ":3: concurrency: '010' is not a whole number; write it in digits",
    "root-not-a-mapping": ":1: is not a mapping; write `key: value` lines",
    "same-setting-twice": ":5: vendors[0].interval_seconds: sets the same as `interval`; keep one of them",
    "server-host": ":4: server.host: 'any host' is not a host; write it like 127.0.0.1, 0.0.0.0 or ::1",
    "server-not-a-mapping": ":3: server: is not a mapping; write `key: value` lines",
    "server-port": ":4: server.port: '70000' is out of range; write a number from 1 to 65535",
    "server-without-a-port": ":3: server: 'localhost' is not host:port; write it like 127.0.0.1:9184, or 0.0.0.0:9184 for every host",
    "slug-is-a-number": ":2: vendors[0].slug: '365' is read as a number; put it in quotes",
    "slug-is-a-product-name": ":2: vendors[0]: 'claude' is not in the catalogue; did you mean 'anthropic'? If not, give the page's address as `url`",
    "slug-not-a-slug": ":2: vendors[0].slug: 'Acme Cloud' is not a slug; write lower-case letters, digits and hyphens, like acme-cloud",
    "storage-key-at-the-top": ":3: snapshots: is not read here; it belongs under `storage:`",
    "tab": ":2: not YAML: found character '\\t' that cannot start any token; indent with spaces",
    "tag": ":1: vendors: the tag 'python/object/apply:os.system' is not allowed; write a plain value",
    "top-key-in-a-vendor": ":4: vendors[0].policy: is not read here; it belongs at the top level of the file, it is the same for every vendor",
    "proxy-of-another-kind": ":4: network.proxy: is no proxy; write it like http://host:3128 or http://user:password@host:3128",
    "header-of-every-request": ":4: vendors[0].headers.User-Agent: is a header that every request sets of itself; remove it",
    "header-of-two-sources": ":4: vendors[0].headers.X-Key: takes its value from one place; write {env: NAME} or {file: PATH}",
    "truth-in-words": ":4: vendors[0].allow_private: 'maybe' is neither true nor false; write true or false",
    "two-documents": ":3: not YAML: expected a single document in the stream, but found another document; check indentation, colons and quotes here and on the line before",
    "unclosed-list": ":2: not YAML: expected ',' or ']', but got '<stream end>'; check indentation, colons and quotes here and on the line before",
    "undefined-alias": ":2: not YAML: found undefined alias 'acme'; check indentation, colons and quotes here and on the line before",
    "unknown-impact-word": ":4: vendors[0].impact_mapping.majr: unknown key; did you mean 'major'?",
    "html-without-words": ":4: vendors[0].html: needs `words`, like `{operational: [Up], major_outage: [Down]}`",
    "html-bad-selector": ":5: vendors[0].html.component: 'li..service' is not a CSS selector: Malformed class selector at position 2",
    "html-platform-alone": ":4: vendors[0].platform: says how to read a page that nobody knows; say where its components are under `html`",
    "feed-on-a-platform": ":5: vendors[0].feed: is not read on a page of statuspage; remove one of the two",
    "feed-empty-odd": ":5: vendors[0].feed.empty: 'fine' is not a meaning of an empty feed; write one of broken, healthy",
    "unknown-key-without-a-neighbour": ":4: storage.zzyzx: unknown key; known here are snapshots, snapshot_days, polls, poll_days, evidence",
    "unknown-level": ":4: vendors[0].impact_mapping.minor: 'degraded_performance' is not a level; write one of operational, maintenance, degraded, partial_outage, major_outage",
    "unknown-platform": ":4: vendors[0].platform: 'statuspag' is not a platform; did you mean 'statuspage'?",
    "unknown-policy": ":3: policy: 'strikt' is not a policy; did you mean 'strict'?",
    "unknown-slug-without-a-neighbour": ":2: vendors[0]: 'zzyzx' is not in the catalogue; give the page's address as `url`",
    "unknown-slug": ":2: vendors[0]: 'antropic' is not in the catalogue; did you mean 'anthropic'? If not, give the page's address as `url`",
    "unknown-tier": ":4: vendors[0].tier: 'gold' is not a tier; write one of critical, standard, low",
    "critical-not-a-list": ":4: vendors[0].critical: is not a list; write one value a line, each after a dash",
    "unknown-vendor-key": ":4: vendors[0].intervall: unknown key; did you mean 'interval'?",
    "unknown-zone-without-a-neighbour": ":4: vendors[0].zone: 'Mars' is not a time zone; write an IANA name like UTC or Europe/Berlin",
    "unknown-zone-of-this-machine": ":4: vendors[0].zone: 'localtime' is not a time zone; write an IANA name like UTC or Europe/Berlin",
    "unknown-zone": ":4: vendors[0].zone: 'europe/berlin' is not a time zone; did you mean 'Europe/Berlin'?",
    "url-credentials": ":2: vendors[0]: the address carries a user name or password; remove it, a public page needs none",
    "url-port": ":2: vendors[0]: the host or port of the address is malformed; write https://host or https://host:port",
    "url-scheme": ":3: vendors[0].url: the scheme 'ftp' cannot be read; write an https:// address",
    "url-with-spaces": ":2: vendors[0].url: 'status page.example.com' is not an address; write it like https://status.example.com",
    "url-without-host": ":2: vendors[0].url: 'https:///history' names no host; write it like https://status.example.com",
    "vendor-key-at-the-top": ":3: interval: is not read here; it belongs to a vendor, or under `defaults:` for all of them",
    "vendors-not-a-list": ":1: vendors: is not a list; write one value a line, each after a dash",
    "window-days-over-the-limit": ":3: window_days: '400' is over the limit of 366 d; write 366 or less",
    "window-in-hours": ":3: window: '36h' is not whole days; write it like 2d",
    "window-without-a-unit": ":3: window: '90' has no unit; write 90d, or `window_days: 90`",
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty working directory and empty user folders."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path


def vendor(line="", *, env=None):
    """Return the one vendor of a file with one more line in its mapping."""
    text = f"vendors:\n  - slug: acme\n    url: https://status.example.com\n    {line}\n"
    (only,) = parse(text, "monitor.yaml", env).vendors
    return only


def settings(text="", env=None):
    return parse(f"vendors: [anthropic]\n{text}\n", "monitor.yaml", env)


def mistakes(text, env=None):
    with pytest.raises(InvalidConfig) as caught:
        parse(text, "monitor.yaml", env)
    return [str(problem) for problem in caught.value.problems]


# ----------------------------------------------------------------------------------------------------------
# mistakes


def test_one_page_may_be_several_vendors_that_count_other_parts_of_it() -> None:
    vendors = parse(
        """\
vendors:
  - {slug: team-a, url: "https://status.acme.example", include: [API]}
  - {slug: team-b, url: "http://status.acme.example/", include: [Web]}
  - {slug: team-c, url: "https://status.acme.example", regions: [EU]}
  - {slug: all, url: "https://status.acme.example"}
""",
        "monitor.yaml",
    ).vendors

    assert [vendor.slug for vendor in vendors] == ["team-a", "team-b", "team-c", "all"]
    with pytest.raises(InvalidConfig, match="already listed"):
        parse(
            """\
vendors:
  - {slug: team-a, url: "https://status.acme.example", include: [API, Web]}
  - {slug: team-b, url: "https://status.acme.example", include: [Web, API]}
""",
            "monitor.yaml",
        )


@pytest.mark.parametrize("case", sorted(MESSAGES))
def test_each_mistake_is_named_with_file_line_key_and_remedy(case):
    file = BAD / f"{case}.yaml"

    with pytest.raises(ConfigError) as caught:
        load(file, {})

    assert str(caught.value) == f"{file}: 1 mistake\n{file}{MESSAGES[case]}"


def test_every_bad_file_has_its_message():
    assert {file.stem for file in BAD.iterdir()} == set(MESSAGES)


def test_all_mistakes_of_a_file_and_of_the_environment_are_listed_together_in_order():
    text = "vendors:\n  - antropic\n  - url: ftp://x\n    interval: 30s\npolicy: strikt\n"

    with pytest.raises(ConfigError) as caught:
        parse(text, "monitor.yaml", {"MONITOR_LISTEN": ":9184"})

    assert str(caught.value).split("\n") == [
        "monitor.yaml: 5 mistakes",
        "monitor.yaml:2: vendors[0]: 'antropic' is not in the catalogue; did you mean 'anthropic'? If not, give the page's address as `url`",
        "monitor.yaml:3: vendors[1].url: the scheme 'ftp' cannot be read; write an https:// address",
        "monitor.yaml:4: vendors[1].interval: '30s' is under the floor of 60 s; write 60s or more",
        "monitor.yaml:5: policy: 'strikt' is not a policy; did you mean 'strict'?",
        "MONITOR_LISTEN: ':9184' is not host:port; write it like 127.0.0.1:9184, or 0.0.0.0:9184 for every host",
    ]


@pytest.mark.parametrize("case", ["url-credentials", "database-engine", "database-garbled"])
def test_a_password_is_never_repeated(case):
    assert "hunter2" in (BAD / f"{case}.yaml").read_text()
    with pytest.raises(ConfigError) as caught:
        load(BAD / f"{case}.yaml", {})

    assert "hunter2" not in str(caught.value)


def test_a_password_in_a_malformed_address_is_not_repeated_either():
    with pytest.raises(ConfigError, match="this is not an address"):
        normal_url("https://reader:hunter2@status example.com")


def test_a_tag_is_never_executed(tmp_path):
    mark = tmp_path / "executed"
    mistakes(f"vendors: !!python/object/apply:os.mkdir ['{mark}']\n")
    mistakes(f"? !!python/object/apply:os.mkdir ['{mark}']\n: 1\n")

    assert not mark.exists()


@pytest.mark.slow
def test_deep_nesting_is_refused_not_a_crash():
    assert mistakes("vendors: " + "[" * 5000) == [
        "monitor.yaml: not YAML we can read: nested too deeply; flatten it"
    ]


def test_aliases_that_multiply_cost_nothing():
    lines = ["vendors:", "  - &v0 [anthropic, anthropic]"]
    lines += [f"  - &v{n} [{', '.join([f'*v{n - 1}'] * 9)}]" for n in range(1, 30)]
    started = time.monotonic()

    assert len(mistakes("\n".join(lines))) == 30
    assert time.monotonic() - started < 2


def test_a_missing_file_says_how_to_make_one():
    with pytest.raises(ConfigError) as caught:
        load(Path("none.yaml"), {})

    assert str(caught.value) == (
        "none.yaml: 1 mistake\nnone.yaml: there is no such file; make one with `monitor add URL`, "
        "or leave out --config for the default vendors"
    )


def test_a_missing_file_from_the_environment_names_the_variable():
    with pytest.raises(
        ConfigError, match=r"none\.yaml: there is no such file; .* leave out MONITOR_CONFIG"
    ):
        load(None, {"MONITOR_CONFIG": "none.yaml"})


def test_a_file_that_is_no_settings_file_is_not_read_to_its_end(tmp_path):
    file = tmp_path / "monitor.yaml"
    file.touch()
    os.truncate(file, config.MOST_FILE_BYTES + 1)  # takes no room on the disk

    for path in (file, Path("/dev/zero")):
        with pytest.raises(ConfigError, match=r"is larger than 64 MiB; is it a settings file\?"):
            load(path, {})


def test_a_folder_in_place_of_the_file_is_named():
    Path("monitor.yaml").mkdir()

    with pytest.raises(ConfigError, match=r"monitor\.yaml: is a folder"):
        load(None, {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_named():
    Path("monitor.yaml").write_text("vendors: [anthropic]")
    Path("monitor.yaml").chmod(0)

    with pytest.raises(ConfigError, match=r"monitor\.yaml: cannot be read: Permission denied"):
        load(None, {})


# --------------------------------------------------------------------------------------------------------
# good files


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


# --------------------------------------------------------------------------------------------------
# where it comes from


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


def test_monitor_vendors_is_enough_without_a_list():
    assert [
        v.slug for v in parse("policy: any", "monitor.yaml", {"MONITOR_VENDORS": "github"}).vendors
    ] == ["github"]


# ----------------------------------------------------------------------------------------------
# durations and addresses


@given(st.integers(min_value=0, max_value=10**9))
def test_durations_round_trip(seconds):
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_a_named_mistake(text):
    try:
        seconds = parse_duration(text)
    except ConfigError:
        return
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "5 minutes", "1.5h", "-5m", "5M", "30m1h", "5m5m", "m", "٥m"]
)
def test_what_is_not_a_duration_is_refused(text):
    with pytest.raises(ConfigError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("status.example.com", "https://status.example.com/"),
        ("HTTPS://Status.Example.COM.:443/", "https://status.example.com/"),
        ("http://status.example.com:80", "http://status.example.com/"),
        ("status.example.com:8443", "https://status.example.com:8443/"),
        ("localhost:8080", "https://localhost:8080/"),
        ("//status.example.com", "https://status.example.com/"),
        ("https://status.example.com/api/v2/summary.json?x=1#top", "https://status.example.com/"),
        ("https://status.example.com/history.atom", "https://status.example.com/"),
        ("https://example.com/Status//eu", "https://example.com/Status/eu/"),
        ("https://example.com/eu/history", "https://example.com/eu/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x/"),
    ],
)
def test_an_address_has_one_normal_form(written, normal):
    assert normal_url(written) == normal
    assert normal_url(normal) == normal


@pytest.mark.parametrize(
    "written", ["", " ", "https://", "javascript:alert(1)", "file:///etc/passwd", "mailto:a@b.c", "https://a b.c",
                "https://[::1", "https://x:y/", "https://a..b/", "https://a%00.b/", "https://user@a.b/", "a\n.b"],
)  # fmt: skip
def test_what_is_not_an_address_is_refused(written):
    with pytest.raises(ConfigError):
        normal_url(written)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_named_mistake(text):
    try:
        url = normal_url(text)
    except ConfigError:
        return
    assert normal_url(url) == url
    assert url.endswith("/")
    assert re.fullmatch(r"[a-z0-9-]{1,63}", slug_from_url(url))


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://status.example.com/", "example"),
        ("https://www.githubstatus.com/", "githubstatus"),
        ("https://acme.statuspage.io/", "acme"),
        ("https://status.example.co.uk/", "example"),
        ("https://status.eu.example.com/", "eu-example"),
        ("https://status.example.com/eu/", "example-eu"),
        ("https://status.io/", "status"),
        ("http://localhost:8080/", "localhost-8080"),
        ("https://10.0.0.1/", "10-0-0-1"),
    ],
)
def test_a_slug_is_derived_from_the_address(url, slug):
    assert slug_from_url(url) == slug


# ----------------------------------------------------------------------------------------------------------
# warnings


def test_a_careful_configuration_has_no_warnings():
    assert warnings(settings("contact: ops@example.com")) == []


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("vendors: [anthropic]", "no contact is set"),
        ("vendors: [anthropic]\ndatabase: sqlite://", "the database is in memory"),
        ("vendors: [anthropic]\nwindow: 365d", "the window is 365 days but only 90 are backfilled"),
        (
            "vendors: [{slug: openai, platform: statuspage}]",
            "openai: the catalogue has this page on incidentio",
        ),
        ("vendors: [http://status.example.com]", "example: the address is not encrypted"),
        ("vendors: [https://10.1.2.3]", "10-1-2-3: the address is private"),
        ("vendors: [https://localhost]", "localhost: the address is private"),
        ("vendors: [{slug: openai, interval: 2d}]", "openai: polled less than once a day"),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(text, warning):
    found = warnings(parse(text, "monitor.yaml"))

    assert [line for line in found if line.startswith(warning)]


# ----------------------------------------------------------------------------------------------------
# adding a vendor

BEFORE = """\
# ours
contact: ops@example.com   # the team
vendors:
  # AI
  - anthropic
  - slug: openai
    interval: 10m   # calm

  # --- end of the list
policy: any
"""


def test_adding_keeps_every_byte_of_the_file():
    path = Path("monitor.yaml")
    path.write_text(BEFORE)

    added = add_vendor(
        path, "https://status.example.com/history", name='Acme: "Cloud"', interval_seconds=900
    )

    assert path.read_text() == BEFORE.replace(
        "# calm\n",
        "# calm\n"
        "  - slug: example\n"
        '    name: "Acme: \\"Cloud\\""\n'
        '    url: "https://status.example.com/"\n'
        "    interval: 15m\n",
    )
    assert load(path, {}).vendors[-1] == added
    assert (added.slug, added.name, added.interval_seconds) == ("example", 'Acme: "Cloud"', 900)
    assert [file.name for file in Path().iterdir()] == ["monitor.yaml"]


@pytest.mark.parametrize("page", ["github", "www.githubstatus.com"])
def test_a_catalogue_vendor_is_added_by_its_slug(page):
    path = Path("monitor.yaml")
    path.write_text("vendors:\n- anthropic")

    add_vendor(path, page)

    assert path.read_text() == "vendors:\n- anthropic\n- github\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("vendors: [anthropic, openai]\n", "vendors: [anthropic, openai, github]\n"),
        ("vendors: [\n  anthropic,  # one\n]\n", "vendors: [\n  anthropic, github,  # one\n]\n"),
        ("vendors: []\npolicy: any\n", "vendors: [github]\npolicy: any\n"),
        ("vendors:   # none yet\npolicy: any\n", "vendors:   # none yet\n  - github\npolicy: any\n"),
        ("policy: any", "policy: any\nvendors:\n  - github\n"),
        ("", "vendors:\n  - github\n"),
        ("vendors:\r\n- anthropic\r\npolicy: any\r\n", "vendors:\r\n- anthropic\r\n- github\r\npolicy: any\r\n"),
        ("\ufeffvendors:\n- anthropic\n", "\ufeffvendors:\n- anthropic\n- github\n"),
        ("vendors:\n  - {slug: openai}\n  # last\n", "vendors:\n  - {slug: openai}\n  - github\n  # last\n"),
        ("vendors:\n  - slug: openai\n    exclude:\n    - a\n    - b\nwindow: 7d\n",
         "vendors:\n  - slug: openai\n    exclude:\n    - a\n    - b\n  - github\nwindow: 7d\n"),
    ],
)  # fmt: skip
def test_adding_follows_the_layout_of_the_list(before, after):
    path = Path("monitor.yaml")
    path.write_bytes(before.encode())

    add_vendor(path, "github")

    assert path.read_bytes().decode() == after


def test_a_new_file_keeps_the_default_vendors_monitored():
    path = Path("new/monitor.yaml")

    add_vendor(path, "status.example.com")

    assert tuple(v.slug for v in load(path, {}).vendors) == (*default_slugs(), "example")
    assert "remove those you do not depend on" in path.read_text()


def test_an_added_vendor_gets_a_slug_nobody_has():
    path = Path("monitor.yaml")
    path.write_text("vendors: [{slug: example, url: https://x.example.net}]\n")

    slugs = [
        add_vendor(path, page).slug
        for page in ("status.example.com", "github.statuspage.io", "status.example.com/eu")
    ]

    assert slugs == ["status-example-com", "github-statuspage-io", "example-eu"]


@pytest.mark.parametrize(
    ("page", "options", "message"),
    [
        ("https://status.claude.com/", {}, r"already monitored as 'anthropic'; nothing was added"),
        ("gitub", {}, r"'gitub' is not in the catalogue; did you mean 'github'\?"),
        ("ftp://status.example.com", {}, r"the scheme 'ftp' cannot be read"),
        (
            "status.example.com",
            {"slug": "openai"},
            r"the slug 'openai' belongs to vendors\[1\] on line 6",
        ),
        ("status.example.com", {"interval_seconds": 30}, r"'30s' is under the floor of 60 s"),
        ("status.example.com", {"platform": "statuspag"}, r"did you mean 'statuspage'\?"),
    ],
)
def test_what_cannot_be_added_leaves_the_file_alone(page, options, message):
    path = Path("monitor.yaml")
    path.write_text(BEFORE)

    with pytest.raises(ConfigError, match=message):
        add_vendor(path, page, **options)

    assert path.read_text() == BEFORE
    assert [file.name for file in Path().iterdir()] == ["monitor.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "x: &v [anthropic]\nvendors: [anthropic]\n",
        "vendors: [antropic]\n",
        "vendors: {a: b}\n",
        "- anthropic\n",
    ],
)
def test_a_file_with_mistakes_is_not_extended(text):
    path = Path("monitor.yaml")
    path.write_text(text)

    with pytest.raises(ConfigError):
        add_vendor(path, "github")

    assert path.read_text() == text


def test_a_layout_that_cannot_be_extended_shows_what_to_write():
    text = "defaults:\n  exclude: &all [a]\nvendors:\n- slug: openai\n  exclude: *all\n"
    path = Path("monitor.yaml")
    path.write_text(text)

    with pytest.raises(ConfigError, match="github"):
        add_vendor(path, "github")

    assert path.read_text() == text


def test_adding_goes_through_a_link_and_keeps_the_mode():
    Path("real").mkdir()
    Path("real/m.yaml").write_text("vendors: [anthropic]\n")
    Path("real/m.yaml").chmod(0o640)
    Path("monitor.yaml").symlink_to("real/m.yaml")

    add_vendor(Path("monitor.yaml"), "github")

    assert Path("monitor.yaml").is_symlink()
    assert Path("real/m.yaml").read_text() == "vendors: [anthropic, github]\n"
    assert stat.S_IMODE(Path("real/m.yaml").stat().st_mode) == 0o640


# ------------------------------------------------------------------------------------------------
# example and documents


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
