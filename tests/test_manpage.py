"""The manual page is what the commands say of themselves, and what man can show."""

import shutil
import subprocess

import pytest

from docs.manpage import FILE, page, renewed

pytestmark = pytest.mark.hours

CHECKS = {
    "groff": ["groff", "-man", "-Tutf8", "-ww", "-z"],
    "man": ["man", "--warnings", "-E", "UTF-8", "-l"],
    "mandoc": ["mandoc", "-T", "lint", "-W", "style"],
}
WITHOUT_CLOCK = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
"""Without what simulates a clock: man forbids its programs what that asks the kernel for."""


def test_the_page_is_the_one_that_the_commands_give():
    before = FILE.read_text()

    assert before == renewed(before, "2999-01-01"), "write it again: make man"


def test_the_page_has_the_day_on_which_it_changed_last():
    before = page("2026-05-22")

    assert '"2026-05-22"' in before
    assert renewed(before, "2026-06-01") == before
    assert renewed(before.replace("NAME", "NAMES"), "2026-06-01") == page("2026-06-01")
    assert renewed("", "2026-06-01") == page("2026-06-01")


def test_a_line_that_breaks_is_no_order_and_no_sentence_of_its_own():
    from docs.manpage import LINE, _filled

    lines = _filled(f"{'x' * (LINE - 1)}. .so of a file {'y' * LINE} end.")

    assert lines[0] == f"{'x' * (LINE - 1)}.\\&"
    assert lines[1].startswith("\\&.so")
    assert lines[-1] == "end."


@pytest.mark.parametrize("name", CHECKS)
def test_what_shows_manual_pages_has_no_warning(name):
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name}")
    shown = subprocess.run(
        [*CHECKS[name], str(FILE)], capture_output=True, text=True, check=False, env=WITHOUT_CLOCK
    )

    assert (shown.returncode, shown.stderr) == (0, ""), shown.stdout if name == "mandoc" else ""


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
