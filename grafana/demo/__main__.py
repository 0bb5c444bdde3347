"""Starts everything, says where to look, and waits: ``python -m grafana.demo``."""

import argparse
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from exporters.openmetrics import import_command
from grafana.demo.files import DASHBOARDS, Ports, provision, scrape_config
from grafana.demo.grafana_server import HOME, Start, grafana_start
from grafana.demo.programs import CannotStart, Running

StartOf = Callable[[Path, Ports], Start | None]


def show(running: Running, ports: Ports, find_grafana: StartOf = grafana_start) -> str:
    """Start everything and return the lines that say where to look. Raises CannotStart."""
    folder = running.folder
    for tool in ("prometheus", "promtool"):
        if shutil.which(tool) is None:
            raise CannotStart(f"there is no {tool}: on Debian, apt-get install prometheus")
    history = folder / "history.om"
    demo = ["demo", "--port", str(ports.monitor), "--history", str(history)]
    running.start("monitor", [sys.executable, "-m", "monitor", *demo])
    running.wait_for("monitor", f"http://127.0.0.1:{ports.monitor}/healthz")
    make_blocks = shlex.split(import_command(history, str(folder / "data")))
    subprocess.run(make_blocks, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    (folder / "prometheus.yml").write_text(scrape_config(ports))
    running.start("prometheus", _prometheus(folder, ports))
    running.wait_for("prometheus", f"http://127.0.0.1:{ports.prometheus}/-/ready")
    provision(folder / "provisioning", ports)
    return addresses(ports, without=_grafana(running, ports, find_grafana))


def _grafana(running: Running, ports: Ports, find_grafana: StartOf) -> str | None:
    """Start a Grafana; return why there is none, None when there is one. Prometheus is worth a look
    without it.
    """
    start = find_grafana(running.folder, ports)
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
    values = parser.parse_args(arguments)
    ports = Ports(
        monitor=values.monitor_port, prometheus=values.prometheus_port, grafana=values.grafana_port
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
        programs = running.programs.items()
        names = [name for name, program in programs if program.poll() is not None]
        sys.stderr.write(f"error: {' and '.join(names)} ended\n")
        return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
