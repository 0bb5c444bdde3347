"""The alert rules as they are written: what they name exists, what they promise is there, Grafana's
version is current.

What fires on which data is tested with promtool, in grafana/alerts/tests and
tests/integration/test_alerts_promtool.py.
"""

import re

import pytest
import yaml
from alert_rules import (
    ALERTS,
    ALWAYS,
    BY_TIER,
    CONSTANT,
    DOCUMENT,
    FLICKERING,
    GROUPS,
    KNOWN,
    RECORDS,
    RUNBOOKS,
    documented,
    each_alert,
    exported,
    reads,
)

from grafana.alerts.generate import RULES
from grafana.alerts.managed import WHILE_KNOWN
from monitor.config import VendorConfig
from tests.promql import Wrong, labels_of

# names in the rules


def test_the_documented_labels_are_the_exported_ones():
    said, shown = documented(), exported()

    assert set(said) == set(shown)
    assert {name: said[name] for name in shown} == shown


@each_alert
def test_an_alert_reads_only_what_is_exported_and_has_no_replica_in_its_labels(alert):
    labels = labels_of(alert.expr, KNOWN)

    assert ("job" in labels) is (alert.name not in ALWAYS)
    assert "instance" not in labels


@pytest.mark.parametrize("name", RECORDS)
def test_a_recorded_series_has_the_labels_its_name_begins_with_and_no_replica(name):
    level = set(name.split(":")[0].split("_"))

    assert KNOWN[name] == level | {"job"}


def test_a_name_that_nobody_exports_and_a_label_that_nothing_has_are_found():
    for wrong in (
        "vendorstatus_vendor_levl",
        'vendorstatus_up{platform="statuspage"}',
        "max by (vendr) (vendorstatus_up)",
        "vendorstatus_up and vendorstatus_component_level",
        "vendorstatus_up * on (vendor) group_left (tier) vendorstatus_last_poll_timestamp_seconds",
    ):
        with pytest.raises(Wrong):
            labels_of(wrong, KNOWN)


@each_alert
def test_what_an_alert_says_uses_labels_it_has(alert):
    texts = " ".join((*alert.labels.values(), *alert.annotations.values()))

    assert set(re.findall(r"\$labels\.(\w+)", texts)) <= labels_of(alert.expr, KNOWN)


# every alert carries


@each_alert
def test_an_alert_says_what_it_is_with_labels_and_value_and_where_to_read_on(alert):
    said = alert.annotations

    assert set(said) - {"status_page", "incident"} == {"summary", "description", "runbook_url"}
    assert ("incident" in said) is (alert.name in WHILE_KNOWN)
    assert ("$labels." in said["description"]) is (alert.name not in ALWAYS)
    assert ("$value" in said["description"] + said["summary"]) is (alert.name not in CONSTANT)
    assert said["runbook_url"] == f"docs/runbooks/{alert.name}.md"


@each_alert
def test_an_alert_about_a_vendor_carries_its_tier(alert):
    labels = labels_of(alert.expr, KNOWN)

    assert ("vendor" in labels) is ("tier" in labels)


@each_alert
def test_a_summary_names_the_vendor_and_the_component_and_the_page_is_a_click_away(alert):
    labels, said = labels_of(alert.expr, KNOWN), alert.annotations

    assert set(re.findall(r"{{ \$labels\.(\w+) }}", said["summary"])) == labels & {
        "vendor",
        "component",
    }
    assert said.get("status_page") == ("{{ $labels.url }}" if "vendor" in labels else None)
    assert ("url" in labels) is ("vendor" in labels)


@each_alert
def test_an_alert_has_a_severity_and_the_outages_have_it_by_tier(alert):
    severity = alert.labels["severity"]

    assert set(alert.labels) == {"severity"}
    if alert.name in BY_TIER:
        assert set(re.findall(r"}}(\w+){{", severity)) == {"critical", "warning", "info"}
        assert set(re.findall(r'"(\w+)"', severity)) == {"critical", "low"}
    else:
        assert severity in ({"none"} if alert.name in ALWAYS else {"critical", "warning", "info"})


