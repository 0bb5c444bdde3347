"""The demo in a real Prometheus and, where there is one, a real Grafana: `make demo-grafana`.

Starts `monitor demo`, a Prometheus that has the simulated vendors' 90 days and scrapes them, and a
Grafana with the dashboards: an installed one, else one in a container. All listen on this machine
alone, keep what they write in a temporary folder, and end with this program. It is a tool for a
checkout; nothing of the product imports it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Self

import yaml

ROOT = Path(__file__).resolve().parents[1]
DASHBOARDS = ROOT / "grafana" / "dashboards"
HOME = "vendorstatus-vendors"
"""The uid of the dashboard that Grafana opens with."""
READY_SECONDS = 120.0
INSTALLED = ("/usr/share/grafana/bin", "/usr/sbin")
"""Where packages put Grafana beside PATH."""


class CannotStart(Exception):
    """Something that is needed is not there, or did not start; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the three listen, on 127.0.0.1."""

    monitor: int = 9184
    prometheus: int = 9090
    grafana: int = 3000


@dataclass(frozen=True, slots=True)
class Start:
    """How a Grafana is started: the command and what is added to its environment."""

    command: Sequence[str]
    environment: Mapping[str, str]


# what to run


def scrape_config(ports: Ports) -> str:
    """Return Prometheus's configuration: our rules, and the demo scraped every 15 seconds."""
    target = {"targets": [f"127.0.0.1:{ports.monitor}"]}
    job = {"job_name": "vendorstatus", "static_configs": [target]}
    rules = [str(ROOT / "grafana" / "alerts" / "vendorstatus.rules.yaml")]
    seconds = {"scrape_interval": "15s", "evaluation_interval": "15s"}
    return yaml.safe_dump({"global": seconds, "rule_files": rules, "scrape_configs": [job]})


def provision(folder: Path, ports: Ports) -> None:
    """Write what a Grafana reads at its start: the Prometheus as its data source, and where the
    dashboards are.
    """
    source = {
        "name": "Prometheus",
        "uid": "prometheus",
        "type": "prometheus",
        "access": "proxy",
        "url": f"http://127.0.0.1:{ports.prometheus}",
        "isDefault": True,
        "jsonData": {"timeInterval": "15s", "httpMethod": "POST"},
    }
    boards = {
        "name": "vendorstatus",
        "folder": "vendorstatus",
        "type": "file",
        "options": {"path": str(DASHBOARDS)},
    }
    documents = {
        "datasources": {"apiVersion": 1, "datasources": [source]},
        "dashboards": {"apiVersion": 1, "providers": [boards]},
    }
    for name, document in documents.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "demo.yaml").write_text(yaml.safe_dump(document))


def grafana_start(folder: Path, ports: Ports) -> Start | None:
    """Return how to start a Grafana that reads the provisioning in `folder`; None when there is no
    way to.
    """
    settings = {
        "GF_PATHS_PROVISIONING": str(folder / "provisioning"),
        "GF_SERVER_HTTP_ADDR": "127.0.0.1",
        "GF_SERVER_HTTP_PORT": str(ports.grafana),
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": str(DASHBOARDS / f"{HOME}.json"),
    }
    path = os.pathsep.join((os.environ.get("PATH", ""), *INSTALLED))
    if server := shutil.which("grafana-server", path=path):
        return Start(
            [server, *_home(server)], settings | {"GF_PATHS_DATA": str(folder / "grafana")}
        )
    if binary := shutil.which("grafana", path=path):
        own = settings | {"GF_PATHS_DATA": str(folder / "grafana")}
        return Start([binary, "server", *_home(binary)], own)
    if engine := shutil.which("docker") or shutil.which("podman"):
        return Start(_contained(engine, settings, folder), {})
    return None


def _home(binary: str) -> list[str]:
    """Return what tells an installed Grafana where its own files are, if they are not beside it."""
    for folder in (Path(binary).resolve().parents[1], Path("/usr/share/grafana")):
        if (folder / "conf" / "defaults.ini").is_file():
            return ["--homepath", str(folder)]
    return []


def _contained(engine: str, settings: Mapping[str, str], folder: Path) -> list[str]:
    """Return the command of a container with the host's network, so that the addresses are the
    same.
    """
    image = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["grafana"]["image"]
    command = [engine, "run", "--rm", "--network", "host"]
    for name, value in settings.items():
        command += ["--env", f"{name}={value}"]
    for readable in (folder / "provisioning", DASHBOARDS):
        command += ["--volume", f"{readable}:{readable}:ro"]
    return [*command, f"docker.io/{image}"]


# running


