"""Which addresses may be connected to."""

import re
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import LOCAL, PUBLIC, always, fetcher, message, read, redirecting, serving

from monitor.errors import (
    ConfigError,
    FetchError,
    ForbiddenAddress,
)
from monitor.fetch import (
    is_forbidden,
    route,
    trust,
)
from monitor.fetch.guard import METADATA, Reach

FORBIDDEN = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2606:4700::5efe:10.0.0.7",
    "2606:4700::200:5efe:127.0.0.1",
    "3fff::1",
    "fc00::1",
    "fd00::5efe:8.8.8.8",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "not an address",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_that_are_not_global_are_forbidden(address):
    assert is_forbidden(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::",
        "2606:4700::5efe:8.8.8.8",
    ],
)
def test_global_addresses_are_not_forbidden(address):
    assert not is_forbidden(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.1",
        "0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "169.254.169.254",
        "[64:ff9b::7f00:1]",
    ],
)
async def test_no_way_to_write_an_inner_address_gets_through(host):
    async with serving(always(message(b"secret"))) as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(ForbiddenAddress) as caught:
            await read(f"http://{host}:{port}/", limits=PUBLIC)

    assert server.connections == 0
    assert "allow_private" in caught.value.remedy


@pytest.mark.parametrize(
    "address",
    [
        *sorted(map(str, METADATA)),
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fe80::1",
        "fe80::1%eth0",
    ],
)
def test_private_networks_are_not_the_link_and_not_the_cloud(address):
    assert is_forbidden(address, Reach.PRIVATE)
    assert not is_forbidden(address, Reach.ANY)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "127.0.0.1", "192.168.1.1", "fd00::1", "::1", "100.64.0.1", "1.1.1.1"]
)
def test_a_page_of_ones_own_may_lie_in_a_private_network(address):
    assert not is_forbidden(address, Reach.PRIVATE)


@given(st.ip_addresses(v=4))
def test_what_the_list_calls_public_python_calls_global(address):
    """Python's list is another one, and wider by what is no page's: relays, anycast of the network
    itself."""
    if not is_forbidden(str(address)):
        assert address.is_global


@pytest.mark.parametrize("own_host", [None, "a.test"])
async def test_a_private_page_leads_to_no_metadata(own_host):
    """The settings allow the page itself; what it redirects to, or a name that turns inward, they
    do not name."""

    async def resolver(host, port):
        return ["127.0.0.1"] if host == "a.test" else [host]

    async with serving(redirecting(a="http://169.254.169.254/")) as server:
        port = server.url.rpartition(":")[2]
        limits = replace(LOCAL, own_host=own_host)
        with pytest.raises(ForbiddenAddress, match="metadata"):
            await read(f"http://a.test:{port}/a", limits=limits, resolver=resolver)


@pytest.mark.parametrize(
    ("limits", "reach"),
    [
        (PUBLIC, Reach.PUBLIC),
        (replace(PUBLIC, own_host="a.test"), Reach.PUBLIC),
        (LOCAL, Reach.PRIVATE),
        (replace(LOCAL, own_host="b.test"), Reach.PRIVATE),
        (replace(LOCAL, own_host="a.test"), Reach.ANY),
    ],
)
async def test_only_a_private_page_s_own_host_may_lie_anywhere(limits, reach):
    asked = []

    def factory(*, reach, proxy):
        asked.append(reach)
        return httpx.MockTransport(lambda request: httpx.Response(200))

    async with fetcher(transport_factory=factory) as asking:
        await asking.get("https://a.test/", accept="*/*", limits=limits)
    assert asked == [reach]


async def test_one_inner_address_among_global_ones_is_enough_to_refuse():
    async def resolver(host, port):
        return ["93.184.215.14", "10.0.0.7"]

    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.7"):
        await read("https://rebound.test/", limits=PUBLIC, resolver=resolver)


