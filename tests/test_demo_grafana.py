"""The demo in Prometheus and Grafana: what is started, and how."""

import os
import stat
from pathlib import Path

import pytest
import yaml

from grafana.demo.__main__ import addresses, show
from grafana.demo.files import DASHBOARDS, GRAFANA, ROOT, Ports, provision, scrape_config
from grafana.demo.grafana_server import HOME, grafana_start
from grafana.demo.programs import CannotStart, Running

PORTS = Ports(monitor=1, prometheus=2, grafana=3)


@pytest.fixture
def nothing_installed(monkeypatch, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_grafana_reads_the_prometheus_that_was_started_and_the_dashboards_of_the_checkout(
    tmp_path,
):
    provision(tmp_path, PORTS)
    (source,) = yaml.safe_load((tmp_path / "datasources" / "demo.yaml").read_text())["datasources"]
    (boards,) = yaml.safe_load((tmp_path / "dashboards" / "demo.yaml").read_text())["providers"]

    assert (source["url"], source["isDefault"]) == ("http://127.0.0.1:2", True)
    assert Path(boards["options"]["path"]) == DASHBOARDS
    assert (DASHBOARDS / f"{HOME}.json").is_file()


def test_prometheus_scrapes_the_demo_by_the_job_and_rules_we_recommend():
    ours = yaml.safe_load((GRAFANA / "prometheus.yml").read_text())
    config = yaml.safe_load(scrape_config(PORTS))
    (job,) = config["scrape_configs"]

    assert job["job_name"] == ours["scrape_configs"][0]["job_name"]
    assert job["static_configs"] == [{"targets": ["127.0.0.1:1"]}]
    assert set(config["global"].values()) == {"15s"}
    assert [Path(path).is_file() for path in config["rule_files"]] == [True]
    assert "alerting" not in config


@pytest.mark.parametrize(
    ("name", "words"),
    [("grafana-server", []), ("grafana", ["server"])],
    ids=["before 10", "from 10 on"],
)
def test_an_installed_grafana_goes_first_and_listens_on_this_machine_alone(
    nothing_installed, tmp_path, name, words
):
    installed = program(nothing_installed, name)
    program(nothing_installed, "docker")
    start = grafana_start(tmp_path, PORTS, packages=())

    assert list(start.command[:2]) == [str(installed), *words][:2]
    assert start.environment["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert start.environment["GF_SERVER_HTTP_PORT"] == "3"
    assert start.environment["GF_PATHS_DATA"] == str(tmp_path / "grafana")


def test_an_installed_grafana_is_told_where_its_own_files_are(nothing_installed, tmp_path):
    home = tmp_path / "usr" / "share" / "grafana"
    (home / "bin").mkdir(parents=True)
    (home / "conf").mkdir()
    (home / "conf" / "defaults.ini").touch()
    program(home / "bin", "grafana")
    (nothing_installed / "grafana").symlink_to(home / "bin" / "grafana")
    start = grafana_start(tmp_path, PORTS, packages=())

    assert start.command[-2:] == ["--homepath", str(home)]


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_without_one_a_container_engine_runs_the_image_of_compose(
    nothing_installed, tmp_path, engine
):
    program(nothing_installed, engine)
    start = grafana_start(tmp_path, PORTS, packages=())
    image = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["grafana"]["image"]

    assert start.command[-1] == f"docker.io/{image}"
    assert "GF_SERVER_HTTP_ADDR=127.0.0.1" in start.command
    assert f"{DASHBOARDS}:{DASHBOARDS}:ro" in start.command


def test_without_either_it_says_what_to_add_to_a_grafana_of_ones_own(nothing_installed, tmp_path):
    said = addresses(PORTS, without="There is none.")

    assert grafana_start(tmp_path, PORTS, packages=()) is None
    assert "There is none." in said
    assert "http://127.0.0.1:2" in said
    assert str(DASHBOARDS) in said
    assert "127.0.0.1:3/" not in said
    assert "http://127.0.0.1:3/d/vendorstatus-vendors" in addresses(PORTS, without=None)


def test_without_prometheus_it_says_what_to_install(nothing_installed, tmp_path):
    with (
        Running(tmp_path) as running,
        pytest.raises(CannotStart, match="apt-get install prometheus"),
    ):
        show(running, PORTS)
    assert running.programs == {}


def test_what_does_not_start_is_told_with_what_it_wrote_and_everything_is_ended(tmp_path):
    with Running(tmp_path) as running:
        running.start("sleeper", ["sleep", "600"])
        running.start("broken", ["sh", "-c", "echo the port is taken; exit 3"])
        with pytest.raises(CannotStart, match="broken did not start; it wrote:\nthe port is taken"):
            running.wait_for("broken", "http://127.0.0.1:1/")
    for started in running.programs.values():
        with pytest.raises(ProcessLookupError):
            os.kill(started.pid, 0)
