"""The alert rules on every generation of Prometheus there is: what promtool says of them, and what
fires on which data."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from servers import alertmanager, generations, program

from grafana.alerts.generate import GRAFANA_RULES, RULES

pytestmark = pytest.mark.integration

TESTS = sorted((RULES.parent / "tests").glob("*.test.yaml"))
OLD_NAMES = RULES.parent / "old-names" / "old-names.rules.yaml"
BURN = RULES.parent / "tests" / "burn.test.yaml"
RUNBOOKS = sorted((Path(__file__).parents[2] / "docs" / "runbooks").glob("*.md"))
DOCUMENT = Path(__file__).parents[2] / "docs" / "alerts.md"


@pytest.fixture(
    params=generations(), ids=["debian", *(f"other{n}" for n in range(1, len(generations())))]
)
def promtool(request) -> str:
    return program("promtool", request.param)


def passed(*command) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("path", [RULES, OLD_NAMES], ids=lambda path: path.stem)
def test_promtool_accepts_the_rules_without_a_remark(promtool, path):
    assert "SUCCESS" in passed(promtool, "check", "rules", "--lint=all", "--lint-fatal", path)


@pytest.mark.parametrize(
    "path", [*TESTS, OLD_NAMES.with_name("old-names.test.yaml")], ids=lambda path: path.stem
)
def test_what_fires_and_what_stays_silent(promtool, path):
    passed(promtool, "test", "rules", path)


@pytest.mark.parametrize(
    "path",
    [path for path in TESTS if path.name != "watchdog.test.yaml"],
    ids=lambda path: path.stem,
)
def test_the_expressions_of_the_grafana_managed_rules_fire_on_the_same_data(
    promtool, path, tmp_path
):
    """The rules, with Grafana's queries and conditions in the place of theirs, and no recording
    rule but those that their annotations ask."""
    managed = yaml.safe_load(GRAFANA_RULES.read_text())
    expressions = {
        rule["uid"]: condition(rule) for group in managed["groups"] for rule in group["rules"]
    }
    tested = {
        test["alertname"]
        for group in yaml.safe_load(path.read_text())["tests"]
        for test in group["alert_rule_test"]
    }
    told = yaml.safe_load(RULES.read_text())
    every = [rule for group in told["groups"] for rule in group["rules"]]
    asked = "".join(str(rule.get("annotations")) for rule in every)
    for group in told["groups"]:
        rules = []
        for rule in group["rules"]:
            if rule.get("alert") in tested:  # the others would only take time
                rules.append(rule | {"expr": expressions[rule["alert"]]})
            elif "record" in rule and rule["record"] in asked:
                rules.append(rule)
        group["rules"] = rules
    (tmp_path / RULES.name).write_text(yaml.safe_dump(told))
    (tmp_path / "tests").mkdir()
    text = path.read_text()
    if (
        path == BURN
    ):  # nothing is pending and nothing recorded there, so the steps between its moments can be left out
        text = text.replace("evaluation_interval: 5m", "evaluation_interval: 15m")
    (tmp_path / "tests" / path.name).write_text(text)

    passed(promtool, "test", "rules", tmp_path / "tests" / path.name)


def condition(rule) -> str:
    """Return the query of a Grafana-managed rule with its condition, as PromQL."""
    asked, decides = rule["data"]
    query, fires = asked["model"]["expr"], decides["model"]["expression"]
    return query if fires == "is_number($A)" else fires.replace("$A", f"({query})")


# What is known and no outage has a sample of 0; what is not known has none, and Grafana keeps the
# state.
WORLD = """
- {series: 'vendorstatus_vendor_level{job="j", instance="a", vendor="acme"}', values: "4x20 0x20 _x20"}
- {series: 'vendorstatus_component_level{job="j", instance="a", vendor="acme", component="api"}', values: "4x20 0x20 _x20"}
- {series: 'vendorstatus_component_info{job="j", instance="a", vendor="acme", component="api", critical="yes"}', values: "1x40 _x20"}
- {series: 'vendorstatus_last_success_timestamp_seconds{job="j", instance="a", vendor="acme"}', values: "0+60x40 _x20"}
- {series: 'vendorstatus_vendor_info{job="j", instance="a", vendor="acme", tier="low"}', values: "1x40 _x20"}
"""
LABELS = {
    "VendorStatusMajorOutage": '{job="j", tier="low", vendor="acme"}',
    "VendorStatusCriticalComponentOutage": '{component="api", job="j", tier="low", vendor="acme"}',
}


@pytest.mark.parametrize("name", LABELS)
def test_where_grafana_evaluates_an_outage_that_is_over_has_a_sample_and_a_dead_monitor_has_none(
    promtool, tmp_path, name
):
    managed = yaml.safe_load(GRAFANA_RULES.read_text())
    (rule,) = [
        rule for group in managed["groups"] for rule in group["rules"] if rule["uid"] == name
    ]
    query = rule["data"][0]["model"]["expr"]
    moments = {"10m": 4, "35m": 0, "50m": None}
    samples = {
        at: [] if value is None else [{"labels": LABELS[name], "value": value}]
        for at, value in moments.items()
    }
    asked = [
        {"expr": query, "eval_time": at, "exp_samples": expected}
        for at, expected in samples.items()
    ]
    test = {"interval": "1m", "input_series": yaml.safe_load(WORLD), "promql_expr_test": asked}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump({"rule_files": [], "tests": [test]}))

    passed(promtool, "test", "rules", tmp_path / "test.yaml")


def test_the_budgets_of_the_document_hold_for_a_vendor_a_tier_and_the_rest(promtool, tmp_path):
    (example,) = re.findall(r"```yaml\n(- record: .*?)```", DOCUMENT.read_text(), re.DOTALL)
    rules = {"groups": [{"name": "budgets", "rules": yaml.safe_load(example)}]}
    info = 'vendorstatus_vendor_info{{job="j", instance="{}", vendor="{}", tier="{}"}}'
    told = [
        ("a", "acme", "critical"),
        ("b", "acme", "critical"),
        ("a", "dear", "critical"),
        ("a", "rest", "standard"),
    ]
    expected = {"acme": 0.02, "dear": 0.05, "rest": 0.1}
    name = "vendor:vendorstatus_outage_budget:ratio"
    samples = [
        {"labels": f'{name}{{job="j", vendor="{vendor}"}}', "value": value}
        for vendor, value in expected.items()
    ]
    test = {
        "interval": "1m",
        "input_series": [{"series": info.format(*each), "values": "1x10"} for each in told],
        "promql_expr_test": [{"expr": name, "eval_time": "5m", "exp_samples": samples}],
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    (tmp_path / "test.yaml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [test]})
    )

    passed(promtool, "test", "rules", tmp_path / "test.yaml")


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (["severity=critical", "alertname=VendorStatusMonitorDown"], "pager"),
        (["severity=warning", "alertname=VendorStatusPageUnreadable", "vendor=acme"], "tickets"),
        (["severity=info", "alertname=VendorStatusPageMoved", "vendor=acme"], "digest"),
        (["severity=none", "alertname=VendorStatusWatchdog"], "watchdog"),
    ],
    ids=["critical", "warning", "info", "none"],
)
def test_the_example_of_alertmanager_routes_by_severity(labels, receiver):
    amtool, config = program("amtool"), RULES.parent / "alertmanager.yml"

    assert "SUCCESS" in passed(amtool, "check-config", config)
    assert passed(
        amtool,
        "config",
        "routes",
        "test",
        f"--config.file={config}",
        f"--verify.receivers={receiver}",
        *labels,
    )


def test_the_receivers_of_the_document_fit_into_the_example_of_alertmanager(tmp_path):
    """Each block takes the place of the example's receivers with its names."""
    example = yaml.safe_load((RULES.parent / "alertmanager.yml").read_text())
    blocks = re.findall(r"```yaml\n(receivers:.*?)```", DOCUMENT.read_text(), re.DOTALL)
    config = tmp_path / "alertmanager.yml"

    for block in blocks:
        own = yaml.safe_load(block)["receivers"]
        names = {each["name"] for each in own}
        others = [each for each in example["receivers"] if each["name"] not in names]
        assert len(others) + len(own) == len(example["receivers"]), "a name that no route leads to"
        config.write_text(yaml.safe_dump({**example, "receivers": [*others, *own]}))

        assert "SUCCESS" in passed(program("amtool"), "check-config", config)
    assert len(blocks) == 4


def test_every_silence_of_a_runbook_can_be_set_as_it_is_written(tmp_path):
    amtool = program("amtool")
    with alertmanager(tmp_path, (RULES.parent / "alertmanager.yml").read_text()) as address:
        for path in RUNBOOKS:
            (line,) = re.findall(r"^amtool (silence add .*)$", path.read_text(), re.MULTILINE)
            passed(amtool, f"--alertmanager.url=http://{address}", *shlex.split(line))
        silences = passed(
            amtool, f"--alertmanager.url=http://{address}", "silence", "query", "-q"
        ).split()

    alerts = re.findall(r"^ *-? ?alert: (\w+)$", RULES.read_text(), re.MULTILINE)
    assert len(silences) == len(RUNBOOKS) == len(set(alerts)) > 0
