"""Fetching: answers, validators, and hosts that ask us to wait."""

import hashlib
import re
from datetime import timedelta

import pytest
from loopback import LOCAL, NOW, Time, always, fetcher, message, read, serving

from monitor.errors import (
    BadStatus,
    Throttled,
)
from monitor.fetch import (
    Validators,
    parse_retry_after,
    user_agent,
)


async def test_an_answer_carries_status_headers_body_and_what_it_cost():
    async with serving(always(message(b'{"a": 1}', etag='"1"', X_Thing="Yes"))) as server:
        fetched = await read(f"{server.url}/a.json#part")

    assert fetched.response.status == 200
    assert fetched.response.body == b'{"a": 1}'
    assert fetched.response.headers["x-thing"] == "Yes"
    assert fetched.response.final_url == f"{server.url}/a.json"
    assert not fetched.response.unchanged
    assert fetched.wire_bytes == 8
    assert 0 < fetched.elapsed_seconds < 3


async def test_requests_say_who_asks_and_what_is_understood():
    async with serving(always(message(b"x"))) as server:
        await read(server.url)

    sent = server.headers[0]
    assert sent["user-agent"] == "test/1"
    assert sent["accept"] == "application/json"
    assert sent["accept-encoding"] == "gzip, deflate"
    assert "if-none-match" not in sent
    assert "if-modified-since" not in sent


async def test_validators_make_a_round_trip_and_304_means_unchanged():
    last = "Wed, 06 May 2026 11:00:00 GMT"

    async def answer(writer, path, headers):
        known = headers.get("if-none-match") == '"v1"' and headers.get("if-modified-since") == last
        writer.write(
            b'HTTP/1.1 304 X\r\netag: "v1"\r\ncontent-encoding: gzip\r\ncontent-length: 99999999\r\n\r\n'
            if known
            else message(b"body", etag='"v1"', last_modified=last)
        )

    async with serving(answer) as server, fetcher() as asking:
        first = await asking.get(server.url, accept="*/*", limits=LOCAL)
        second = await asking.get(
            server.url, accept="*/*", limits=LOCAL, validators=first.validators
        )

    assert first.validators == Validators(
        etag='"v1"', last_modified=last, sha256=hashlib.sha256(b"body").hexdigest()
    )
    assert second.response.unchanged
    assert second.response.status == 304
    assert second.response.body == b""
    assert second.validators == first.validators
    assert server.connections == 1


async def test_the_same_body_again_is_unchanged_though_the_host_has_no_validators():
    async with serving(always(message(b"same"))) as server, fetcher() as asking:
        first = await asking.get(server.url, accept="*/*", limits=LOCAL, validators=Validators())
        second = await asking.get(
            server.url, accept="*/*", limits=LOCAL, validators=first.validators
        )

    assert not first.response.unchanged
    assert second.response.unchanged
    assert second.response.body == b""
    assert second.response.status == 200


async def test_a_304_nobody_asked_for_is_an_error_not_an_unchanged_page():
    async with serving(always(b"HTTP/1.1 304 X\r\n\r\n")) as server:
        with pytest.raises(BadStatus):
            await read(server.url, validators=Validators(sha256="0" * 64))


async def test_a_failing_status_is_an_answer_and_leaves_the_validators_as_they_were():
    known = Validators(etag='"old"', sha256="0" * 64)
    async with serving(always(message(b"oops", 500, etag='"new"'))) as server:
        fetched = await read(server.url, validators=known)

    assert fetched.response.status == 500
    assert fetched.response.body == b"oops"
    assert fetched.validators == known


async def test_an_etag_that_cannot_be_sent_back_is_not_kept():
    async with serving(always(message(b"x", etag='"\xe9"'))) as server:
        assert (await read(server.url)).validators.etag is None


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, {"retry_after": "120"}, timedelta(seconds=120)),
        (420, {"retry_after": "7"}, timedelta(seconds=7)),
        (503, {"retry_after": "30"}, timedelta(seconds=30)),
        (429, {}, None),
        (429, {"retry_after": "soon"}, None),
        (
            429,
            {
                "retry_after": "Wed, 06 May 2026 12:01:30 GMT",
                "date": "Wed, 06 May 2026 12:00:00 GMT",
            },
            timedelta(seconds=90),
        ),
    ],
    ids=["seconds", "420", "503", "unsaid", "unreadable", "date"],
)
async def test_a_host_that_asks_us_to_wait_is_throttled(status, header, wait):
    async with serving(always(message(b"slow down", status, **header))) as server:
        with pytest.raises(Throttled) as caught:
            await read(f"{server.url}/x")

    assert caught.value.retry_after == wait
    assert caught.value.url == f"{server.url}/x"
    assert caught.value.remedy


async def test_a_503_that_asks_for_nothing_is_an_answer_like_any_other():
    async with serving(always(message(b"down", 503))) as server:
        assert (await read(server.url)).response.status == 503


async def test_a_retry_date_without_the_hosts_date_is_compared_to_our_own_clock():
    async with serving(
        always(message(b"", 429, retry_after="Wed, 06 May 2026 12:01:00 GMT"))
    ) as server:
        with pytest.raises(Throttled) as caught:
            await read(server.url, wall_clock=NOW.timestamp)

    assert caught.value.retry_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("0", timedelta(0)),
        (" 15 ", timedelta(seconds=15)),
        ("9" * 50, timedelta(days=1)),
        ("Wed, 06 May 2026 11:00:00 GMT", timedelta(0)),
        ("Wed, 06 May 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Fri, 06 May 2089 12:10:00 GMT", timedelta(days=1)),
        ("Wed, 99 May 2026 12:10:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_within_a_day(value, wait):
    assert parse_retry_after(value, now=NOW) == wait


async def test_a_resting_host_is_not_asked_again_by_its_other_pages_until_the_time_is_over():
    clock = Time()
    async with (
        serving(always(message(b"", 429, retry_after="100"), message(b"ok"))) as server,
        fetcher(clock=clock, sleep=clock.sleep) as asking,
    ):
        with pytest.raises(Throttled):
            await asking.get(f"{server.url}/a", accept="*/*", limits=LOCAL)
        clock.now += 40
        with pytest.raises(Throttled) as caught:
            await asking.get(f"{server.url}/b", accept="*/*", limits=LOCAL)
        clock.now += 59
        fetched = await asking.get(f"{server.url}/b", accept="*/*", limits=LOCAL)

    assert caught.value.retry_after == timedelta(seconds=60)
    assert caught.value.url == f"{server.url}/b"
    assert clock.slept == [1.0]
    assert fetched.response.body == b"ok"
    assert server.paths == ["/a", "/b"]


@pytest.mark.parametrize(
    ("contact", "rest"),
    [
        (None, ""),
        ("", ""),
        ("ops@example.com", " (ops@example.com)"),
        ("https://example.com/x", " (https://example.com/x)"),
        ("a\r\nX-Evil: 1)", " (aX-Evil: 1)"),
        ("é", ""),
    ],
)
def test_the_user_agent_names_the_product_and_whom_to_write_to(contact, rest):
    assert re.fullmatch(r"vendorstatus/\d+\.\d+\.\d+" + re.escape(rest), user_agent(contact))
