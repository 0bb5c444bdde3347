"""The manual page is what the commands say of themselves, and what man can show."""

import shutil
import subprocess

import pytest

from docs.manpage import FILE, page

pytestmark = pytest.mark.hours

CHECKS = {
    "groff": ["groff", "-man", "-Tutf8", "-ww", "-z"],
    "man": ["man", "--warnings", "-E", "UTF-8", "-l"],
    "mandoc": ["mandoc", "-T", "lint", "-W", "error"],
}
WITHOUT_CLOCK = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
"""Without what simulates a clock: man forbids its programs what that asks the kernel for."""


def test_the_page_is_the_one_that_the_commands_give():
    assert FILE.read_text() == page(), "write it again: make man"


@pytest.mark.parametrize("name", CHECKS)
def test_what_shows_manual_pages_has_no_warning(name):
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name}")
    shown = subprocess.run(
        [*CHECKS[name], str(FILE)], capture_output=True, text=True, check=False, env=WITHOUT_CLOCK
    )

    assert (shown.returncode, shown.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man")
def test_texts_are_shown_as_they_were_written():
    shown = subprocess.run(
        ["man", "-E", "UTF-8", "-l", str(FILE)],
        capture_output=True, text=True, check=True, env={"MANWIDTH": "300", "PATH": "/usr/bin:/bin"},
    ).stdout  # fmt: skip

    assert "monitor status github anthropic/api --warn degraded" in shown
    assert "monitor status --now githubstatus.com --wait 10m" in shown
    assert "--header 'X-Scope-OrgID: demo'" in shown
    assert "MONITOR_DATABASE_URL" in shown


@pytest.mark.parametrize("word", [".", "'", "\\", "`", "-", "~", "^"])
def test_no_text_is_taken_for_an_order(word):
    from docs.manpage import _escaped

    assert not _escaped(f"{word}x").startswith((".", "'"))
