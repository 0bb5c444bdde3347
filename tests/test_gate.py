"""What is run where: each test in one run of the gate, and only rules at each save."""

import gc

import pytest

from tests.unit_files import TESTS, is_unit, unit_files


def test_what_decides_days_and_figures_is_tried_at_each_save() -> None:
    named = {path.stem for path in unit_files()}

    assert named >= {"test_classify", "test_claims", "test_disputes", "test_intervals"}
    assert named >= {"test_quiet", "test_ratios", "test_store_change_rules", "test_targets"}


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


def test_garbage_is_looked_for_while_tests_run() -> None:
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
