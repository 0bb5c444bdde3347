"""docs/reliability.md: every promise names the test that holds it, and that test is there."""

import re
from pathlib import Path

from exporters import connections
from monitor import sparing
from monitor.collect.timing import LEASE_SECONDS
from monitor.errors import STORE_CAUSES
from monitor.loop import MOST_WAITS
from monitor.schedule import DRAIN_SECONDS, LAST_WRITE_SECONDS, TICK_SECONDS
from monitor.store import health, patience, postgres
from monitor.store.faults import REMEDIES
from monitor.writer import RETRY_SECONDS

TESTS = Path(__file__).parent
DOCUMENT = (TESTS.parent / "docs" / "reliability.md").read_text()


def test_every_test_that_the_document_names_is_there():
    there = {
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", DOCUMENT))

    assert len(named) > 25
    assert named <= there


def test_every_promise_and_every_fault_names_its_test():
    promises = re.findall(r"^- \*\*.*?(?=^- \*\*|^#|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    faults = re.findall(r"^\| (?!fault|---).*$", DOCUMENT, re.MULTILINE)
    untested = [
        each for each in (*promises, *faults) if "test_" not in each and "runbooks/" not in each
    ]

    assert len(promises) >= 13
    assert len(faults) >= 25
    assert untested == []


def test_the_figures_of_the_document_are_those_of_the_code():
    seconds = {
        "once a second": (TICK_SECONDS, 1), "for 90 seconds": (RETRY_SECONDS, 90), "after 15 seconds": (health.READY_FOR_SECONDS, 15),
        "lease of two minutes": (LEASE_SECONDS, 120), "at least once a minute": (health.SILENT_SECONDS, 60),
        "each cause once a minute": (sparing.SAY_EVERY_SECONDS, 60), "5 s to connect": (postgres.CONNECT_SECONDS, 5),
        "5 s for a lock": (postgres.LOCK_SECONDS, 5), "20 s for a statement": (postgres.STATEMENT_SECONDS, 20),
        "25 s for any answer": (patience.ANSWER_SECONDS, 25), "A request has 10 seconds": (connections.REQUEST_SECONDS, 10),
        "its head 16 KiB": (connections.HEAD_BYTES, 16 * 1024), "an answer 60 seconds": (connections.ANSWER_SECONDS, 60),
        "128 may wait": (MOST_WAITS, 128), "a quarter of the files": (connections.SHARE, 4), "16 to 512 connections": ((connections.FEWEST, connections.MOST), (16, 512)),
    }  # fmt: skip

    assert [said for said in seconds if said not in DOCUMENT.replace("\n  ", " ")] == []
    assert [said for said, (is_now, was) in seconds.items() if is_now != was] == []
    assert (
        DRAIN_SECONDS + LAST_WRITE_SECONDS + 1 <= 7
    )  # of 10 s: starting to stop, and a busy machine, take the rest
    assert RETRY_SECONDS < LEASE_SECONDS


def test_every_cause_has_a_remedy_and_is_in_the_document_of_metrics():
    metrics = (TESTS.parent / "docs" / "metrics.md").read_text()

    assert set(REMEDIES) == set(STORE_CAUSES)
    assert [cause for cause in STORE_CAUSES if f"`{cause}`" not in metrics] == []
