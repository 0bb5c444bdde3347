"""Shared fixtures, how properties are searched, and when a test may be skipped.

Tests marked `integration` need a real server, tests marked `corpus` a folder of captured pages;
without them they are skipped. Where both must be there, VENDORSTATUS_REQUIRE_INTEGRATION=1 and
VENDORSTATUS_REQUIRE_CORPUS=1 turn such a skip into a failure.
"""

import gc
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from monitor.store import Store, postgres, schema, sqlite
from tests.statements import sharing
from tests.store_support import DATABASES, add_page, database
from tests.template import copied

# Shared machines stall now and then; a slow example says nothing about us. In CI every run tries
# the same examples.
settings.register_profile("default", deadline=None, max_examples=100)
settings.register_profile(
    "ci",
    parent=settings.get_profile("default"),
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "default")

GARBAGE = 10_000
"""So many more objects are made than forgotten before some of them are looked at; Python's own
number is 700."""


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Keep the collector of garbage from what lives as long as the tests do: to look through
    11,000 tests again and again took a fifth of their time.

    Garbage is still looked for, and pytest looks for the last of it at its end: a file that nobody
    closed is an error as before. Measurements have Python's own numbers, as a user has.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        if not any(item.get_closest_marker("measure") for item in session.items):
            gc.freeze()
            gc.set_threshold(GARBAGE)
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give groups of tests to processes, the longest first, where `--dist loadgroup` asks for
    it."""
    if config.getoption("dist") != "loadgroup":
        return None
    from tests.groups import Groups  # late: few runs have groups

    return Groups(config, log)


def pytest_collection_modifyitems(config, items):
    if config.getoption("dist", "no") == "loadgroup" or getattr(config.option, "loadgroup", False):
        from tests.groups import turn

        items.sort(key=lambda item: turn(item.nodeid))


@pytest.fixture(scope="session", autouse=True)
def _migrated_once():
    """Copy the tables of stores instead of migrating each: half of what a test of a store
    takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "ensure_schema", copied)
        yield


@pytest.fixture(scope="session", autouse=True)
def _written_once():
    """Keep statements for all stores, not for one: a third of what a test of a store takes."""
    with pytest.MonkeyPatch.context() as patch:
        for database in (sqlite, postgres):
            patch.setattr(database, "connect", sharing(database.connect))
        yield


@pytest.fixture(params=DATABASES)
def store(request):
    """An empty store on each database. Tests that need another one have a fixture of their own."""
    with database(request.param) as url, Store.open(url) as opened:
        yield opened


@pytest.fixture
def page(store):
    """A page in the store."""
    return add_page(store)


@pytest.fixture(scope="session")
def corpus() -> Path:
    folder = os.environ.get("VENDORSTATUS_CORPUS")
    if not folder:
        pytest.skip("set VENDORSTATUS_CORPUS to the folder of captured pages")
    return Path(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _must_run(item):
        report.outcome = "failed"
        report.longrepr = f"skipped where it must run: {report.longrepr[2]}"
    return report


def _must_run(item):
    return any(
        item.get_closest_marker(mark)
        and os.environ.get(f"VENDORSTATUS_REQUIRE_{mark.upper()}") == "1"
        for mark in ("integration", "corpus")
    )


def pytest_terminal_summary(terminalreporter):
    """Say once why tests were skipped, with how many there are, and not once for each."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} skipped: {reason}")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty working directory and empty user folders."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """The command in this process, in a folder of its own, where a terminal is 200 columns wide."""
    from tests.processes import typed  # late: not every test needs the commands

    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    return typed(monkeypatch, capsys)


@pytest.fixture
def empty_database(monitor, tmp_path: Path) -> Path:
    """The database of `monitor`, where nothing was read yet."""
    Store.open(f"sqlite:///{tmp_path / 'monitor.db'}").close()
    return tmp_path / "monitor.db"


@pytest.fixture
def settings_folder(tmp_path: Path) -> Path:
    """A folder whose settings file names one vendor."""
    (tmp_path / "monitor.yaml").write_text("vendors: [openai]\n")
    return tmp_path
