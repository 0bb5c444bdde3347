"""Every captured file and every recording is in some test: a new one without its own makes this
fail.

It counts as tested where a test's code names it: by its whole file name, or, for a pattern listed
here, by what stands in the place of the star. What a comment or a docstring says does not count,
nor does `test_detection.py`, which only says whose a capture is. That each is read right is for
those tests to say.
"""

import ast
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

pytestmark = pytest.mark.corpus

HERE = Path(__file__).parent
NOT_COUNTED = {Path(__file__).name, "test_detection.py"}

PATTERNS = {
    "google-cloud/google-cloud-incidents-*.json": "test_google.py",  # one dashboard, day by day
    "statuspage/github-incident-*-unknown.json": "test_statuspage.py",  # one page's incidents, one by one
}
"""Captures of one kind that a test tells apart by a part of their names, and that test."""

EXCEPTIONS: dict[str, str] = {}
"""Captures and recordings that no test needs, each with the reason."""


def strings(path: Path) -> set[str]:
    """Return the texts in a test's code, those of f-strings in pieces. Docstrings are none of
    them."""
    tree = ast.parse(path.read_text())
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    }


def texts_of_tests() -> dict[str, set[str]]:
    return {
        path.name: strings(path)
        for path in sorted(HERE.glob("test_*.py"))
        if path.name not in NOT_COUNTED
    }


def captures(corpus: Path) -> list[str]:
    """Return the captured files as `folder/name`; the list of their sources, which lies beside the
    folders, is none."""
    folder = corpus / "captures"
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.parent != folder
    )


def recordings(corpus: Path) -> list[str]:
    return sorted(path.parent.name for path in (corpus / "recordings").glob("*/recording.json"))


def is_tested(capture: str, found: dict[str, set[str]]) -> bool:
    """Whether a text is the capture's file name, with any folders before it, or what a pattern's
    star stands for."""
    name = capture.rpartition("/")[2]
    if any(text.rpartition("/")[2] == name for texts in found.values() for text in texts):
        return True
    return any(
        capture.removeprefix(pattern.partition("*")[0]).removesuffix(pattern.partition("*")[2])
        in found.get(test, set())
        for pattern, test in PATTERNS.items()
        if fnmatchcase(capture, pattern)
    )


def test_every_capture_is_in_a_test(corpus: Path) -> None:
    found, listed = texts_of_tests(), captures(corpus)

    assert listed
    assert [name for name in listed if name not in EXCEPTIONS and not is_tested(name, found)] == []


def test_every_recording_is_in_a_test(corpus: Path) -> None:
    named, listed = set[str]().union(*texts_of_tests().values()), recordings(corpus)

    assert listed
    assert [name for name in listed if name not in EXCEPTIONS and name not in named] == []


def test_what_is_listed_here_is_still_there(corpus: Path) -> None:
    listed = [*captures(corpus), *recordings(corpus)]

    assert [
        pattern for pattern in PATTERNS if not any(fnmatchcase(name, pattern) for name in listed)
    ] == []
    assert [name for name in EXCEPTIONS if name not in listed] == []


def test_a_capture_that_only_a_docstring_or_a_longer_name_speaks_of_is_in_no_test(
    tmp_path: Path,
) -> None:
    test = tmp_path / "test_some.py"
    test.write_text(
        '"""state-20260801.json"""\nBODY = "old-state-20260801.json"\n# state-20260801.json\n'
    )

    assert not is_tested("vendor/state-20260801.json", {test.name: strings(test)})
    assert is_tested("vendor/old-state-20260801.json", {test.name: strings(test)})


def test_a_new_capture_of_a_listed_kind_is_in_no_test_yet() -> None:
    assert not is_tested("google-cloud/google-cloud-incidents-20271231.json", texts_of_tests())
