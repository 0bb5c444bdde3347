"""Ctrl-C at any instant, and readers that have enough, with the command as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.store import Store
from tests.cases import FIXTURES, recording_of, write_recording
from tests.store_support import add_page
from tests.terminals import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.hours]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a recording and settings."""
    folder = tmp_path_factory.mktemp("interrupts")
    write_recording(recording_of(FIXTURES / "statuspage" / "ongoing"), folder / "recording")
    (folder / "monitor.yaml").write_text(
        "contact: me@acme.example\n"
        "vendors: [{slug: acme, name: Acme, url: 'https://acme.example/'}]\n"
    )
    with Store.open(f"sqlite:///{folder / 'monitor.db'}") as store:
        add_page(store)
    return folder


def started(*words: str, folder: Path, stdout=subprocess.PIPE) -> subprocess.Popen[str]:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "MONITOR_DATABASE_URL": f"sqlite:///{folder / 'monitor.db'}",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", *words], cwd=folder, env=environment, text=True,
        stdout=stdout, stderr=subprocess.PIPE, preexec_fn=as_typed,  # noqa: PLW1509 - nothing runs beside it
    )  # fmt: skip


def as_typed() -> None:
    """Have the process hear Ctrl-C even where these tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def is_before_us(code: int, out: str, err: str) -> bool:
    """Whether the signal came while Python itself began, where no program can answer it."""
    is_killed = code == -signal.SIGINT or (code == 1 and "Traceback" in err)
    ours = [line for line in err.splitlines() if "File" in line and str(ROOT) in line]
    return is_killed and not out and not ours


@pytest.mark.parametrize("words", [("report",), ("replay", "recording")])
def test_ctrl_c_at_any_instant_is_one_line_or_comes_too_late(folder, words) -> None:
    whole = started(*words, folder=folder)
    begin = time.monotonic()
    expected, _ = whole.communicate(timeout=60)
    seconds = time.monotonic() - begin
    outcomes = []
    for step in range(17):
        process = started(*words, folder=folder)
        time.sleep(seconds * 1.1 * step / 16)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        outcome = (process.returncode, err)
        if not is_before_us(process.returncode, out, err):
            outcomes.append(outcome)
        if process.returncode == whole.returncode:
            assert len(out) == len(expected)

    notes = {err for code, err in outcomes if code == whole.returncode}
    assert all("Traceback" not in err and "interrupted" not in err for err in notes)
    assert [each for each in outcomes if each[0] not in {130, whole.returncode}] == []
    assert {err for code, err in outcomes if code == 130} <= {
        "interrupted\n",
        "interrupted; what was read is kept, the same command goes on from there\n",
    }
    assert any(code == 130 for code, _ in outcomes)


@pytest.mark.parametrize(
    "words",
    [
        ("-h",),
        ("report", "--help"),
        ("version",),
        ("report",),
        ("report", "--format", "json"),
        ("replay", "recording"),
        ("vendors",),
        ("vendors", "--platforms"),
        ("vendors", "--search", "a", "--format", "json"),
        ("check",),
        ("db", "size"),
        ("db", "check"),
        ("rebuild",),
        ("export", "csv", "--table", "days"),
    ],
)
def test_a_reader_that_has_enough_ends_the_command_without_a_word(folder, words) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # as `| head` that has ended
    process = started(*words, folder=folder, stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (0, "")


def test_a_command_in_the_background_is_not_interrupted_with_the_one_in_front(folder) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "replay", "recording"], cwd=folder, env=environment,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=as_in_background,  # noqa: PLW1509 - nothing runs beside it
    )  # fmt: skip
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode != 130, err
    assert "known days" in out
    assert "interrupted" not in err


def as_in_background() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
