"""The settings read again: in this process, and by a real SIGHUP of a real one."""

import asyncio
import os
import re
import signal
import time
from dataclasses import replace

import httpx
import pytest
import yaml
from processes import command, served
from simulated import vendor_of
from test_pipeline import truth_for
from test_schedule import settings_for

from monitor.config import InvalidConfig, Problem
from monitor.reread import Hangups, Rereading
from tests.integration.servers import free_port

pytestmark = pytest.mark.hours


def rereading(load, settings=None):
    heard: dict[str, list[object]] = {"applied": [], "observed": []}
    found = Rereading(
        settings or settings_for(vendor_of(truth_for(1, "statuspage"))),
        load=load,
        apply=lambda changes, _headers: heard["applied"].append(changes),
        observe=heard["observed"].append,
    )
    return found, heard


async def test_a_wrong_file_is_told_as_check_tells_it_and_changes_nothing(caplog) -> None:
    def load():
        raise InvalidConfig(
            "monitor.yaml", [Problem("monitor.yaml", 3, "policy", "'strikt' is not a policy")]
        )

    found, heard = rereading(load)
    told = await found.reread()

    assert heard == {"applied": [], "observed": [False]}
    assert "monitor.yaml:3: policy: 'strikt' is not a policy" in told
    assert [record.getMessage() for record in caplog.records] == [
        "settings refused: monitor.yaml: 1 mistake",
        "settings refused: monitor.yaml:3: policy: 'strikt' is not a policy",
        "the settings read before stay in force",
    ]


async def test_a_bug_while_reading_is_logged_and_changes_nothing(caplog) -> None:
    def load():
        raise ZeroDivisionError

    found, heard = rereading(load)
    await found.reread()

    assert heard == {"applied": [], "observed": [False]}
    assert "bug while reading the settings" in caplog.text


async def test_what_needs_a_restart_is_named_and_keeps_its_value(caplog) -> None:
    before = settings_for(vendor_of(truth_for(1, "statuspage")))
    found, heard = rereading(lambda: replace(before, port=1, policy="strict"), before)
    await found.reread()

    assert heard["observed"] == [True]
    assert (heard["applied"][0].settings.port, heard["applied"][0].settings.policy) == (
        before.port,
        "strict",
    )
    assert "needs a restart, until then what was set before holds: server" in caplog.text


async def test_what_changes_is_logged_with_its_old_and_new_value(caplog) -> None:
    vendor = vendor_of(truth_for(1, "statuspage"))
    before = settings_for(vendor)
    after = replace(vendor, interval_seconds=600, exclude=("API",))
    found, _ = rereading(lambda: replace(before, vendors=(after,)), before)
    with caplog.at_level("INFO", "monitor.reread"):
        await found.reread()
        found.load = lambda: replace(before, vendors=(replace(after, timeout_seconds=1.0),))
        await found.reread()

    told = [record.getMessage().removeprefix("settings read again: ") for record in caplog.records]
    assert told == [
        f"1 vendor: 1 changed ({vendor.slug})",
        f"changed: {vendor.slug}: exclude: none -> API; interval: 5m -> 10m",
        f"1 vendor: 1 changed ({vendor.slug})",
        f"changed: {vendor.slug}: how its page is reached",
    ]


async def test_hangups_before_anybody_waits_count_and_many_are_one() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with Hangups() as hangups:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(hangups.next(), 5)
        waiting = asyncio.create_task(hangups.next())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.wait_for(waiting, 5)

    assert signal.getsignal(signal.SIGHUP) == before


# --------------------------------------------------------------------------------------------------------
# the process


@pytest.mark.integration
def test_a_hangup_adds_and_removes_vendors_refuses_mistakes_and_never_ends_the_process(
    tmp_path,
) -> None:
    truths = [
        replace(truth_for(number, "statuspage"), slug=f"v{number}", incidents=(), name=f"V{number}")
        for number in (1, 2, 3)
    ]
    with served(*truths) as simulator:
        urls = {vendor.slug: vendor.url for vendor in simulator.vendors}
        address = f"127.0.0.1:{free_port()}"

        def write(*slugs, **more):
            listed = [
                {"slug": slug, "url": urls[slug], "allow_private": True, **more} for slug in slugs
            ]
            text = yaml.safe_dump({"backfill": "1d", "server": address, "vendors": listed})
            (tmp_path / "monitor.yaml").write_text(text)

        write("v1", "v2")
        process = command("serve", folder=tmp_path)
        try:

            def metrics():
                return httpx.get(f"http://{address}/metrics", timeout=10).text

            def wait(condition, seconds=60.0):
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    assert process.poll() is None
                    try:
                        if condition(metrics()):
                            return
                    except httpx.HTTPError:
                        pass
                    time.sleep(0.2)
                raise AssertionError(metrics())

            wait(
                lambda text: all(
                    f'vendorstatus_up{{vendor="{slug}"}} 1' in text for slug in ("v1", "v2")
                )
            )
            assert "config_last_reload_successful 1.0" in metrics()
            write("v2", "v3", tier="critical")
            process.send_signal(signal.SIGHUP)
            wait(
                lambda text: 'vendorstatus_up{vendor="v3"} 1' in text and 'vendor="v1"' not in text
            )
            wait(lambda text: re.search(r'vendor_info{vendor="v2",.*tier="critical"', text))
            (tmp_path / "monitor.yaml").write_text("vendors: [v2\npolicy: strikt\n")
            process.send_signal(signal.SIGHUP)
            wait(
                lambda text: (
                    "config_last_reload_successful 0.0" in text
                    and 'vendorstatus_up{vendor="v3"} 1' in text
                )
            )
            write("v1", "v2", "v3")
            (tmp_path / "monitor.yaml").write_text(
                (tmp_path / "monitor.yaml").read_text().replace(address, "127.0.0.1:1")
            )
            for _ in range(20):
                process.send_signal(signal.SIGHUP)
            wait(
                lambda text: (
                    'vendorstatus_up{vendor="v1"} 1' in text
                    and "config_last_reload_successful 1.0" in text
                )
            )
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "settings refused: " in err
    assert "monitor.yaml:2" in err
    assert "needs a restart, until then what was set before holds: server" in err
    assert "2 vendors: 1 added (v3), 1 removed (v1), 1 changed (v2)" in err
    assert "Traceback" not in err
