"""`monitor status`: its exit codes, what it reads, and that a mistake is never a vendor's outage."""

import json
from pathlib import Path

import pytest
from pages_at_hand import Command, truth

from monitor.cli import status as module
from tests.processes import served

pytestmark = pytest.mark.hours


@pytest.fixture
def page(tmp_path: Path):
    """A simulated page that settings name `acme`."""
    with served(truth()) as simulator:
        (tmp_path / "monitor.yaml").write_text(
            "vendors:\n"
            f"  - {{slug: acme, tier: critical, url: '{simulator.vendors[0].url}', allow_private: true}}\n"
            "  - {slug: other, url: 'http://127.0.0.1:9/', allow_private: true}\n"
        )
        yield simulator.vendors[0].url


@pytest.mark.slow
def test_vendors_that_were_polled_are_well_and_others_unknown(monitor: Command, page: str) -> None:
    assert monitor("poll", "acme")[0] == 0

    code, out, err = monitor("status", "acme", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["targets"][0]["level"] == "operational"

    code, out, _ = monitor("status")
    assert code == 3
    assert out.splitlines()[-1] == "UNKNOWN: 1 unknown, 1 ok"
    assert monitor("status", "--tier", "critical")[0] == 0
    code, out, _ = monitor("status", "nosuch")
    assert (code, out.partition(" in ")[0]) == (3, "UNKNOWN: no vendor 'nosuch'")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no database"),
        (["--now", "nosuch"], "'nosuch'"),
        (["--now", "--tier", "low"], "no vendor asked about has the tier low"),
        (["--wait", "soon"], "'soon' is not a duration"),
        (["--config", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_a_mistake_is_unknown_and_no_outage(
    monitor: Command, page: str, words: list[str], said: str
) -> None:
    code, out, _ = monitor("status", *words)

    assert code == 3
    assert out.startswith("UNKNOWN: ")
    assert said in out
    assert json.loads(monitor("status", *words, "-f", "json")[1])["status"] == "unknown"


def test_an_option_that_is_none_is_unknown_and_no_outage(monitor: Command) -> None:
    code, _, err = monitor("status", "--bogus")

    assert code == 3
    assert "No such option" in err


@pytest.mark.slow
def test_the_page_itself_is_asked_without_a_database(monitor: Command, page: str) -> None:
    code, out, _ = monitor("status", "--now", "acme", "--format", "json")
    (target,) = json.loads(out)["targets"]

    assert code == 0
    assert (target["level"], target["known_components"] > 0) == ("operational", True)


@pytest.mark.slow
def test_a_page_that_does_not_answer_is_unknown(monitor: Command) -> None:
    code, out, _ = monitor("status", "--now", "https://127.0.0.1:9/", "--allow-private")

    assert code == 3
    assert "the page could not be read: cannot connect" in out


@pytest.mark.slow
def test_waiting_ends_when_all_is_well_or_the_time_is_over(
    monitor: Command, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert monitor("poll", "other")[0] == 1  # there is a database, and nothing known in it
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            assert monitor("poll", "acme")[0] == 0

    monkeypatch.setattr(module.time, "sleep", sleep)

    assert monitor("status", "acme", "--wait", "10m")[0] == 0
    assert pauses == [5.0, 5.0]
    assert monitor("status", "other", "--wait", "0s")[0] == 3
