"""The options of the whole command: help, version, quiet, and how its log is written."""

import logging
import os
from pathlib import Path

import pytest
from store_support import add_page
from terminals import seen

from monitor.cli.manner import LogLevel, Manner
from monitor.store import Store

pytestmark = pytest.mark.hours


@pytest.fixture(autouse=True)
def _as_before():
    """What the tests set of the process is put back."""
    names = ("monitor.collect", "monitor.store.health", "monitor.reread")
    levels = {name: logging.getLogger(name).level for name in names}
    root = logging.getLogger().level
    yield
    Manner().put_in_force()
    logging.getLogger().setLevel(root)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("words", [["-h"], ["report", "-h"], ["db", "-h"], ["db", "size", "-h"]])
def test_help_is_asked_for_with_one_letter(monitor, words) -> None:
    code, out, _ = monitor(*words)

    assert code == 0
    assert out.startswith(f"Usage: {' '.join(['monitor', *words[:-1]])} ")


def test_the_version_is_an_option_too(monitor) -> None:
    assert monitor("--version") == monitor("version")


@pytest.mark.parametrize(
    "words",
    [["-v", "vendors"], ["vendors", "-v"], ["--log-level", "info", "vendors"],
     ["vendors", "--log-level", "info"], ["db", "path", "-v"], ["db", "-v", "path"]],
)  # fmt: skip
def test_the_options_stand_before_or_after_the_name_of_a_command(monitor, words) -> None:
    monitor("vendors")
    assert logging.getLogger().level == logging.WARNING
    code, _, err = monitor(*words)

    assert code == 0, err
    assert logging.getLogger().level == logging.INFO


def test_what_stands_behind_adds_to_what_stands_before(monitor) -> None:
    monitor("--log-level", "debug", "vendors", "-q")

    assert logging.getLogger().level == logging.DEBUG


def test_a_level_that_is_none_is_a_mistake(monitor) -> None:
    code, _, err = monitor("vendors", "--log-level", "loud")

    assert code == 2
    assert "'loud' is not one of" in err


def test_a_command_says_its_errors_at_its_end_and_a_log_that_is_asked_for_says_them_too() -> None:
    collect = logging.getLogger("monitor.collect")
    Manner().put_in_force()
    assert not collect.isEnabledFor(logging.ERROR)

    Manner(log_level=LogLevel.WARNING).put_in_force()
    assert collect.isEnabledFor(logging.WARNING)
    assert not collect.isEnabledFor(logging.INFO)


def test_a_server_says_what_is_news_unless_it_was_told_what_to_log() -> None:
    news = logging.getLogger("monitor.reread")
    for manner, is_told in ((Manner(), True), (Manner(quiet=True), False),
                            (Manner(log_level=LogLevel.WARNING), False)):  # fmt: skip
        manner.put_in_force()
        manner.put_in_force_for_server()

        assert news.isEnabledFor(logging.INFO) is is_told


def test_a_note_is_shown_at_a_terminal_and_not_when_quiet(monitor, monkeypatch) -> None:
    Path("monitor.yaml").write_text("vendors: [github, stripe]")
    with Store.open(os.environ["MONITOR_DATABASE_URL"]) as store:
        add_page(store, "github")
    words = ("report", "--format", "json")

    assert "note: " in seen(monkeypatch, *words, err=True)
    assert seen(monkeypatch, *words, "-q", err=True) == ""
