"""What runbooks and documents say of alerts, and the names that were."""

import re

import pytest
import typer
import yaml
from alert_rules import ALERTS, DOCUMENT, KNOWN, OLD_NAMES, ROOT, RUNBOOKS, each_text

from grafana.alerts.generate import RULES
from grafana.alerts.rules import read_groups
from monitor import errors
from monitor.cli import app
from tests.promql import labels_of

# in the documents


@each_text
def test_every_query_of_a_document_reads_only_what_is_exported(path):
    queries = re.findall(r"```promql\n(.*?)```", path.read_text(), re.DOTALL)

    for query in queries:
        labels_of(query, KNOWN)
    assert queries or path == DOCUMENT


@each_text
def test_every_metric_a_document_names_is_exported(path):
    named = set(re.findall(r"(?:\w+:)?vendorstatus_\w+(?::\w+)?", path.read_text()))

    assert named <= set(KNOWN)


@each_text
def test_every_command_a_document_names_exists(path):
    commands = set(typer.main.get_command(app).commands)
    named = set(re.findall(r"`monitor (\w+)", path.read_text()))

    assert named <= commands


@pytest.mark.parametrize("name", ["VendorStatusManyPagesFailing", "VendorStatusPageUnreadable"])
def test_every_reason_a_runbook_explains_is_one_we_count(name):
    reasons = {
        each.reason
        for each in vars(errors).values()
        if isinstance(each, type) and hasattr(each, "reason")
    }
    cells = re.findall(r"^\| (`.*?) \|", (RUNBOOKS / f"{name}.md").read_text(), re.MULTILINE)
    named = {reason for cell in cells for reason in re.findall(r"`(\w+)`", cell)}

    assert named
    assert named <= reasons


def test_the_example_of_alertmanager_names_alerts_that_exist():
    told = yaml.safe_load((RULES.parent / "alertmanager.yml").read_text())
    matchers = [
        each
        for rule in told["inhibit_rules"]
        for side in ("source_matchers", "target_matchers")
        for each in rule[side]
    ]

    for matcher in matchers:
        pattern = re.fullmatch(r'alertname(?:=|=~)"(.*)"', matcher)[1]
        assert any(re.fullmatch(pattern, name) for name in ALERTS), matcher


@each_text
def test_every_link_of_a_document_leads_somewhere(path):
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text())

    assert [
        target for target in targets if "://" not in target and not (path.parent / target).exists()
    ] == []


# names that were


PREFIXES = ("vendorstatus_", "vendor:vendorstatus_", "provider")
"""What begins the names that the changelog's table of metrics renames; another is of columns."""


def renamed() -> dict[str, str]:
    """Return what the changelog's table renames, by the name before."""
    rows = re.findall(r"^  \| (.*) \| (.*) \|$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    names = [[re.search(r"`(.*?)`", cell) for cell in row] for row in rows]

    pairs = {before[1]: now[1] for before, now in names if before and now}
    return {before: now for before, now in pairs.items() if before.startswith(PREFIXES)}


def test_every_old_name_of_the_changelog_is_recorded_from_the_new_one_which_exists():
    (group,) = read_groups(OLD_NAMES.read_text())

    assert group.records == {old: new for old, new in renamed().items() if old != "provider"}
    assert set(group.records.values()) <= set(KNOWN)
    assert not set(group.records) & set(KNOWN)


def test_the_old_label_of_the_changelog_is_kept_by_the_documented_scrape_beside_the_new_one():
    text = (ROOT / "docs" / "metrics.md").read_text().split("## Old names")[1]
    (scrape,) = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1])[
        "scrape_configs"
    ]
    labels = set().union(*KNOWN.values())

    (rule,) = scrape["metric_relabel_configs"]
    assert {rule["target_label"]: rule["source_labels"]} == {"provider": [renamed()["provider"]]}
    assert "platform" in labels
    assert "provider" not in labels
