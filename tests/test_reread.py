"""The settings read again while pages are read: in this process, and by a real SIGHUP of a real one."""

import asyncio
import os
import re
import signal
import time
from dataclasses import replace

import httpx
import pytest
import yaml
from processes import command, now, served
from simulated import SimulatedPages, collecting, vendor_of
from test_pipeline import truth_for
from test_schedule import settings_for, two_truths, until

from monitor.config import InvalidConfig, Problem
from monitor.demo.chance import random_truth
from monitor.pipeline import spec
from monitor.reread import Hangups, Rereading
from monitor.schedule import Schedule
from tests.integration.servers import free_port

pytestmark = pytest.mark.hours


class Held(SimulatedPages):
    """Pages that count who reads them at the same time, and can hold an answer back."""

    def __init__(self, truths, clock):
        super().__init__(truths, clock)
        self.hold = ""
        self.go_on = asyncio.Event()
        self.reached = asyncio.Event()
        self.inside: list[str] = []
        self.doubled: list[str] = []

    async def get(self, url, **options):
        host = url.split("/")[2]
        self.doubled += [host] if host in self.inside else []
        self.inside.append(host)
        try:
            if self.hold and self.hold in url:
                self.reached.set()
                await self.go_on.wait()
            return await super().get(url, **options)
        finally:
            self.inside.remove(host)


async def test_what_is_being_read_when_its_settings_change_is_kept_and_read_once_at_a_time() -> None:
    one, other = two_truths()
    third = random_truth(5, now=now(), slug="third", url="https://status.third.example/")
    pages = Held([one, other, third], now)
    pages.hold = "other"
    async with collecting(pages, {truth.slug: vendor_of(truth) for truth in (one, other)}) as collector:
        store = collector.store
        schedule = Schedule(collector, settings_for(), clock=now)
        await schedule.start()
        await asyncio.wait_for(pages.reached.wait(), 30)
        await until(lambda: store.pages([one.slug])[0].last_success_at is not None)
        await until(lambda: one.slug not in schedule._being_read.values())  # its history, too
        changed = vendor_of(other, url="https://elsewhere.example/", interval_seconds=600)
        schedule.reconfigure(settings_for(vendor_of(third), changed), {})
        await until(lambda: any(page.slug == "third" and page.last_success_at for page in store.pages()))
        meanwhile = {page.slug: page for page in store.pages()}
        asked = len(pages.asked)
        await asyncio.sleep(2.5)  # ticks, none of which may ask the page again
        assert [url for url in pages.asked[asked:] if "other" in url] == []
        pages.hold = ""
        pages.go_on.set()
        await until(lambda: store.pages(["other"])[0].url == "https://elsewhere.example/")
        with store._read() as connection:
            polls = connection.exec_driver_sql(
                "SELECT outcome FROM poll JOIN page ON page.id = poll.page_id WHERE slug = 'other' ORDER BY poll.id"
            ).all()
        (page,) = store.pages(["other"])
        await schedule.stop()
        gone = {page.slug: page for page in store.pages(removed=True)}[one.slug]

    assert set(meanwhile) == {"other", "third"}
    assert meanwhile["other"].url == other.url
    assert (page.url, page.interval_seconds) == ("https://elsewhere.example/", 600)
    assert [outcome for (outcome,) in polls][:1] == ["ok"]
    assert gone.removed_at is not None
    assert gone.last_success_at is not None
    assert pages.doubled == []


