"""Which days a report is about: the options, as they are typed."""

import json
from pathlib import Path

import pytest

from tests.cases import FIXTURES, recording_of, write_recording

pytestmark = pytest.mark.hours

CASE = FIXTURES / "statuspage" / "ongoing"


@pytest.fixture
def replayed(monitor, tmp_path: Path):
    """Run the report of a recording with these options; return exit code, stdout and stderr."""
    folder = str(write_recording(recording_of(CASE), tmp_path / "recording"))
    return lambda *words: monitor("replay", folder, *words)


def window(out: str) -> tuple[str, str]:
    found = json.loads(out)["vendors"][0]["window"]
    return found["first"], found["last"]


def test_the_first_and_the_last_day_are_in_the_window(replayed):
    code, out, err = replayed("--since", "2026-05-01", "--until", "2026-05-04", "-f", "json")

    assert (code, err) == (0, "")
    assert window(out) == ("2026-05-01", "2026-05-04")
    assert json.loads(out)["window_days"] == 4


@pytest.mark.slow
def test_the_old_word_for_days_works_and_says_what_it_is_called_now(replayed):
    code, out, err = replayed("--window", "7", "-f", "json")

    assert code == 0
    assert len(json.loads(out)["vendors"][0]["days"]) == 7
    assert err == "note: --window is now called --days; the old word goes on working for a year\n"


def test_the_old_word_beside_the_new_one_is_refused(replayed):
    code, out, err = replayed("--window", "7", "--days", "7")

    assert (code, out) == (2, "")
    assert err == "monitor: --window is the old word for --days; drop --window\n"


def test_days_that_contradict_each_other_are_refused_before_anything_is_read(monitor):
    code, out, err = monitor("report", "--since", "2026-05-01", "--days", "7")

    assert (code, out) == (2, "")
    assert "drop one of them" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--month", "2026-13"), "'2026-13' is not a month; write 2026-03"),
        (("--month", "2026-03", "--as-of", "today"), "drop --as-of or --month"),
        (("--quarter", "2026"), "write --year 2026"),
        (("--since", "may"), "'may' is not a day"),
        (("--target", "three nines"), "write a percentage above 0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_a_database_is_opened(
    monitor, tmp_path: Path, words, message
):
    code, out, err = monitor("report", *words)

    assert (code, out) == (2, "")
    assert message in err
    assert not (tmp_path / "monitor.db").exists()
