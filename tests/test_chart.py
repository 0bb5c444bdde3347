"""The Helm chart: what it renders is what the manifests of docs/kubernetes.md promise, for each way
to run it, and Kubernetes' own schemas accept it."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from go_programs import go_program

from monitor import config

ROOT = Path(__file__).parents[1]
CHART = ROOT / "deploy" / "helm" / "vendorstatus"
OPERATOR = "monitoring.coreos.com/v1"
POSTGRESQL = {"database": {"existingSecret": "vendorstatus"}, "replicas": 2}
BASIC = {"scheme": "https", "basicAuth": {"username": {"name": "web", "key": "user"}}}
ALL = {
    "webConfig": {"existingSecret": "web", "probeScheme": "HTTPS"},
    "serviceMonitor": {"enabled": True, "endpoint": BASIC},
    "prometheusRule": {"enabled": True},
    "dashboards": {"enabled": True},
}
CERTIFICATES = {"webConfig": {"existingSecret": "web", "requiresCertificate": True}}
VERSIONS = ["1.28", "1.33", kubernetes_validate.latest_version()]


def helm(*arguments: str, values: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm in the chart's folder, with these values on its standard input."""
    return subprocess.run(
        [go_program("helm"), *arguments],
        cwd=CHART,
        input=yaml.safe_dump(values or {}),
        capture_output=True,
        text=True,
        check=False,
    )


def render(values=None, name="vendorstatus", version="1.33"):
    """Return the manifests of a release with these values."""
    done = helm("template", name, ".", "--kube-version", version, "-f", "-", values=values)
    assert done.returncode == 0, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def of_kind(manifests, kind):
    (one,) = [manifest for manifest in manifests if manifest["kind"] == kind]
    return one


def container(manifests):
    (one,) = of_kind(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    return one


def test_the_chart_has_the_version_of_the_package_and_what_it_links_to_is_there():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert chart["appVersion"] == project["version"]
    for link in (CHART / "files").iterdir():
        assert link.resolve().exists(), link


@pytest.mark.integration
def test_the_chart_has_no_mistake_that_helm_finds():
    done = helm("lint", "--strict", ".")

    assert "0 chart(s) failed" in done.stdout, done.stdout


@pytest.mark.integration
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "values",
    [{}, POSTGRESQL, ALL, CERTIFICATES],
    ids=["sqlite", "postgresql", "all", "certificates"],
)
def test_what_it_renders_is_valid_by_kubernetes_own_schemas(version, values):
    for manifest in render(values, version=version):
        if manifest["apiVersion"] != OPERATOR:
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.integration
def test_sqlite_has_one_writer_a_volume_that_outlives_it_and_no_second_replica():
    manifests = render()
    deployment = of_kind(manifests, "Deployment")
    claim = of_kind(manifests, "PersistentVolumeClaim")
    volumes = deployment["spec"]["template"]["spec"]["volumes"]

    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert claim["metadata"]["name"] in str(volumes)
    refused = helm("template", "x", ".", "--set", "replicas=2", "--kube-version", "1.33")
    assert refused.returncode != 0
    assert "replicas > 1 need PostgreSQL" in refused.stderr


@pytest.mark.integration
def test_postgresql_has_its_address_from_a_secret_and_no_volume():
    manifests = render(POSTGRESQL)
    environment = {each["name"]: each for each in container(manifests)["env"]}

    assert environment["MONITOR_DATABASE_URL"]["valueFrom"] == {
        "secretKeyRef": {"name": "vendorstatus", "key": "database-url"}
    }
    (first,) = of_kind(manifests, "Deployment")["spec"]["template"]["spec"]["initContainers"]
    assert first["args"] == ["apply"]
    for key in ("image", "env", "securityContext", "volumeMounts"):
        assert first[key] == container(manifests)[key]
    assert "PersistentVolumeClaim" not in {manifest["kind"] for manifest in manifests}
    assert of_kind(manifests, "PodDisruptionBudget")["spec"]["minAvailable"] == 1


