"""What the demo's Prometheus and Grafana are told: the files of compose.yaml, with the addresses of
this machine and shorter intervals.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
GRAFANA = ROOT / "grafana"
DASHBOARDS = GRAFANA / "dashboards"
RULES = GRAFANA / "alerts" / "vendorstatus.rules.yaml"
PROVISIONING = GRAFANA / "provisioning"
INTERVAL = "15s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the three listen, on 127.0.0.1."""

    monitor: int = 9184
    prometheus: int = 9090
    grafana: int = 3000


def scrape_config(ports: Ports) -> str:
    """Return Prometheus's configuration: our job and rules, the demo scraped every 15 seconds, and
    no Alertmanager.
    """
    config = yaml.safe_load((GRAFANA / "prometheus.yml").read_text())
    del config["alerting"]
    config["global"] = dict.fromkeys(config["global"], INTERVAL)
    config["rule_files"] = [str(RULES)]
    for job in config["scrape_configs"]:
        job["static_configs"] = [{"targets": [f"127.0.0.1:{ports.monitor}"]}]
    return yaml.safe_dump(config)


def provision(folder: Path, ports: Ports) -> None:
    """Write what a Grafana reads at its start: the Prometheus as its data source, and where the
    dashboards are.
    """
    sources = yaml.safe_load((PROVISIONING / "datasources" / "vendorstatus.yaml").read_text())
    (source,) = (source for source in sources["datasources"] if source["type"] == "prometheus")
    source["url"] = f"http://127.0.0.1:{ports.prometheus}"
    source["jsonData"]["timeInterval"] = INTERVAL
    sources["datasources"] = [source]
    boards = yaml.safe_load((PROVISIONING / "dashboards" / "vendorstatus.yaml").read_text())
    for provider in boards["providers"]:
        provider["options"]["path"] = str(DASHBOARDS)
    for name, document in {"datasources": sources, "dashboards": boards}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "demo.yaml").write_text(yaml.safe_dump(document))