class Running:
    """The programs that were started, ended with this one in the reverse order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self.programs: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a program that writes its output into the folder, out of reach of the terminal's
        Ctrl-C.
        """
        log = self._stack.enter_context((self.folder / f"{name}.log").open("wb"))
        self.programs[name] = program = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        self._stack.callback(_end, program)

    def wait_for(self, name: str, url: str) -> None:
        """Wait until a program answers. Raises CannotStart with the end of what it wrote when it
        does not.
        """
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self.programs[name].poll() is None:
            if _answers(url):
                return
            time.sleep(0.2)
        written = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()
        raise CannotStart("\n".join([f"{name} did not start; it wrote:", *written[-10:]]))


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks what listens here, whatever proxy the environment names."""


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=5):
            return True
    except OSError:
        return False


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(15)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def show(running: Running, ports: Ports) -> str:
    """Start everything and return the lines that say where to look."""
    folder = running.folder
    for tool in ("prometheus", "promtool"):
        if shutil.which(tool) is None:
            raise CannotStart(f"there is no {tool}: on Debian, apt-get install prometheus")
    history = folder / "history.om"
    demo = ["demo", "--port", str(ports.monitor), "--history", str(history)]
    running.start("monitor", [sys.executable, "-m", "monitor", *demo])
    running.wait_for("monitor", f"http://127.0.0.1:{ports.monitor}/healthz")
    blocks = [
        "promtool",
        "tsdb",
        "create-blocks-from",
        "--max-block-duration=744h",
        "-q",
        "openmetrics",
    ]
    subprocess.run(  # noqa: S603
        [*blocks, str(history), str(folder / "data")], check=True, stdout=subprocess.DEVNULL
    )
    (folder / "prometheus.yml").write_text(scrape_config(ports))
    running.start("prometheus", _prometheus(folder, ports))
    running.wait_for("prometheus", f"http://127.0.0.1:{ports.prometheus}/-/ready")
    provision(folder / "provisioning", ports)
    return addresses(ports, without=_grafana(running, ports))


def _grafana(running: Running, ports: Ports) -> str | None:
    """Start a Grafana; return why there is none, None when there is one. Prometheus is worth a look
    without it.
    """
    start = grafana_start(running.folder, ports)
    if start is None:
        return "There is no grafana-server, grafana, docker or podman on PATH."
    running.start("grafana", start.command, start.environment)
    try:
        running.wait_for("grafana", f"http://127.0.0.1:{ports.grafana}/api/health")
    except CannotStart as error:
        del running.programs["grafana"]
        return f"There is no Grafana: {error}"
    return None


def _prometheus(folder: Path, ports: Ports) -> list[str]:
    return [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=400d",
        f"--web.listen-address=127.0.0.1:{ports.prometheus}",
    ]


def addresses(ports: Ports, *, without: str | None) -> str:
    """Return the lines that say where to look; `without` Grafana, why there is none and what to do
    in another.
    """
    lines = ["These vendors are simulated, on this machine only. While this runs, look at:"]
    if without is None:
        lines.append(
            f"  http://127.0.0.1:{ports.grafana}/d/{HOME}   Grafana, with 90 days of every vendor"
        )
    lines.append(f"  http://127.0.0.1:{ports.prometheus}/   Prometheus")
    lines.append(f"  http://127.0.0.1:{ports.monitor}/   the monitor")
    if without is not None:
        lines += [
            without,
            "In a Grafana of yours on this machine:",
            (
                "  add a Prometheus data source with the address"
                f" http://127.0.0.1:{ports.prometheus}, then"
            ),
            f"  Dashboards > New > Import, each file of {DASHBOARDS}",
        ]
    return "\n".join([*lines, "Ctrl-C ends it."])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C, SIGTERM or the end of one of the programs; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="make demo-grafana", description="The demo in Prometheus and Grafana."
    )
    for name, port in (("monitor", 9184), ("prometheus", 9090), ("grafana", 3000)):
        parser.add_argument(
            f"--{name}-port", type=int, default=port, help=f"where it listens ({port})"
        )
    asked = parser.parse_args(arguments)
    ports = Ports(
        monitor=asked.monitor_port, prometheus=asked.prometheus_port, grafana=asked.grafana_port
    )
    signal.signal(signal.SIGTERM, _interrupt)
    with (
        tempfile.TemporaryDirectory(prefix="vendorstatus-grafana-") as folder,
        Running(Path(folder)) as running,
    ):
        try:
            sys.stdout.write(f"{show(running, ports)}\n")
            sys.stdout.flush()
            while all(program.poll() is None for program in running.programs.values()):
                time.sleep(0.5)
        except KeyboardInterrupt:
            return 0
        except CannotStart as error:
            sys.stderr.write(f"error: {error}\n")
            return 1
        ended = [name for name, program in running.programs.items() if program.poll() is not None]
        sys.stderr.write(f"error: {' and '.join(ended)} ended\n")
        return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