@pytest.mark.integration
@pytest.mark.parametrize("name", ["vendorstatus", "eu"])
def test_selectors_find_the_pods_and_the_alert_rules_their_job(name):
    manifests = render(ALL, name=name)
    labels = of_kind(manifests, "Deployment")["spec"]["template"]["metadata"]["labels"]
    service, monitor = of_kind(manifests, "Service"), of_kind(manifests, "ServiceMonitor")
    (endpoint,) = monitor["spec"]["endpoints"]

    assert service["spec"]["selector"].items() <= labels.items()
    assert (
        monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    )
    assert endpoint["port"] == service["spec"]["ports"][0]["name"]
    assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": "vendorstatus"}]


SETTINGS = {"contact": "ops@example.com", "vendors": ["github", {"slug": "twilio"}]}


@pytest.mark.integration
@pytest.mark.parametrize("settings", [SETTINGS, yaml.safe_dump(SETTINGS)], ids=["values", "file"])
def test_settings_are_read_as_they_were_given_and_a_change_restarts_the_pod(settings):
    manifests = render({"settings": settings})
    (text,) = of_kind(manifests, "ConfigMap")["data"].values()
    environment = {each["name"]: each.get("value") for each in container(manifests)["env"]}
    file = Path(environment["MONITOR_CONFIG"])
    mounts = {mount["mountPath"] for mount in container(manifests)["volumeMounts"]}

    assert [vendor.slug for vendor in config.parse(text, file.name).vendors] == ["github", "twilio"]
    assert str(file.parent) in mounts
    assert _checksum(manifests) != _checksum(render())


def _checksum(manifests):
    template = of_kind(manifests, "Deployment")["spec"]["template"]
    return template["metadata"]["annotations"]["checksum/settings"]


@pytest.mark.integration
def test_rules_and_dashboards_are_ours_unchanged():
    manifests = render(ALL)
    rules = yaml.safe_load((ROOT / "grafana" / "alerts" / "vendorstatus.rules.yaml").read_text())
    boards = {
        name: text
        for manifest in manifests
        if manifest["metadata"]["labels"].get("grafana_dashboard") == "1"
        for name, text in manifest["data"].items()
    }

    assert of_kind(manifests, "PrometheusRule")["spec"] == rules
    assert {name: yaml.safe_load(text) for name, text in boards.items()} == {
        path.name: yaml.safe_load(path.read_text())
        for path in (ROOT / "grafana" / "dashboards").glob("*.json")
    }


@pytest.mark.integration
def test_the_pod_is_that_of_the_plain_manifests():
    text = (ROOT / "docs" / "kubernetes.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    plain = [one for block in blocks for one in yaml.safe_load_all(block)]
    deployments = [one for one in plain if one["kind"] == "Deployment"]

    for deployment, values in zip(deployments, [{}, POSTGRESQL], strict=True):
        (documented,) = deployment["spec"]["template"]["spec"]["containers"]
        rendered = container(render({**values, "image": {"tag": "0.1.0"}}))
        for key in documented.keys() - {"env"}:
            assert rendered[key] == documented[key], key


@pytest.mark.integration
def test_a_secret_says_who_may_ask_and_the_probes_and_prometheus_ask_accordingly():
    manifests = render(ALL)
    served = container(manifests)
    volumes = of_kind(manifests, "Deployment")["spec"]["template"]["spec"]["volumes"]
    (endpoint,) = of_kind(manifests, "ServiceMonitor")["spec"]["endpoints"]

    assert served["args"] == ["serve", "--web.config.file", "/etc/vendorstatus-web/web.yml"]
    assert {"name": "web", "secret": {"secretName": "web"}} in volumes
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert served[probe]["httpGet"]["scheme"] == "HTTPS"
    assert endpoint.items() >= BASIC.items()
    assert "args" not in container(render())


@pytest.mark.integration
def test_where_every_client_needs_a_certificate_the_probes_see_that_somebody_listens():
    served = container(render(CERTIFICATES))

    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert served[probe]["tcpSocket"] == {"port": "http"}
        assert "httpGet" not in served[probe]
