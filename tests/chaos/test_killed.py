"""A process that is killed at any moment: what had been kept is there, once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_support import NOW, polls_of

from monitor.schedule import TICK_SECONDS
from monitor.store import Store, upkeep

WRITING = """
import asyncio, sys
from dataclasses import replace
from store_support import MINUTE, NOW
from tests.chaos.support import told, watching
from monitor.model import Level

async def work():
    async with watching(sys.argv[1]) as watched:
        print("begun", flush=True)
        for number in range(100_000):
            at, level = NOW + number * MINUTE, Level.DEGRADED if number % 2 else Level.OPERATIONAL
            watched.clock.now = at
            await watched.collector.writer.write(told(watched, at, api=level))
            print(number, flush=True)

asyncio.run(work())
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_what_was_kept_before_a_kill_is_there_afterwards_once(tmp_path, seed):
    root, url = Path(__file__).parents[2], f"sqlite:///{tmp_path}/status.db"
    environment = os.environ | {"PYTHONPATH": f"{root}:{root / 'tests'}"}
    words = [sys.executable, "-W", "ignore", "-c", WRITING, url]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.2 + random.Random(seed).random())
        process.send_signal(signal.SIGKILL)
        said = [int(line) for line in process.stdout.read().split()]

    assert said
    assert upkeep.problems(tmp_path / "status.db") == []
    with Store.open(url) as store:
        page = store.pages()[0]
        starts = [run.span.start for run in store.facts(page.id).runs]
        polls = [at for _, at in polls_of(store, page)]
    assert page.last_poll_at is not None
    assert (page.last_poll_at - NOW).total_seconds() / 60 >= said[-1]
    assert len(starts) == len(set(starts)) >= said[-1]
    assert len(polls) == len(set(polls)) in (len(said), len(said) + 1)


def test_polls_without_news_wait_a_second_for_each_other_and_no_longer():
    assert TICK_SECONDS == 1.0


def test_a_power_failure_finds_on_the_disk_what_was_committed(tmp_path):
    with (
        Store.open(f"sqlite:///{tmp_path}/status.db") as store,
        store._engine.connect() as connection,
    ):
        full = 2
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == full
