"""`monitor check` and `accept`: mistakes in the settings, and what moved."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pages_at_hand import Command, truth

from monitor.demo.chance import random_truth
from tests.processes import now, served

pytestmark = pytest.mark.hours


def test_check_live_says_what_moved_and_stores_nothing(monitor: Command, tmp_path: Path) -> None:
    steady, moved = truth(), replace(truth("incidentio"), slug="moved")
    with served(steady, moved) as simulator:
        vendors = [
            {
                "slug": "steady",
                "url": simulator.vendors[0].url,
                "platform": "statuspage",
                "allow_private": True,
            },
            {
                "slug": "moved",
                "url": simulator.vendors[1].url,
                "platform": "statuspage",
                "allow_private": True,
            },
            {"slug": "gone", "url": "http://127.0.0.1:9/", "allow_private": True},
        ]
        (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": vendors}))
        code, out, _ = monitor("check", "--live")

    assert code == 1
    assert "moved: was statuspage, is incidentio (" in out
    assert "gone: not read (cannot connect: " in out
    assert "steady" not in out
    assert out.splitlines()[-1] == "3 pages checked, 1 has changed, 1 could not be read"
    assert not (tmp_path / "monitor.db").exists()


@pytest.mark.slow
def test_another_companys_page_is_told_by_poll_backfill_and_check_and_read_once_it_is_accepted(
    monitor: Command, tmp_path: Path
) -> None:
    """Here the settings name another page by mistake; a redirect or a taken name is told the same
    way."""
    acme = replace(truth(), slug="acme", name="Acme")
    globex = random_truth(9, now=now(), slug="globex", name="Globex", incidents=2, live=False)
    with served(acme, globex) as simulator:
        ours, theirs = (vendor.url for vendor in simulator.vendors)

        def configured(url: str) -> None:
            vendor = {"slug": "acme", "url": url, "platform": "statuspage", "allow_private": True}
            (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": [vendor]}))

        configured(ours)
        assert monitor("poll")[0] == 0
        assert monitor("check", "--live")[0] == 0
        code, _, err = monitor("accept", "acme")
        assert code == 2
        assert err.startswith(
            "monitor: nothing to accept for acme: its last reading was of the page it had before; "
        )
        configured(theirs)
        code, live, _ = monitor("check", "--live")
        assert code == 1
        assert (
            f"acme: identity changed: its id is {globex.page_id} (Globex), before {acme.page_id}"
            in live
        )
        assert "url: " in monitor("apply")[1]
        for command in ("poll", "backfill"):
            code, out, err = monitor(command)
            assert code == 1
            assert f"its id is {globex.page_id} (Globex), before {acme.page_id} (Acme)" in " ".join(
                (out + err).split()
            )
            assert "monitor accept acme" in " ".join((out + err).split())
        code, out, _ = monitor("accept", "acme")
        assert code == 0
        assert out.splitlines()[0].startswith(f"acme is now 'Globex' id {globex.page_id}")
        assert monitor("poll")[0] == 0
        assert monitor("check", "--live")[0] == 0
        assert monitor("accept", "nobody")[0] == 2
