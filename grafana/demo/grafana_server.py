"""How a Grafana is started here: an installed one, else one in a container."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from grafana.demo.files import DASHBOARDS, ROOT, Ports

HOME = "vendorstatus-vendors"
"""The uid of the dashboard that Grafana opens with."""
PACKAGE_FOLDERS = ("/usr/share/grafana/bin", "/usr/sbin")
"""Where packages put Grafana beside PATH."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a Grafana is started: the command and what is added to its environment."""

    command: Sequence[str]
    environment: Mapping[str, str]


def grafana_start(
    folder: Path, ports: Ports, packages: Sequence[str] = PACKAGE_FOLDERS
) -> Start | None:
    """Return how to start a Grafana that reads the provisioning in `folder`; None when there is no
    way to. It is looked for on PATH, then in `packages`.
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
    path = os.pathsep.join((os.environ.get("PATH", ""), *packages))
    with_data = settings | {"GF_PATHS_DATA": str(folder / "grafana")}
    if server := shutil.which("grafana-server", path=path):
        return Start([server, *_home(server)], with_data)
    if binary := shutil.which("grafana", path=path):
        return Start([binary, "server", *_home(binary)], with_data)
    if engine := shutil.which("docker") or shutil.which("podman"):
        return Start(_container_command(engine, settings, folder), {})
    return None


def _home(binary: str) -> list[str]:
    """Return what tells an installed Grafana where its own files are, if they are not beside it."""
    for folder in (Path(binary).resolve().parents[1], Path("/usr/share/grafana")):
        if (folder / "conf" / "defaults.ini").is_file():
            return ["--homepath", str(folder)]
    return []


def _container_command(engine: str, settings: Mapping[str, str], folder: Path) -> list[str]:
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
