"""How it is deployed: compose.yaml, Grafana's provisioning and the manifests for Kubernetes agree
with each other and us."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from panels import FOLDER, SCRAPE_SECONDS, boards, seconds_of

from exporters.openmetrics import JOB, import_command
from exporters.prometheus import PollMetrics, StateMetrics
from exporters.web import application
from grafana.alerts.managed import DATASOURCE_UID
from grafana.generate.links import VENDORS
from monitor import config
from monitor.store import Store

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SCRAPING = yaml.safe_load((ROOT / "grafana" / "prometheus.yml").read_text())
PROVISIONING = ROOT / "grafana" / "provisioning"
RETENTION = "400d"
NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def provisioned(kind):
    """Return the one provisioning file of a kind."""
    (path,) = (PROVISIONING / kind).glob("*.yaml")
    return yaml.safe_load(path.read_text())


# --------------------------------------------------------------------------------------------------------------
# compose


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_pinned_watched_restarted_and_reachable_from_this_machine_alone(name):
    service = SERVICES[name]

    assert "build" in service or re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service["image"])
    assert "healthcheck" in service or "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    assert service["restart"] == "unless-stopped"
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "no-new-privileges:true" in service["security_opt"]
    assert set(service.get("depends_on", {})) <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_everything_a_service_mounts_is_there(name):
    for source, _, target in (volume.partition(":") for volume in SERVICES[name]["volumes"]):
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert target.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


def mounted(service, path):
    """Return our file or folder behind a path in a container."""
    for volume in SERVICES[service]["volumes"]:
        source, target = volume.split(":")[:2]
        if source.startswith(".") and Path(path).is_relative_to(target):
            return ROOT / source / Path(path).relative_to(target)
    raise AssertionError(f"{service} mounts nothing at {path}")


def test_prometheus_keeps_long_enough_for_imported_history_and_finds_its_files():
    command = SERVICES["prometheus"]["command"]
    (file,) = (each.partition("=")[2] for each in command if each.startswith("--config.file"))
    (rules,) = SCRAPING["rule_files"]

    assert f"--storage.tsdb.retention.time={RETENTION}" in command
    assert mounted("prometheus", file).samefile(ROOT / "grafana" / "prometheus.yml")
    beside = mounted("prometheus", str(Path(file).parent / Path(rules).parent))
    assert [path.name for path in beside.glob(Path(rules).name)] == ["vendorstatus.rules.yaml"]
    assert [path.name for path in (ROOT / "grafana").glob(rules)] == ["vendorstatus.rules.yaml"]


def test_every_address_of_a_service_is_one_of_compose_and_its_port():
    ports = {
        name: {port.split(":")[-1] for port in service["ports"]}
        for name, service in SERVICES.items()
    }
    named = [
        target
        for job in SCRAPING["scrape_configs"]
        for each in job["static_configs"]
        for target in each["targets"]
    ]
    named += [
        t
        for a in SCRAPING["alerting"]["alertmanagers"]
        for each in a["static_configs"]
        for t in each["targets"]
    ]
    named += [
        source["url"].removeprefix("http://")
        for source in provisioned("datasources")["datasources"]
    ]

    assert len(named) == 4
    for address in named:
        host, _, port = address.partition(":")
        assert port in ports[host], address


def test_no_secret_stands_in_a_file():
    (secret,) = COMPOSE["secrets"].values()
    files = [
        *PROVISIONING.rglob("*.yaml"),
        ROOT / "compose.yaml",
        ROOT / "grafana" / "prometheus.yml",
    ]
    files += [ROOT / "docs" / "kubernetes.md", ROOT / "grafana" / "alerts" / "alertmanager.yml"]

    assert secret == {"environment": "GRAFANA_ADMIN_PASSWORD"}
    assert (
        SERVICES["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD__FILE"]
        == "/run/secrets/grafana_admin_password"
    )
    for path in files:
        found = re.findall(
            r"(?i)\w*(?:password|secret|token)\w*: *(?!\{)[^\s#\[].*", path.read_text()
        )
        assert all(
            "/run/secrets/" in each or "automountServiceAccountToken" in each for each in found
        ), (path, found)


# ---------------------------------------------------------------------------------------------------------
# provisioning


def test_grafana_finds_its_provisioning_and_the_dashboards():
    (provider,) = provisioned("dashboards")["providers"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert mounted("grafana", "/etc/grafana/provisioning").samefile(PROVISIONING)
    assert mounted("grafana", provider["options"]["path"]).samefile(FOLDER)
    assert mounted("grafana", home).samefile(FOLDER / f"{VENDORS}.json")
    assert provider["allowUiUpdates"] is False


def test_the_data_source_has_the_uid_the_alerts_name_and_the_scrape_interval():
    sources = {source["uid"]: source for source in provisioned("datasources")["datasources"]}
    settings = sources[DATASOURCE_UID]["jsonData"]

    assert sources[DATASOURCE_UID]["type"] == "prometheus"
    assert settings["timeInterval"] == SCRAPING["global"]["scrape_interval"]
    assert seconds_of(settings["timeInterval"]) == SCRAPE_SECONDS
    assert settings["httpMethod"] == "POST"


def test_grafana_evaluates_no_rules_that_prometheus_evaluates():
    assert "groups" not in provisioned("alerting")
    assert not any(
        "vendorstatus.grafana.yaml" in volume for volume in SERVICES["grafana"]["volumes"]
    )


# -----------------------------------------------------------------------------------------------------------
# kubernetes

KUBERNETES = (ROOT / "docs" / "kubernetes.md").read_text()
OPERATOR = "monitoring.coreos.com/v1"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", KUBERNETES, re.MULTILINE | re.DOTALL)


MANIFESTS = [manifest for block in blocks("yaml") for manifest in yaml.safe_load_all(block)]
DEPLOYMENTS = [manifest for manifest in MANIFESTS if manifest["kind"] == "Deployment"]


def of_kind(kind):
    (found,) = [manifest for manifest in MANIFESTS if manifest["kind"] == kind]
    return found


def test_there_is_what_the_page_promises():
    assert sorted(manifest["kind"] for manifest in MANIFESTS) == [
        "ConfigMap", "Deployment", "Deployment", "PersistentVolumeClaim", "PodDisruptionBudget", "Service",
        "ServiceMonitor",
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["1.28", "1.33", kubernetes_validate.latest_version()])
def test_manifests_are_valid_by_kubernetes_own_schemas(version):
    for manifest in MANIFESTS:
        if manifest["apiVersion"] != OPERATOR:
            kubernetes_validate.validate(manifest, version, strict=True)


def test_a_wrong_manifest_is_noticed():
    wrong = yaml.safe_load(yaml.safe_dump(DEPLOYMENTS[0]))
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=["sqlite", "postgresql"])
def test_pods_have_no_rights_and_a_read_only_root(deployment):
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    user = re.search(r"^USER (\d+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1]

    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert str(pod["securityContext"]["runAsUser"]) == user
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in pod["volumes"]
    }


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=["sqlite", "postgresql"])
def test_probes_ask_what_the_application_answers(deployment):
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    with Store.open("sqlite://") as store:
        app = application(StateMetrics(store), PollMetrics("0"), readiness=list, clock=lambda: NOW)
        routes = {route.path for route in app.routes}
    probes = {
        name: container[name]["httpGet"]
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
    }

    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz",
    }  # fmt: skip
    assert {probe["path"] for probe in probes.values()} <= routes
    assert {probe["port"] for probe in probes.values()} == {container["ports"][0]["name"]}
    assert f":{container['ports'][0]['containerPort']}" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=["sqlite", "postgresql"])
def test_selectors_find_the_pods_and_the_monitor_finds_the_service(deployment):
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    service, monitor = of_kind("Service"), of_kind("ServiceMonitor")
    (endpoint,), (port,) = monitor["spec"]["endpoints"], service["spec"]["ports"]

    assert deployment["spec"]["selector"]["matchLabels"] == labels == service["spec"]["selector"]
    assert of_kind("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert monitor["spec"]["selector"]["matchLabels"] == service["metadata"]["labels"]
    assert endpoint["port"] == port["name"]
    assert endpoint["path"] == "/metrics"
    assert (
        port["targetPort"]
        == deployment["spec"]["template"]["spec"]["containers"][0]["ports"][0]["name"]
    )
    assert service["metadata"]["name"] == JOB  # the operator makes it the label `job`


def test_sqlite_has_one_writer_and_postgresql_its_address_from_a_secret():
    single, several = DEPLOYMENTS
    environment = {
        each["name"]: each for each in several["spec"]["template"]["spec"]["containers"][0]["env"]
    }

    assert (single["spec"]["replicas"], single["spec"]["strategy"]["type"]) == (1, "Recreate")
    assert several["spec"]["replicas"] > 1
    assert environment["MONITOR_DATABASE_URL"]["valueFrom"] == {
        "secretKeyRef": {"name": "vendorstatus", "key": "database-url"}
    }
    assert set(environment) - {"MONITOR_CONFIG"} <= set(config.ENVIRONMENT)


def test_several_replicas_apply_changed_settings_before_they_serve_by_them():
    single, several = (each["spec"]["template"]["spec"] for each in DEPLOYMENTS)
    (first,), (serving,) = several["initContainers"], several["containers"]

    assert "initContainers" not in single
    assert first["args"] == ["apply"]
    for key in ("image", "env", "securityContext", "volumeMounts"):
        assert first[key] == serving[key]


def test_the_settings_shown_are_settings():
    (text,) = of_kind("ConfigMap")["data"].values()

    assert [vendor.slug for vendor in config.parse(text, "monitor.yaml").vendors] == [
        "anthropic",
        "github",
        "twilio",
    ]


def test_the_alert_rules_become_one_resource_of_the_operators():
    (command,) = [block for block in blocks("sh") if "PrometheusRule" in block]
    printed = subprocess.run(
        ["sh", "-ec", command.replace("| kubectl apply -f -", "")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    made = yaml.safe_load(printed)
    rules = yaml.safe_load((ROOT / "grafana" / "alerts" / "vendorstatus.rules.yaml").read_text())

    assert (made["apiVersion"], made["kind"], made["spec"]) == (OPERATOR, "PrometheusRule", rules)


# ----------------------------------------------------------------------------------------------------------
# ten minutes

GRAFANA = (ROOT / "docs" / "grafana.md").read_text()


def test_the_way_from_nothing_uses_the_services_that_are_there_and_the_import_that_works():
    joined = GRAFANA.replace("\\\n", " ")
    asked = set(re.findall(r"docker compose (?:exec|logs) (\w+)", joined))
    (imported,) = re.findall(r"promtool (tsdb .+?) +openmetrics", joined)

    assert asked == {"vendorstatus", "prometheus"} <= set(SERVICES)
    assert imported in import_command(Path("history.om"), "blocks")
    assert RETENTION in GRAFANA


def test_every_dashboard_is_described_under_its_title():
    for board in boards().values():
        assert f"| **{board['title'].removeprefix('vendorstatus / ')}** |" in GRAFANA


@pytest.mark.parametrize("page", ["docs/grafana.md", "docs/kubernetes.md", "grafana/README.md"])
def test_links_lead_to_files(page):
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text())

    assert targets
    assert [target for target in targets if not ((ROOT / page).parent / target).exists()] == []
