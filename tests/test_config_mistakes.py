"""The settings: one bad file per mistake, with its exact message."""

import os
import time
from pathlib import Path

import pytest
from settings_texts import mistakes

from monitor import config
from monitor.config import (
    InvalidConfig,
    load,
    normal_url,
    parse,
)
from monitor.errors import ConfigError

pytestmark = pytest.mark.usefixtures("home")
BAD = Path(__file__).parent / "bad_config"
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
    "stack-name": ":4: stacks.Check Out: 'Check Out' is no name of a stack; write lower-case letters, digits and hyphens, like checkout",
    "stack-of-a-vendor-not-listed": ":4: stacks.checkout[0]: 'stripe' is none of the vendors; add it to `vendors`, or name one that is there",
    "stack-of-an-unknown-vendor": ":4: stacks.checkout[1]: 'antropic' is none of the vendors; did you mean 'anthropic'?",
    "stack-of-no-component": ":4: stacks.checkout[0]: 'github/' names no component; write github for all of it, or a component after the slash",
    "stack-of-nothing": ':4: stacks.checkout: names nothing; write what it depends on, like `[stripe, aws/ec2, "cloudflare/Workers*"]`',
    "stack-with-an-open-bracket": ":4: stacks.checkout[0]: 'github/[Aa' is not a pattern: its `[` is never closed; add a `]`",
    "stacks-not-a-mapping": ":3: stacks: is not a mapping; write `key: value` lines",
    "storage-key-at-the-top": ":3: snapshots: is not read here; it belongs under `storage:`",
    "tab": ":2: not YAML: found character '\\t' that cannot start any token; indent with spaces",
    "tag": ":1: vendors: the tag 'python/object/apply:os.system' is not allowed; write a plain value",
    "top-key-in-a-vendor": ":4: vendors[0].policy: is not read here; it belongs at the top level of the file, it is the same for every vendor",
    "proxy-of-another-kind": ":4: network.proxy: is no proxy; write it like http://host:3128 or http://user:password@host:3128",
    "header-of-every-request": ":4: vendors[0].headers.User-Agent: is a header that every request sets of itself; remove it",
    "header-of-two-sources": ":4: vendors[0].headers.X-Key: takes its value from one place; write {env: NAME} or {file: PATH}",
    "truth-in-words": ":4: vendors[0].allow_private: 'maybe' is neither true nor false; write true or false",
    "token-no-digest": ":4: server.tokens[0].sha256: is not a SHA-256 in 64 lower-case digits; `monitor token NAME` prints one",
    "token-unknown-scope": ":4: server.tokens[0].scopes[0]: 'write' is not a scope; write one of read",
    "token-name-taken": ":5: server.tokens[1]: the name 'grafana' is taken; give each token its own",
    "token-without-digest": ":4: server.tokens[0]: needs `sha256`; `monitor token NAME` prints a whole item",
    "hosts-with-a-port": ":3: server.hosts[0]: 'monitor.example.com:9184' is not a host's name; write it like monitor.example.com, without a port",
    "open-in-words": ":3: server.open: 'everybody' is neither true nor false; write true or false",
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