async def test_the_name_is_resolved_once_and_the_host_header_keeps_it():
    asked = []

    async def resolver(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    async with serving(always(message(b"x"))) as server:
        port = server.url.rpartition(":")[2]
        await read(f"http://status.test:{port}/", resolver=resolver)

    assert asked == ["status.test"]
    assert server.headers[0]["host"] == f"status.test:{port}"


async def test_a_connection_opened_for_a_private_page_is_not_used_for_a_public_one():
    async with serving(always(message(b"x"))) as server, fetcher() as asking:
        await asking.get(server.url, accept="*/*", limits=LOCAL)
        with pytest.raises(ForbiddenAddress):
            await asking.get(server.url, accept="*/*", limits=PUBLIC)
        await asking.get(server.url, accept="*/*", limits=LOCAL)

    assert server.connections == 1
    assert len(server.paths) == 2


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.test/",
        "a.test/x",
        "http://",
        "http://[::1",
        "http://[::1#x",
        "",
    ],
)
async def test_only_http_and_https_urls_are_asked(url):
    with pytest.raises(FetchError) as caught:
        await read(url)

    assert caught.value.url == url
    assert caught.value.remedy


async def nothing_here(host, port):
    """Resolve as inside a company whose names are the proxy's business."""
    if host == "127.0.0.1":
        return [host]
    raise OSError("Name or service not known")


async def test_with_a_proxy_the_proxy_is_asked_and_resolves_the_name():
    async with serving(always(message(b"through"))) as server:
        fetched = await read(
            "http://status.test/x",
            limits=PUBLIC,
            route=lambda *_: server.url,
            resolver=nothing_here,
        )

    assert fetched.response.body == b"through"
    assert server.paths == ["http://status.test/x"]


@pytest.mark.parametrize("host", ["10.0.0.7", "[::1]", "169.254.169.254", "inner.test"])
async def test_a_proxy_is_not_asked_for_what_may_not_be_asked_directly(host):
    async def resolver(name, port):
        return ["192.168.1.1"] if name == "inner.test" else [name]

    async with serving(always(message(b"secret"))) as server:
        with pytest.raises(ForbiddenAddress):
            await read(
                f"http://{host}/", limits=PUBLIC, route=lambda *_: server.url, resolver=resolver
            )
    assert server.connections == 0


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def proxies(monkeypatch):
    """Return a function that sets the environment's proxies, and these alone."""

    def put(**variables):
        for name in PROXIES:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    put()
    return put


HTTPS = ("https", "status.vendor.test", None)


def test_the_environments_proxies_are_used(proxies):
    proxies(HTTPS_PROXY="http://one.test:3128", NO_PROXY="inner.test,.corp.test")
    found = route()

    assert found(*HTTPS) == "http://one.test:3128"
    assert found("http", "status.vendor.test", None) is None
    assert found("https", "inner.test", None) is None
    assert found("https", "a.corp.test", 8443) is None


def test_all_hosts_of_both_schemes_go_through_the_one_for_all(proxies):
    proxies(ALL_PROXY="http://all.test:3128", https_proxy="http://low.test:3128")
    assert route()("http", "a.test", None) == "http://all.test:3128"
    assert route()(*HTTPS) == "http://low.test:3128"


def test_the_settings_proxy_goes_before_the_environments_and_its_exceptions_are_added(proxies):
    proxies(HTTPS_PROXY="http://one.test:3128", NO_PROXY="inner.test")
    found = route("http://own.test:8080", ("other.test",))

    assert found(*HTTPS) == found("http", "a.test", None) == "http://own.test:8080"
    assert found("https", "inner.test", None) is None
    assert found("https", "other.test", None) is None
    assert route("http://own.test:8080", ("*",))(*HTTPS) is None


def test_without_proxies_hosts_are_asked_directly(proxies):
    assert route()(*HTTPS) is None


def test_a_proxy_of_another_kind_is_refused_without_repeating_its_password(proxies):
    proxies(HTTPS_PROXY="socks5://user:secret@one.test:1080")
    with pytest.raises(ConfigError, match="https proxy of the environment") as caught:
        route()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
@pytest.mark.parametrize("key", ["ca_file", "client_cert"])
def test_a_certificate_file_that_cannot_be_used_is_named(tmp_path, key, content):
    path = tmp_path / "file.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(
        ConfigError, match=rf"network\.{key}: {re.escape(str(path))} cannot be used"
    ):
        trust(**{key: path})
