"""What is run where: each test in one run of the gate, and only rules at each save."""

import gc
import re
import tomllib
from collections.abc import Iterator
from itertools import product

import pytest
from _pytest.mark.expression import Expression

from tests.unit_files import TESTS, is_unit


def test_what_decides_days_and_figures_is_tried_at_each_save() -> None:
    for name in ("classify", "claims", "disputes", "intervals", "quiet", "ratios", "targets"):
        assert is_unit(TESTS / f"test_{name}.py"), name


@pytest.mark.parametrize("name", ["test_store", "test_cli", "test_platforms", "test_fetch"])
def test_what_acts_or_reads_recorded_cases_is_not(name) -> None:
    assert not is_unit(TESTS / f"{name}.py")


@pytest.mark.parametrize(
    "text",
    [
        "import sqlite3",
        "from monitor import cli",
        "from monitor.store.pages import PageSpec",
        "from tests import cases",
        "from store_support import NOW",
        "def test_it(store): ...",
        "def test_it():\n    import tests.processes",
    ],
)
def test_one_word_that_acts_is_enough_even_in_a_helper(tmp_path, text) -> None:
    file = tmp_path / "test_new.py"
    file.write_text("from monitor.store.changes.bars import changes\n")
    assert is_unit(file)

    other = tmp_path / "test_other.py"
    other.write_text(f"from monitor.ratios import figures\n{text}\n")
    assert not is_unit(other)


# ---------------------------------------------------------------------------------------------------
# markers

GATE = (TESTS.parent / ".ci" / "run").read_text()
MAKEFILE = (TESTS.parent / "Makefile").read_text()
MARKERS = ("slow", "integration", "measure", "hours", "corpus")
"""What may stand together. `chaos` is in no run of the gate."""


def selections(text: str) -> list[Expression]:
    """Return what each pytest of a script selects."""
    return [Expression.compile(words) for words in re.findall(r'-m "(.+?)"', text)]


def target(name: str) -> str:
    """Return the commands of a target of the Makefile."""
    return MAKEFILE.partition(f"\n{name}: ")[2].partition("\n\n")[0]


def marker_sets() -> Iterator[set[str]]:
    """Yield every set of markers that a test may have."""
    for there in product((False, True), repeat=len(MARKERS)):
        yield {name for name, is_there in zip(MARKERS, there, strict=True) if is_there}


def runs_of(marks: set[str], runs: list[Expression]) -> int:
    return sum(run.evaluate(lambda name, **_: name in marks) for run in runs)


def test_each_test_is_in_exactly_one_run_of_the_gate() -> None:
    runs = selections(GATE)

    assert len(runs) == 3
    assert [marks for marks in marker_sets() if runs_of(marks, runs) != 1] == []
    assert [marks for marks in marker_sets() if runs_of({*marks, "chaos"}, runs)] == []


def test_make_test_and_make_slow_are_together_what_the_gate_runs_without_servers() -> None:
    ours = [*selections(target("test")), *selections(target("slow"))]
    gates = selections(GATE)[:1]

    assert len(ours) == 2
    for marks in marker_sets():
        assert runs_of(marks, ours) == runs_of(marks, gates), marks


def test_a_run_that_names_files_names_all_that_have_its_marker() -> None:
    """The gate gives those runs the files in which the marker stands; no helper sets it for
    others."""
    helpers = [path for path in TESTS.rglob("*.py") if not path.name.startswith("test_")]

    for marker in [*re.findall(r"marked (\w+)", GATE), "hours"]:
        named = [path for path in helpers if f"mark.{marker}" in path.read_text()]
        assert named == [], marker


def test_captured_pages_are_read_where_their_folder_is_named() -> None:
    """Only the run without servers is told where they are."""
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text()
        if path != TESTS / "test_gate.py" and "mark.corpus" in text:
            assert not re.search(r"mark\.(integration|measure|chaos)", text), path


def test_every_marker_of_ours_is_thought_of_here() -> None:
    settings = tomllib.loads((TESTS.parent / "pyproject.toml").read_text())
    described = settings["tool"]["pytest"]["ini_options"]["markers"]

    assert {line.partition(":")[0] for line in described} == {*MARKERS, "chaos"}


# ---------------------------------------------------------------------------------------------------
# all of them


def test_garbage_is_looked_for_while_tests_run() -> None:
    assert gc.isenabled()


@pytest.mark.measure
def test_what_is_measured_looks_for_garbage_as_often_as_it_does_elsewhere() -> None:
    assert gc.get_threshold()[0] < 10_000