def test_the_tiers_of_the_rules_are_those_of_the_settings():
    tiers = VendorConfig.__dataclass_fields__["tier"]
    named = set(re.findall(r'tier="(\w+)"', RULES.read_text()))

    assert tiers.default == "standard"
    assert named == {"critical", "low"}


@each_alert
def test_an_alert_on_a_ratio_joins_its_coverage(alert):
    ratios = {name for name in reads(alert) if name.endswith("_ratio") and "coverage" not in name}
    covered = {name for name in reads(alert) if name.endswith("_coverage_ratio")}

    assert bool(ratios) is bool(covered)


@each_alert
def test_an_alert_on_a_level_joins_its_freshness(alert):
    levels = {name for name in reads(alert) if name.endswith("_level")}

    assert not levels or "vendorstatus_last_success_timestamp_seconds" in reads(alert)


@each_alert
def test_an_alert_on_a_current_outage_outlasts_a_state_that_flickers(alert):
    assert (alert.keep_firing != "0s") is (alert.name in BY_TIER | FLICKERING)


# what every alert has


def promtool_tests():
    """Yield (group name, alert, whether alerts are expected) of every alert test for promtool."""
    for path in sorted((RULES.parent / "tests").glob("*.test.yaml")):
        for group in yaml.safe_load(path.read_text())["tests"]:
            for test in group["alert_rule_test"]:
                yield group["name"], test["alertname"], bool(test["exp_alerts"])


def test_every_alert_has_a_promtool_test_in_which_it_fires_and_one_in_which_data_is_missing_and_it_does_not():
    tests = list(promtool_tests())
    fires = {alert for _, alert, expected in tests if expected}
    silent = {alert for name, alert, expected in tests if "missing data" in name and not expected}

    assert fires == set(ALERTS)
    assert silent == set(ALERTS) - ALWAYS


def test_every_promtool_test_writes_its_interval_and_the_order_of_the_groups():
    for path in sorted((RULES.parent / "tests").glob("*.test.yaml")):
        told = yaml.safe_load(path.read_text())

        assert all("interval" in group for group in told["tests"]), path.name
        assert told["group_eval_order"] == [group.name for group in GROUPS], path.name


def test_every_alert_has_a_runbook_and_every_runbook_an_alert():
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == set(ALERTS)


@each_alert
def test_a_runbook_says_what_it_means_what_to_check_and_how_to_silence_it(alert):
    text = (RUNBOOKS / f"{alert.name}.md").read_text()
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    silence = re.search(
        r"^amtool silence add (.*)$", text.split("## How to silence")[1], re.MULTILINE
    )[1]
    name = re.search(r"""alertname=(~?)"?([^"' ]*)""", silence)

    assert text.startswith(f"# {alert.name}\n")
    assert headings == ["What it means", "What to check", "How to silence"]
    assert re.fullmatch(name[2], alert.name) if name[1] else name[2] == alert.name
    assert "--duration=" in silence
    assert "--comment=" in silence


@each_alert
def test_the_severity_is_the_one_the_runbook_and_the_document_state(alert):
    runbook = (RUNBOOKS / f"{alert.name}.md").read_text()
    (row,) = re.findall(
        rf"^\| \[{alert.name}\]\(runbooks/{alert.name}.md\) \| (.*?) \|",
        DOCUMENT.read_text(),
        re.MULTILINE,
    )
    severity = alert.labels["severity"]

    assert row == ("by tier" if alert.name in BY_TIER else severity)
    assert re.search(r"^Severity (by the vendor's `tier`|\w+)", runbook, re.MULTILINE)[1] == (
        "by the vendor's `tier`" if alert.name in BY_TIER else severity
    )


def test_every_recorded_series_is_documented():
    text = DOCUMENT.read_text()
    spelled_short = {
        "vendor:vendorstatus_vendor_outage:" + each for each in ("avg6h", "avg1d", "avg3d")
    }

    assert {name for name in RECORDS if f"`{name}`" not in text} == spelled_short
    assert all(f"`:{name.split(':')[-1]}`" in text for name in spelled_short)
