"""Platforms' own hosts: what is on them, what that proves, and what a slug makes of them."""

import pytest

from monitor import platforms
from monitor.config import slug_from_url
from monitor.kit.hosts import is_on
from monitor.kit.protocol import Response


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://status.okta.com/x", True),
        ("https://STATUS.okta.com/", True),
        ("https://my.status.okta.com/", False),
        ("https://acme.pages.example/", True),
        ("https://pages.example/", False),
        ("https://evilpages.example/", False),
        ("https://[broken/", False),
        ("status.okta.com", False),
    ],
)
def test_a_host_is_a_whole_one_or_under_a_domain(url: str, expected: bool) -> None:
    assert is_on(url, ("status.okta.com", ".pages.example")) is expected


@pytest.mark.parametrize("name", platforms.names())
def test_a_host_alone_is_no_sign_of_a_platform(name: str) -> None:
    """Google's and AWS's pages are their host: what lives there and answers is the dashboard."""
    for host in platforms.hosts(name):
        url = f"https://{'acme' if host[0] == '.' else ''}{host}/"
        found = platforms.signals(
            name, Response(url=url, status=404, body=b"<html>Not found</html>")
        )
        assert {signal.kind for signal in found} <= (
            {"host"} if name in {"aws", "statusio"} else set()
        )


@pytest.mark.parametrize("name", platforms.names())
def test_hosts_are_lower_case_names_without_a_path(name: str) -> None:
    for host in platforms.hosts(name):
        assert host == host.lower()
        assert "/" not in host
        assert "." in host.lstrip(".")


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://acme.statuspage.io/", "acme"),
        ("https://acme.instatus.com/", "acme"),
        ("https://acme.betteruptime.com/", "acme"),
        ("https://acme.statuspal.io/", "acme"),
        ("https://acme.hund.io/", "acme"),
        ("https://acme.freshstatus.io/", "acme"),
        ("https://acme.statuspal.eu/", "acme-statuspal"),
        ("https://acme.statuscast.com/", "acme-statuscast"),
        ("https://acme.status.io/", "acme"),
        ("https://acme.trust.pagerduty.com/", "acme-trust-pagerduty"),
        ("https://status.acme.com/", "acme"),
    ],
)
def test_slugs_stay_what_pages_are_stored_under(url: str, slug: str) -> None:
    assert slug_from_url(url) == slug


def test_each_new_tenant_domain_is_decided_on() -> None:
    """A domain added to a platform's HOSTS changes slugs of stored pages, unless the settings say
    that it does not."""
    assert platforms.tenant_domains() == {
        "betteruptime.com",
        "checkly-status-page.com",
        "hostedstatus.com",
        "instatus.com",
        "status.io",
        "statuscast.com",
        "statuspage.datadoghq.com",
        "statuspage.io",
        "statuspal.eu",
        "statuspal.io",
        "trust.pagerduty.com",
    }
