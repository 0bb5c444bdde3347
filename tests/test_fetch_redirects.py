"""Following redirects, and which are not followed."""

import hashlib
from dataclasses import replace

import httpx
import pytest
from loopback import (
    LOCAL,
    PUBLIC,
    fetcher,
    mocked,
    read,
    redirecting,
    serving,
)

from monitor.errors import (
    BadStatus,
    FetchError,
    ForbiddenAddress,
    TooManyRedirects,
)
from monitor.fetch import (
    Limits,
    Validators,
)
from monitor.fetch.hosts import host_transports


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_the_final_url_is_kept(status):
    async with serving(redirecting(status, a="b?q=1#frag")) as server:
        fetched = await read(f"{server.url}/a")

    assert fetched.response.body == b"here"
    assert fetched.response.url == f"{server.url}/a"
    assert fetched.response.final_url == f"{server.url}/b?q=1"


async def test_a_redirect_that_drops_the_path_shows_in_the_final_url():
    async with serving(redirecting(**{"api/v2/summary.json": "/"})) as server:
        fetched = await read(f"{server.url}/api/v2/summary.json")

    assert fetched.response.final_url == f"{server.url}/"


async def test_three_redirects_are_followed_and_a_fourth_is_not():
    async with serving(redirecting(a="/b", b="/c", c="/d", x="/a")) as server, fetcher() as asking:
        fetched = await asking.get(f"{server.url}/a", accept="*/*", limits=LOCAL)
        with pytest.raises(TooManyRedirects) as caught:
            await asking.get(f"{server.url}/x", accept="*/*", limits=LOCAL)

    assert fetched.response.final_url == f"{server.url}/d"
    assert caught.value.url == f"{server.url}/x"
    assert caught.value.remedy


@pytest.mark.parametrize("there", ["file:///etc/passwd", "ftp://a.test/", "gopher://a.test/"])
async def test_a_redirect_to_another_scheme_is_refused(there):
    async with serving(redirecting(a=there)) as server:
        with pytest.raises(TooManyRedirects, match="not http"):
            await read(f"{server.url}/a")


@pytest.mark.parametrize("there", ["http://:80/", "http://[::1", "http://a b.test:99999/"])
async def test_a_redirect_to_no_url_is_an_error(there):
    async with serving(redirecting(a=there)) as server:
        with pytest.raises(FetchError):
            await read(f"{server.url}/a")


async def test_a_redirect_to_a_private_address_is_refused_by_the_guard():
    def answer(request):
        return httpx.Response(302, headers={"location": "http://169.254.169.254/latest/meta-data"})

    make = host_transports(None, 150.0, None)

    def factory(*, reach, proxy):
        transport = make(reach=reach, proxy=proxy)

        async def route(request):
            return (
                answer(request)
                if request.url.host == "a.test"
                else await transport.handle_async_request(request)
            )

        return httpx.MockTransport(route)

    async with fetcher(transport_factory=factory) as asking:
        with pytest.raises(ForbiddenAddress, match=r"169\.254\.169\.254") as caught:
            await asking.get("http://a.test/", accept="*/*", limits=PUBLIC)

    assert caught.value.url == "http://a.test/"


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
async def test_a_redirect_out_of_https_is_refused_unless_private_pages_are_allowed(allowed, scheme):
    def answer(request):
        there = {"location": "http://b.test/"}
        return (
            httpx.Response(302, headers=there)
            if request.url.scheme == "https"
            else httpx.Response(200, text="ok")
        )

    async with mocked(answer) as asking:
        getting = asking.get(
            f"{scheme}://a.test/", accept="*/*", limits=Limits(allow_private=allowed)
        )
        if allowed:
            assert (await getting).response.final_url == "http://b.test/"
        else:
            with pytest.raises(TooManyRedirects, match="from https"):
                await getting


SECRET = (("authorization", "Bearer secret"),)


async def test_a_pages_own_headers_go_to_its_host_alone():
    seen = []

    def answer(request):
        seen.append((request.url.host, request.headers.get("authorization")))
        there = {"a.test": "https://b.test/", "b.test": "https://a.test/again"}
        again = request.url.path == "/again"
        return (
            httpx.Response(200)
            if again
            else httpx.Response(302, headers={"location": there[request.url.host]})
        )

    limits = replace(PUBLIC, own_host="a.test", headers=SECRET)
    async with mocked(answer) as asking:
        await asking.get("https://a.test/", accept="*/*", limits=limits)
        await asking.get(
            "https://a.test/again", accept="*/*", limits=replace(limits, own_host="c.test")
        )

    assert seen == [
        ("a.test", "Bearer secret"),
        ("b.test", None),
        ("a.test", "Bearer secret"),
        ("a.test", None),
    ]
    assert "secret" not in repr(limits)


async def test_a_pages_own_headers_do_not_leave_tls():
    seen = []

    def answer(request):
        seen.append((request.url.scheme, request.headers.get("authorization")))
        there = {"location": "http://a.test/"}
        return (
            httpx.Response(302, headers=there)
            if request.url.scheme == "https"
            else httpx.Response(200)
        )

    limits = Limits(allow_private=True, own_host="a.test", headers=SECRET)
    async with mocked(answer) as asking:
        await asking.get("https://a.test/", accept="*/*", limits=limits)
        await asking.get("http://a.test/", accept="*/*", limits=limits)

    assert seen == [("https", "Bearer secret"), ("http", None), ("http", "Bearer secret")]


async def test_validators_are_only_exchanged_with_the_url_itself_not_with_where_it_redirects():
    known = Validators(
        etag='"e"',
        last_modified="Wed, 06 May 2026 11:00:00 GMT",
        sha256=hashlib.sha256(b"here").hexdigest(),
    )
    async with serving(redirecting(a="/b")) as server:
        fetched = await read(f"{server.url}/a", validators=known)

    assert ["if-modified-since" in headers for headers in server.headers] == [True, False]
    assert ["if-none-match" in headers for headers in server.headers] == [True, False]
    assert fetched.validators == Validators(sha256=known.sha256)
    assert fetched.response.unchanged


async def test_a_304_from_where_a_redirect_leads_says_nothing_about_the_page():
    def answer(request):
        return (
            httpx.Response(302, headers={"location": "/b"})
            if request.url.path == "/a"
            else httpx.Response(304)
        )

    async with mocked(answer) as asking:
        with pytest.raises(BadStatus):
            await asking.get(
                "https://a.test/a", accept="*/*", limits=PUBLIC, validators=Validators(etag='"e"')
            )
