"""The command as a process of its own, over real sockets: recording a live page, and Ctrl-C."""

import json
import signal
from pathlib import Path

import pytest
import yaml

from monitor.demo.chance import random_truth
from monitor.demo.server import Simulator
from tests.processes import command, now, result, served

pytestmark = [pytest.mark.integration, pytest.mark.hours]


def settings(folder: Path, simulator: Simulator) -> None:
    vendors = [
        {"slug": vendor.slug, "name": vendor.name, "url": vendor.url, "allow_private": True}
        for vendor in simulator.vendors
    ]
    (folder / "monitor.yaml").write_text(yaml.safe_dump({"vendors": vendors}))


def figures(report: str) -> list[dict[str, object]]:
    """What a report says, without the moment it was made."""
    return json.loads(report)["vendors"]


def test_a_live_page_is_recorded_and_replays_to_the_same_figures(tmp_path):
    truth = random_truth(11, now=now(), platform="statuspage", incidents=8, live=False)
    with served(truth) as simulator:
        (vendor,) = simulator.vendors
        settings(tmp_path, simulator)
        recorded = result("record", vendor.url, "recording", "--allow-private", folder=tmp_path)
        live = result(
            "backfill", "--days", "91", folder=tmp_path
        )  # a day more, should the page's day end meanwhile
    assert recorded[0] == 0, recorded
    assert live[0] == 0, live
    replayed = result("replay", "recording", "--format", "json", folder=tmp_path)
    (offline,) = figures(replayed[1])
    last = offline["days"][-1]["date"]
    reported = result("report", "--as-of", last, "--format", "json", folder=tmp_path)

    (online,) = figures(reported[1])
    same = ("known_days", "outage_days", "major_days", "degraded_days")
    assert {key: offline[key] for key in same} == {key: online[key] for key in same}
    assert online["current_level"] in (offline["current_level"], None)  # None: that day is over
    assert offline["outage_days"] > 0
    assert offline["platform"] == "statuspage"


def test_a_page_that_cannot_be_recorded_says_so_without_a_traceback(tmp_path):
    code, _, err = result(
        "record", "http://127.0.0.1:9/", "recording", "--allow-private", folder=tmp_path
    )

    assert code == 1
    assert "failed:" in err
    assert "Traceback" not in err


def test_ctrl_c_during_a_backfill_ends_cleanly_and_the_same_command_goes_on(tmp_path):
    truth = random_truth(12, now=now(), platform="incidentio", incidents=8, live=False)
    with served(truth) as simulator:
        settings(tmp_path, simulator)
        simulator.seconds = 30.0
        process = command("backfill", "--days", "90", folder=tmp_path)
        assert simulator.asked_for_history.wait(120)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        simulator.seconds = 0.0
        again = result("backfill", "--days", "90", folder=tmp_path)
        whole = result("backfill", "--days", "90", folder=tmp_path, database="other.db")
    interrupted_report = result("report", "--format", "json", folder=tmp_path)
    whole_report = result("report", "--format", "json", folder=tmp_path, database="other.db")

    assert process.returncode == 130, out + err
    assert "the same command goes on from there" in err
    assert "Traceback" not in out + err
    assert again[0] == whole[0] == 0
    one, other = closed_days(interrupted_report[1]), closed_days(whole_report[1])
    common = one.keys() & other.keys()
    assert len(common) >= 87
    assert {day: one[day] for day in common} == {day: other[day] for day in common}


def closed_days(report: str) -> dict[str, object]:
    """The level of each day that is over. The first is left out: a day may have ended between two
    backfills."""
    (vendor,) = figures(report)
    return {day["date"]: day["level"] for day in vendor["days"][1:-1]}