async def test_a_vendor_that_is_removed_and_added_again_while_it_is_read_is_read_once_at_a_time() -> None:
    one, other = two_truths()
    pages = Held([one, other], now)
    pages.hold = "other"
    vendors = [vendor_of(truth) for truth in (one, other)]
    async with collecting(pages, {vendor.slug: vendor for vendor in vendors}) as collector:
        schedule = Schedule(collector, settings_for(), clock=now)
        await schedule.start()
        await asyncio.wait_for(pages.reached.wait(), 30)
        for wanted in ([vendors[0]], vendors, [vendors[0]], [vendors[0], replace(vendors[1], tier="low")]):
            schedule.reconfigure(settings_for(*wanted), {})
            await asyncio.sleep(1.2)
        assert collector.vendors["other"].tier == "standard"
        pages.hold = ""
        pages.go_on.set()
        await until(lambda: collector.vendors["other"].tier == "low")
        await schedule.stop()
        (page,) = collector.store.pages(["other"])

    assert page.last_ok
    assert pages.doubled == []


async def test_a_reading_of_a_vendor_that_is_gone_is_kept_however_late() -> None:
    one, other = two_truths()
    pages = Held([one, other], now)
    pages.hold = "other"
    async with collecting(pages, {truth.slug: vendor_of(truth) for truth in (one, other)}) as collector:
        page = collector.store.pages(["other"])[0]
        polling = asyncio.create_task(collector.poll(page))
        await asyncio.wait_for(pages.reached.wait(), 30)
        collector.store.sync_pages([spec(vendor_of(one))], now=now())
        collector.configure({one.slug: vendor_of(one)}, {})
        pages.go_on.set()
        result = await polling
        await collector.flush()
        (page,) = [page for page in collector.store.pages(removed=True) if page.slug == "other"]

    assert result.error is None
    assert page.last_success_at is not None
    assert page.removed_at is not None


# ---------------------------------------------------------------------------------------------------------- rereading


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
        raise InvalidConfig("monitor.yaml", [Problem("monitor.yaml", 3, "policy", "'strikt' is not a policy")])

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
    assert (heard["applied"][0].settings.port, heard["applied"][0].settings.policy) == (before.port, "strict")
    assert "needs a restart, until then what was set before holds: server" in caplog.text


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


# -------------------------------------------------------------------------------------------------------- the process


@pytest.mark.integration
def test_a_hangup_adds_and_removes_vendors_refuses_mistakes_and_never_ends_the_process(tmp_path) -> None:
    truths = [
        replace(truth_for(number, "statuspage"), slug=f"v{number}", incidents=(), name=f"V{number}")
        for number in (1, 2, 3)
    ]
    with served(*truths) as simulator:
        urls = {vendor.slug: vendor.url for vendor in simulator.vendors}
        address = f"127.0.0.1:{free_port()}"

        def write(*slugs, **more):
            listed = [{"slug": slug, "url": urls[slug], "allow_private": True, **more} for slug in slugs]
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

            wait(lambda text: all(f'vendorstatus_up{{vendor="{slug}"}} 1' in text for slug in ("v1", "v2")))
            assert "config_last_reload_successful 1.0" in metrics()
            write("v2", "v3", tier="critical")
            process.send_signal(signal.SIGHUP)
            wait(lambda text: 'vendorstatus_up{vendor="v3"} 1' in text and 'vendor="v1"' not in text)
            wait(lambda text: re.search(r'vendor_info{vendor="v2",.*tier="critical"', text))
            (tmp_path / "monitor.yaml").write_text("vendors: [v2\npolicy: strikt\n")
            process.send_signal(signal.SIGHUP)
            wait(lambda text: "config_last_reload_successful 0.0" in text and 'vendorstatus_up{vendor="v3"} 1' in text)
            write("v1", "v2", "v3")
            (tmp_path / "monitor.yaml").write_text(
                (tmp_path / "monitor.yaml").read_text().replace(address, "127.0.0.1:1")
            )
            for _ in range(20):
                process.send_signal(signal.SIGHUP)
            wait(lambda text: 'vendorstatus_up{vendor="v1"} 1' in text and "config_last_reload_successful 1.0" in text)
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "settings refused: " in err
    assert "monitor.yaml:2" in err
    assert "needs a restart, until then what was set before holds: server" in err
    assert "2 vendors: 1 added (v3), 1 removed (v1), 1 changed (v2)" in err
    assert "Traceback" not in err
