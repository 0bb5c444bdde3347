"""A running server gives signs of life, and follows what others put in force only when its own
settings say the same."""

import asyncio
import re
import signal
import time
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import yaml

from monitor.errors import ConfigError, StoreError
from monitor.kept_settings import digest
from monitor.presence import BEATS_BETWEEN_LOOKS, Presence
from monitor.watch_beginning import begin, begin_to_serve
from monitor.watching import Command
from tests.integration.servers import free_port
from tests.processes import command, result, served
from tests.store_support import NOW
from tests.test_pipeline import truth_for
from tests.test_watch_list import ACME, BOTH, server, settings

pytestmark = pytest.mark.hours

OTHER = settings(ACME, source="other.yaml")


class Serving:
    """A server with settings in force, and a file that may say something else."""

    def __init__(self, store) -> None:
        self.store = store
        self.in_force = self.file = BOTH
        self.now = NOW
        self.hangups = 0
        self.loads = 0
        enrolled = server()
        begin_to_serve(
            store, BOTH, enrolled, clock=lambda: self.now, on_wait=print, sleep=lambda _: None
        )
        self.presence = Presence(
            store,
            enrolled,
            clock=lambda: self.now,
            in_force=lambda: self.in_force,
            load=self.load,
            hang_up=self.hang_up,
        )

    def load(self):
        self.loads += 1
        if isinstance(self.file, Exception):
            raise self.file
        return self.file

    def hang_up(self) -> None:
        self.hangups += 1
        self.in_force = self.file

    async def beat(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += timedelta(seconds=5)
            await self.presence.beat()


@pytest.fixture
def serving(store) -> Serving:
    return Serving(store)


async def test_a_sign_of_life_says_when_and_by_which_settings(serving):
    await serving.beat()
    (first,) = serving.store.servers()
    serving.in_force = OTHER
    serving.file = OTHER
    await serving.beat()
    (second,) = serving.store.servers()

    assert (first.seen_at, first.digest) == (NOW + timedelta(seconds=5), digest(BOTH))
    assert (second.seen_at, second.digest) == (NOW + timedelta(seconds=10), digest(OTHER))
    assert first.started_at == second.started_at == NOW


async def test_what_was_applied_and_stands_in_the_own_file_is_taken_over(serving):
    begin(serving.store, OTHER, Command.APPLY, NOW)
    serving.file = replace(OTHER, source="monitor.yaml", port=1)
    await serving.beat()
    await serving.beat()

    assert (serving.hangups, serving.presence.problem) == (1, None)


@pytest.mark.parametrize("file", [BOTH, ConfigError("monitor.yaml: 1 mistake")])
async def test_what_was_applied_and_stands_in_no_file_of_ours_is_said_once_and_not_followed(
    serving, file, caplog
):
    begin(serving.store, OTHER, Command.APPLY, NOW)
    serving.file = file
    await serving.beat(BEATS_BETWEEN_LOOKS)

    assert serving.hangups == 0
    assert serving.presence.problem == (
        "other.yaml was put in force by others, and differs from our settings (not watched:"
        " globex); make both the same, or send SIGHUP to put ours in force"
    )
    assert [record.getMessage() for record in caplog.records] == [serving.presence.problem]
    assert serving.loads == 1

    serving.file = OTHER  # the file comes later, as a mounted one may
    await serving.beat(2)
    assert (serving.hangups, serving.presence.problem) == (1, None)


async def test_signs_of_life_go_on_after_the_database_failed(serving, monkeypatch):
    monkeypatch.setattr("monitor.presence.BEAT", timedelta(0))
    beats = 0

    def failing(*_):
        nonlocal beats
        beats += 1
        raise StoreError("locked", cause="busy")

    monkeypatch.setattr(serving.store, "enroll", failing)
    task = asyncio.create_task(serving.presence.run())
    while beats < 3:
        await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()


# --------------------------------------------------------------------------------------------------------
# processes


@pytest.mark.integration
def test_servers_restart_take_over_and_refuse_each_other(tmp_path):
    truths = [
        replace(truth_for(number, "statuspage"), slug=f"v{number}", incidents=(), name=f"V{number}")
        for number in (1, 2)
    ]
    with served(*truths) as simulator:
        urls = {vendor.slug: vendor.url for vendor in simulator.vendors}
        addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]

        def write(name: str, number: int, *slugs: str, **more) -> None:
            listed = [{"slug": slug, "url": urls[slug], "allow_private": True} for slug in slugs]
            file = {"backfill": "1d", "server": addresses[number], "vendors": listed, **more}
            (tmp_path / name).write_text(yaml.safe_dump(file))

        def wait(pattern: str, path: str = "metrics") -> str:
            end = time.monotonic() + 150
            text = ""
            while time.monotonic() < end:
                try:
                    text = httpx.get(f"http://{addresses[0]}/{path}", timeout=10).text
                except httpx.HTTPError as error:
                    text = repr(error)
                if re.search(pattern, text):
                    return text
                time.sleep(0.2)
            raise AssertionError(text)

        write("monitor.yaml", 0, "v1", "v2")
        write("other.yaml", 1, "v1")
        first = command("serve", folder=tmp_path)
        try:
            wait('vendorstatus_up{vendor="v1"} 1')
            # a second one is refused
            code, _, err = result("serve", "--config", "other.yaml", folder=tmp_path)
            assert code == 2
            assert "with other settings than other.yaml" in err
            assert "Traceback" not in err
            # what is applied from the server's own file is taken over without a signal
            write("monitor.yaml", 0, "v2")
            assert result("apply", folder=tmp_path)[0] == 0
            wait(r'(?s)\A(?!.*vendor="v1").*vendorstatus_up{vendor="v2"} 1')
            # what stands in no file of the server's is not, and it says so
            assert result("apply", "--config", "other.yaml", folder=tmp_path)[0] == 0
            wait("other.yaml was put in force by others", "readyz")
            first.send_signal(signal.SIGHUP)
            wait(r"(?s)\A(?!.*(by others|Error))", "readyz")
            # killed, it locks nobody out for long
            first.kill()
            first.communicate()
            write("monitor.yaml", 0, "v1")
            first = command("serve", folder=tmp_path)
            wait('vendorstatus_up{vendor="v1"} 1')
            # ended, it locks nobody out at all
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=30)
            write("monitor.yaml", 0, "v2")
            first = command("serve", folder=tmp_path)
            wait('vendorstatus_up{vendor="v2"} 1')
        finally:
            first.kill()
            print(*first.communicate())
