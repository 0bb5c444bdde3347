"""Scrapes of some vendors, and the targets that Prometheus discovers."""

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from scrape_world import Row, golden_text
from web_world import PROMETHEUS_3, ask, many_vendors

from exporters.text_format import OPENMETRICS_TYPE


def samples(text):
    return sorted(line for line in text.splitlines() if not line.startswith("#"))


def about(text, *vendors):
    return [
        line for line in samples(text) if any(f'vendor="{vendor}"' in line for vendor in vendors)
    ]


@pytest.mark.parametrize(
    ("query", "vendors"),
    [
        ("vendor=acme", ["acme"]),
        ("vendor=acme&vendor=globex", ["acme", "globex"]),
        ("vendor=acme,globex", ["acme", "globex"]),
        ("vendor=globex,acme&vendor=acme", ["acme", "globex"]),
    ],
)
async def test_metrics_of_some_vendors_are_theirs_among_all_and_nothing_else(query, vendors):
    answer = await ask(f"/metrics?{query}")

    assert answer.status_code == 200
    assert samples(answer.text) == about(golden_text(), *vendors)
    assert [family.name for family in parse_text(answer.text)]


async def test_metrics_of_some_vendors_come_in_openmetrics_and_compressed_too():
    answer = await ask(
        "/metrics?vendor=acme", headers={"accept": PROMETHEUS_3, "accept-encoding": "gzip"}
    )

    assert (answer.headers["content-type"], answer.headers["content-encoding"]) == (
        OPENMETRICS_TYPE,
        "gzip",
    )
    assert len(list(parse_openmetrics(answer.text))) == len(
        list(parse_text((await ask("/metrics?vendor=acme")).text))
    )


@pytest.mark.parametrize("query", ["vendor=hooli", "vendor=acme,hooli", "vendor=hooli&vendor=acme"])
async def test_a_vendor_that_is_not_configured_is_not_found_and_named(query):
    answer = await ask(f"/metrics?{query}")

    assert answer.status_code == 404
    assert answer.text == "no vendor 'hooli' is configured; /sd lists the vendors there are\n"


@pytest.mark.parametrize("query", ["vendor=", "vendor=acme,", "vendor"])
async def test_an_empty_name_is_no_vendor_and_never_all_of_them(query):
    assert (await ask(f"/metrics?{query}")).status_code == 404


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("shard=1", "write a shard as number/count, such as shard=1/8"),
        ("shard=", "write a shard as number/count, such as shard=1/8"),
        ("shard=0/8", "the shard must be a whole number from 1 to 8"),
        ("shard=9/8", "the shard must be a whole number from 1 to 8"),
        ("shard=1/0", "the count of shards must be a whole number from 1 to 1000"),
        ("shard=1/-1", "the count of shards must be a whole number from 1 to 1000"),
        ("shard=1/99999999", "the count of shards must be a whole number from 1 to 1000"),
        ("shard=١/8", "the shard must be a whole number from 1 to 8"),
        ("shard=1/8&vendor=acme", "ask for vendors or for a shard, not for both"),
    ],
)
async def test_a_shard_that_cannot_be_is_refused_with_what_to_write(query, text):
    answer = await ask(f"/metrics?{query}")

    assert (answer.status_code, answer.text) == (400, f"{text}\n")


@pytest.mark.slow
async def test_shards_together_are_all_vendors_once():
    store = many_vendors()
    parts = [samples((await ask(f"/metrics?shard={n}/8", store)).text) for n in range(1, 9)]
    everything = [
        line for line in samples((await ask("/metrics", store)).text) if 'vendor="' in line
    ]

    assert sorted(line for part in parts for line in part) == everything
    assert all(0 < len(part) < len(everything) / 4 for part in parts)


async def test_a_new_vendor_moves_no_other_to_another_shard():
    store = many_vendors()
    before = samples((await ask("/metrics?shard=3/8", store)).text)
    store.add(Row(id=999, slug="aaa"))
    after = samples((await ask("/metrics?shard=3/8", store)).text)

    assert [line for line in after if 'vendor="aaa"' not in line] == before


async def test_the_monitors_own_metrics_have_an_address_without_any_vendors():
    answer = await ask("/metrics/monitor")

    assert samples(answer.text) == [
        line for line in samples(golden_text()) if 'vendor="' not in line
    ]
    assert "vendorstatus_database_size_bytes 1056768" in answer.text
    assert "vendorstatus_polls_total" in answer.text


async def test_discovery_lists_the_monitor_and_every_vendor_at_the_address_it_was_asked_at():
    answer = await ask("/sd")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == [
        target("monitor.example/monitor", __metrics_path__="/metrics/monitor"),
        target("monitor.example/acme", __param_vendor="acme"),
        target("monitor.example/globex", __param_vendor="globex"),
        target("monitor.example/initech", __param_vendor="initech"),
    ]


def target(instance, **labels):
    return {"targets": ["monitor.example"], "labels": {**labels, "instance": instance}}


@pytest.mark.parametrize("query", ["", "?shards=1", "?shards=3"])
async def test_the_discovered_targets_together_are_everything_once(query):
    found = []
    for group in (await ask(f"/sd{query}")).json():
        labels = group["labels"]
        parameters = {
            name.removeprefix("__param_"): text
            for name, text in labels.items()
            if name.startswith("__param")
        }
        path = labels.get("__metrics_path__", "/metrics")
        found += samples((await ask(str(httpx.URL(path, params=parameters)))).text)

    assert sorted(found) == samples(golden_text())


async def test_discovered_targets_never_share_an_instance():
    for query in ("", "?shards=40"):
        groups = (await ask(f"/sd{query}", many_vendors())).json()
        assert len({group["labels"]["instance"] for group in groups}) == len(groups) > 40


@pytest.mark.parametrize("shards", ["0", "1001", "-1", "x", ""])
async def test_a_number_of_shards_that_cannot_be_is_refused(shards):
    answer = await ask(f"/sd?shards={shards}")

    assert (answer.status_code, answer.text) == (
        400,
        "shards must be a whole number from 1 to 1000\n",
    )
