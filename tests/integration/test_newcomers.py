"""Newcomers as scripts (tests/walks): each in an empty folder, with user folders of its own, and
nothing but this machine to ask."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from servers import program

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
WALKS = ROOT / "tests" / "walks"
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: what asks for anything but this machine fails."""


def environment(folder: Path) -> dict[str, str]:
    """Return all that a walk's shell knows of this machine and of us."""
    passed = ("LANG", "LC_ALL", "VENDORSTATUS_TEST_POSTGRES")
    known = {name: os.environ[name] for name in passed if name in os.environ}
    commands = str(Path(sys.executable).parent)
    return known | {
        "PATH": os.pathsep.join([commands, os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder / "home"),
        "XDG_CONFIG_HOME": str(folder / "home" / "config"),
        "XDG_DATA_HOME": str(folder / "home" / "data"),
        "TMPDIR": str(folder / "tmp"),
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
        "no_proxy": "127.0.0.1,localhost",
    }


def walk(script: Path, folder: Path, *, minutes: float, **variables: str) -> str:
    """Walk, and return all that was said; fails with its last lines, or after so many minutes."""
    for name in ("home", "tmp", "walk"):
        (folder / name).mkdir()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["bash", script], cwd=folder / "walk", env=environment(folder) | variables,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(minutes * 60)
        except subprocess.TimeoutExpired:
            code = None
        is_left_behind = left_behind(process.pid)
        process.wait()
    said = log.read_text(errors="replace")
    last = "\n".join(said.splitlines()[-40:])
    assert code is not None, f"not walked in {minutes} minutes:\n{last}"
    assert code == 0, last
    assert not is_left_behind, f"something it started still ran:\n{last}"
    return said


def left_behind(group: int) -> bool:
    """End what still runs of a walk, which is a process group; return whether there was any."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def test_the_first_hour_ends_with_an_alert_that_fires(tmp_path: Path) -> None:
    for name in ("prometheus", "promtool", "prometheus-alertmanager", "amtool"):
        program(name)

    said = walk(WALKS / "first_hour.sh", tmp_path, minutes=8, WALK_HURRIES="1")

    assert "walked: " in said


def test_the_five_ways_to_ask_say_the_same_as_they_stand_in_the_readme(tmp_path: Path) -> None:
    program("curl")

    said = walk(WALKS / "five_ways.sh", tmp_path, minutes=6)

    assert "walked: " in said


def test_the_first_upgrade_and_all_that_changes_meanwhile_lose_nothing(tmp_path: Path) -> None:
    program("script")
    if "VENDORSTATUS_TEST_POSTGRES" in os.environ:
        program("psql")

    said = walk(WALKS / "first_upgrade.sh", tmp_path, minutes=10)

    assert "walked: " in said


def test_the_first_argument_is_won_with_the_same_figures_everywhere(tmp_path: Path) -> None:
    said = walk(WALKS / "first_argument.sh", tmp_path, minutes=8)

    assert "are what happened" in said


def test_a_walk_fails_with_its_last_lines_and_leaves_nothing_that_runs(tmp_path: Path) -> None:
    script = tmp_path / "wrong.sh"
    script.write_text(
        f"set -euo pipefail\nsource {WALKS / 'steps.sh'}\n"
        "goes_on sleeper 'sleep 600'\ntyped 'echo told by nobody'\nsees 'told by somebody'\n"
    )
    with pytest.raises(
        AssertionError, match=r"told by nobody(.|\n)*does not say 'told by somebody'"
    ):
        walk(script, tmp_path, minutes=1)


def test_a_walk_that_never_ends_is_ended(tmp_path: Path) -> None:
    script = tmp_path / "long.sh"
    script.write_text("sleep 600 & sleep 600\n")
    with pytest.raises(AssertionError, match="not walked in"):
        walk(script, tmp_path, minutes=0.01)
