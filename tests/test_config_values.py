"""Durations, addresses, and what is said of settings that are allowed and odd."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settings_texts import settings

from monitor.config import (
    format_duration,
    normal_url,
    parse,
    parse_duration,
    slug_from_url,
    warnings,
)
from monitor.errors import ConfigError

pytestmark = pytest.mark.usefixtures("home")


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
        (
            "vendors: [{slug: azure-devops, regions: [APCA, us]}]",
            "azure-devops: the page has no region 'APCA' that we know of; did you mean 'APAC'?",
        ),
        (
            "vendors: [{slug: azure-devops, regions: [Mars]}]",
            "azure-devops: the page has no region 'Mars' that we know of; it has US, CA, ",
        ),
        ("vendors: [{slug: openai, interval: 2d}]", "openai: polled less than once a day"),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(text, warning):
    found = warnings(parse(text, "monitor.yaml"))

    assert [line for line in found if line.startswith(warning)]
