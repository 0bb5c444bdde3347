"""A status by a glance at the file is what the store would say, or the store says it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from glance_world import FORMER, NEW, VENDORS, fill, settings
from store_support import NOW

from monitor.answers import Status, Target, TargetQuery
from monitor.applied_settings import put_in_force
from monitor.cli.status_glance import glance_at_statuses
from monitor.cli.status_store import store_statuses
from monitor.config import VendorConfig, load
from monitor.errors import ConfigError
from monitor.runtime import open_store
from monitor.store import Store
from monitor.watching import Command

HEAVY = {"alembic", "httpx", "pydantic", "rich", "sqlalchemy", "sqlmodel"}
"""Libraries whose import costs more than the rest of a status."""

QUESTIONS = {
    "all": TargetQuery(),
    "several": TargetQuery(targets=(Target("quiet"), Target("acme"), Target("quiet"))),
    "one component": TargetQuery(targets=(Target("acme", "api"),)),
    "components by a pattern": TargetQuery(targets=(Target("acme", "EU*"), Target("acme", "x*"))),
    "components of all": TargetQuery(components="web"),
    "a tier": TargetQuery(tier="critical"),
    "a tier of several": TargetQuery(targets=(Target("acme"), Target("quiet")), tier="low"),
    "a stack": TargetQuery(stacks=("shop",)),
    "a stack with what is not there": TargetQuery(stacks=("odd", "shop")),
    "by the name of the settings": TargetQuery(targets=(Target("ACME"),)),
    "by the name of the page": TargetQuery(targets=(Target("acme status", "api"),)),
    "a component of all pages there are": TargetQuery(components="i1"),
}
REFUSED = {
    "a vendor that is none": TargetQuery(targets=(Target("nosuch"),)),
    "a stack that is none": TargetQuery(stacks=("nosuch",)),
    "a tier of nobody": TargetQuery(targets=(Target("quiet"),), tier="critical"),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("glance") / "status.db"
    fill(file)
    return file


def by_store(
    query: TargetQuery, file: Path, vendors: tuple[VendorConfig, ...] = VENDORS
) -> list[Status]:
    with open_store(settings(file, vendors), lambda: NOW, Command.LOOK) as context:
        return store_statuses(query, context)


@pytest.mark.parametrize("query", QUESTIONS.values(), ids=QUESTIONS)
def test_each_question_is_answered_as_by_the_store(file: Path, query: TargetQuery) -> None:
    assert glance_at_statuses(query, settings(file), NOW) == by_store(query, file)


def test_the_pages_of_the_test_stand_in_many_ways(file: Path) -> None:
    statuses = glance_at_statuses(TargetQuery(), settings(file), NOW)

    assert {status.level for status in statuses} >= {None, 0, 3, 4}
    assert {(status.why_unknown or "").partition(":")[0] for status in statuses} == {
        "",
        "it was read by a clock that was ahead",
        "only 1 of 2 components is known",
        "the page could not be read",
        "the page was never read",
        "the page was not read since; is `monitor serve` running?",
    }


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_answered_is_left_to_the_store_and_nothing_is_said(
    file: Path, query: TargetQuery, capsys: pytest.CaptureFixture[str]
) -> None:
    assert glance_at_statuses(query, settings(file), NOW) is None
    assert capsys.readouterr() == ("", "")
    with pytest.raises(ConfigError):
        by_store(query, file)


@pytest.mark.parametrize(
    "vendors",
    [VENDORS, VENDORS[1:], (*VENDORS, NEW), (*VENDORS, FORMER), (NEW,)],
    ids=["the same", "one less", "one more", "a former one", "others"],
)
def test_other_settings_than_those_watched_are_told_as_by_the_store(
    file: Path, vendors: tuple[VendorConfig, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    of_store = by_store(TargetQuery(), file, vendors)
    said_of_store = capsys.readouterr()

    assert glance_at_statuses(TargetQuery(), settings(file, vendors), NOW) == of_store
    assert capsys.readouterr() == said_of_store
    assert (said_of_store.err == "") == (vendors == VENDORS)


def test_a_database_that_watches_nothing_is_left_to_the_store(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path / 'status.db'}").close()

    assert glance_at_statuses(TargetQuery(), settings(tmp_path / "status.db"), NOW) is None


@pytest.mark.hours
@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["status", "acme", "quiet/web", "--format", "nagios"],
        ["status", "--tier", "low", "-f", "json", "--warn", "degraded", "--crit", "major_outage"],
        ["status", "--stack", "shop", "--config", "monitor.yaml", "--quiet"],
        ["status", "--help"],
    ],
    ids=lambda words: " ".join(words[1:]) or "all",
)
def test_the_command_imports_no_library_that_is_dear(tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "monitor.yaml"
    file.write_text(
        "database: status.db\n"
        "stacks: {shop: [acme]}\n"
        "vendors:\n"
        "  - {slug: acme, url: 'https://acme.example/'}\n"
        "  - {slug: quiet, url: 'https://quiet.example/', tier: low}\n"
    )
    written = load(file, {})
    with Store.open(written.database_url) as store:
        put_in_force(store, written, written.vendors, NOW)

    assert HEAVY.isdisjoint(imported(words, tmp_path))


def imported(words: list[str], folder: Path) -> set[str]:
    """Return the modules that a command has imported at its end."""
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('\\nmodules:', *sys.modules, file=sys.stderr))\n"
        "from monitor.cli import main\n"
        "main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("MONITOR_DATABASE_URL", None)
    ended = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        check=False,
        cwd=folder,
        env=environment,
        text=True,
    )
    assert ended.returncode in {0, 1, 2, 3}, ended.stderr
    assert "Traceback" not in ended.stderr
    return set(ended.stderr.partition("\nmodules:")[2].split())
