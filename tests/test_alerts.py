"""The alert rules as they are written: what they name exists, what they promise is there, Grafana's
version is current.

What fires on which data is tested with promtool, in grafana/alerts/tests and
tests/integration/test_alerts_promtool.py.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
import typer
import yaml

from grafana.alerts import generate
from grafana.alerts.generate import (
    GRAFANA_RULES,
    POLICIES,
    ROUTES,
    RULES,
    SETTINGS,
    render,
    render_policies,
)
from grafana.alerts.managed import WHILE_KNOWN, grafana_rules
from grafana.alerts.policies import CONTACT_POINT, policies
from grafana.alerts.rules import Alert, read_groups, self_contained
from grafana.alerts.settings import Settings, read_settings
from monitor import errors
from monitor.cli import app
from monitor.config import VendorConfig
from tests.promql import TARGET, Wrong, labels_of

ROOT = Path(__file__).parents[1]
RUNBOOKS = ROOT / "docs" / "runbooks"
DOCUMENT = ROOT / "docs" / "alerts.md"
OLD_NAMES = RULES.parent / "old-names" / "old-names.rules.yaml"
TEXTS = [DOCUMENT, *sorted(RUNBOOKS.glob("*.md"))]

GROUPS = read_groups(RULES.read_text())
RECORDS = {name: expr for group in GROUPS for name, expr in group.records.items()}
ALERTS = {alert.name: alert for group in GROUPS for alert in group.alerts}
BY_TIER = {
    "VendorStatusMajorOutage",
    "VendorStatusRecurringOutage",
    "VendorStatusCriticalComponentOutage",
}
FLICKERING = {"VendorStatusPageUnreadableOften"}
"""Alerts of what comes and goes, beside the outages."""
CONSTANT = {
    "VendorStatusMonitorDown",
    "VendorStatusMonitorAbsent",
    "VendorStatusPageMoved",
    "VendorStatusIdentityChanged",
}
"""Alerts whose value is always the same and says nothing."""

each_alert = pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS)
each_text = pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)


def documented() -> dict[str, frozenset[str]]:
    """Return the labels of every metric in docs/metrics.md."""
    rows = re.findall(
        r"^\| `(vendorstatus_\w+)` \|(.*)$",
        (ROOT / "docs" / "metrics.md").read_text(),
        re.MULTILINE,
    )
    found = {}
    for name, rest in rows:
        cells = rest.split("|")
        labels = cells[1] if cells[0].strip() in {"counter", "gauge", "histogram"} else cells[0]
        found[name] = frozenset(re.findall(r"`(\w+)`", labels))
    return found


def exported() -> dict[str, frozenset[str]]:
    """Return the labels of every metric in the golden text, which is what `/metrics` says of a
    small world."""
    found, text = defaultdict(frozenset), (ROOT / "tests" / "golden" / "metrics.txt").read_text()
    histograms = "|".join(re.findall(r"^# TYPE (\w+) histogram$", text, re.MULTILINE))
    for line in text.splitlines():
        if not line.startswith("#"):
            name = re.match(r"\w+", line)[0]
            name = re.sub(rf"^({histograms})_(?:bucket|sum|count)$", r"\1", name)
            found[name] |= frozenset(re.findall(r'(\w+)="', line))
    return found


def series() -> dict[str, frozenset[str]]:
    """Return the labels of everything a rule can read: what is scraped, and what is recorded from
    it."""
    known = {name: labels | TARGET for name, labels in documented().items()}
    for name in [
        name for name, labels in documented().items() if "le" in labels
    ]:  # a histogram is three series
        labels = known.pop(name)
        known |= {
            f"{name}_bucket": labels,
            f"{name}_sum": labels - {"le"},
            f"{name}_count": labels - {"le"},
        }
    known |= {"up": TARGET, "scrape_duration_seconds": TARGET}
    for name, expr in RECORDS.items():
        known[name] = labels_of(expr, known)
    return known


KNOWN = series()


def reads(alert: Alert) -> set[str]:
    """Return every metric the alert depends on, through recorded series too."""
    return set(re.findall(r"vendorstatus_\w+", self_contained(alert.expr, RECORDS)))


# ------------------------------------------------------------------------------------------------
# names in the rules


def test_the_documented_labels_are_the_exported_ones():
    said, shown = documented(), exported()

    assert set(said) == set(shown)
    assert {name: said[name] for name in shown} == shown


@each_alert
def test_an_alert_reads_only_what_is_exported_and_has_no_replica_in_its_labels(alert):
    labels = labels_of(alert.expr, KNOWN)

    assert "job" in labels
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


# ------------------------------------------------------------------------------------------ what
# every alert carries


@each_alert
def test_an_alert_says_what_it_is_with_labels_and_value_and_where_to_read_on(alert):
    said = alert.annotations

    assert set(said) - {"status_page", "incident"} == {"summary", "description", "runbook_url"}
    assert ("incident" in said) is (alert.name in WHILE_KNOWN)
    assert "$labels." in said["description"]
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
        assert severity in {"critical", "warning", "info"}


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


# -----------------------------------------------------------------------------------------------
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
    assert silent == set(ALERTS)


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


# ------------------------------------------------------------------------------------------ names
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


# ---------------------------------------------------------------------------------------------------
# names that were


def renamed() -> dict[str, str]:
    """Return what the changelog's table renames, by the name before."""
    rows = re.findall(r"^  \| (.*) \| (.*) \|$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    names = [[re.search(r"`(.*?)`", cell) for cell in row] for row in rows]

    return {before[1]: now[1] for before, now in names if before and now}


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


# ---------------------------------------------------------------------------------------------------
# Grafana's version


def managed_rules():
    return {
        rule["uid"]: rule
        for group in yaml.safe_load(GRAFANA_RULES.read_text())["groups"]
        for rule in group["rules"]
    }


def test_the_grafana_managed_rules_are_current():
    settings = read_settings(SETTINGS.read_text())

    assert GRAFANA_RULES.read_text() == render(RULES.read_text(), settings), "run `make alerts`"
    assert POLICIES.read_text() == render_policies(ROUTES.read_text()), "run `make alerts`"


def test_the_grafana_managed_rules_are_the_same_alerts():
    rules = managed_rules()

    assert set(rules) == set(ALERTS)
    for name, rule in rules.items():
        assert (rule["title"], rule["for"], rule["keepFiringFor"]) == (
            name,
            ALERTS[name].pending,
            ALERTS[name].keep_firing,
        )


def test_where_grafana_evaluates_them_the_outages_keep_their_state_while_nothing_is_known_and_the_others_end():
    assert set(WHILE_KNOWN) == BY_TIER
    for name, rule in managed_rules().items():
        states = {rule["noDataState"], rule["execErrState"]}
        assert states == ({"KeepLast"} if name in BY_TIER else {"OK", "Error"}), name
        assert rule.get("missing_series_evals_to_resolve", 0) >= 1000 or name not in BY_TIER


def test_for_a_grafana_that_cannot_keep_a_state_the_outages_end_when_nothing_is_known():
    text = render(RULES.read_text(), Settings(keep_last=False))

    assert "KeepLast" not in text
    assert "missing_series" not in text


@pytest.mark.parametrize("name", sorted(BY_TIER))
def test_what_is_shown_as_zero_has_the_labels_of_the_alert(name):
    """With others, an outage that is over would be a series that is missing, and its alert would be
    kept."""
    assert labels_of(WHILE_KNOWN[name], KNOWN) == labels_of(ALERTS[name].expr, KNOWN)


def test_a_grafana_managed_rule_fires_on_a_sample_of_an_expression_without_recorded_series():
    for name, rule in managed_rules().items():
        query, condition = rule["data"]

        assert (query["refId"], condition["refId"], rule["condition"]) == ("A", "B", "B")
        assert condition["model"]["expression"] == (
            "$A > 0" if name in BY_TIER else "is_number($A)"
        )
        assert query["model"]["instant"] is True
        assert labels_of(
            query["model"]["expr"], {n: v for n, v in KNOWN.items() if ":" not in n}
        ) == labels_of(ALERTS[name].expr, KNOWN)


def test_templates_are_written_as_grafana_reads_them():
    for rule in managed_rules().values():
        # Grafana puts environment variables in the place of $ in labels; $value is a text about
        # everything.
        assert not any("$" in text for text in rule["labels"].values())
        assert not any(re.search(r"\$value\b", text) for text in rule["annotations"].values())
    major = managed_rules()["VendorStatusMajorOutage"]
    assert major["labels"]["severity"].startswith('{{ if eq .Labels.tier "critical" }}critical')
    assert major["annotations"]["summary"].endswith(
        "a major outage{{ if $values.A }}{{ if gt $values.A.Value 1e9 }} since {{ $values.A.Value | humanizeTimestamp }}"
        "{{ end }}{{ end }}."
    )
    assert not any(
        "query (" in text
        for rule in managed_rules().values()
        for text in rule["annotations"].values()
    )


def test_a_template_reads_a_value_only_where_there_is_one():
    """While a state is kept `$values` is empty, and reading it unasked is an error at every
    evaluation."""
    whole = r"\{\{ if \$values\.A \}\}.*\{\{ else \}\}([^{}]+)\{\{ end \}\}"
    part = r"(?:(?!\$values).)*\{\{ if \$values\.A \}\}\{\{ if gt \$values\.A\.Value 1e9 \}\}[^{}]*\{\{[^{}]*\}\}\{\{ end \}\}\{\{ end \}\}[^{}]*"
    guarded = re.compile(f"{whole}|{part}")
    texts = [
        text
        for rule in managed_rules().values()
        for text in rule["annotations"].values()
        if "$values" in text
    ]

    assert len(texts) >= len(ALERTS) - len(CONSTANT)
    assert all(guarded.fullmatch(text) for text in texts)


@pytest.mark.slow
def test_grafana_offers_the_dashboard_that_says_more_of_an_alert():
    boards = {
        path.stem: json.loads(path.read_text())
        for path in (ROOT / "grafana" / "dashboards").glob("*.json")
    }
    for name, rule in managed_rules().items():
        told = rule["annotations"]
        of_a_vendor = "vendor" in labels_of(ALERTS[name].expr, KNOWN)

        assert told["__dashboardUid__"] == (
            "vendorstatus-vendor" if of_a_vendor else "vendorstatus-health"
        ), name
        assert int(told["__panelId__"]) in {
            panel["id"] for panel in boards[told["__dashboardUid__"]]["panels"]
        }


def test_the_policies_are_alertmanagers_routes_to_the_contact_point_that_is_provisioned():
    route = yaml.safe_load(ROUTES.read_text())["route"]
    (tree,) = yaml.safe_load(POLICIES.read_text())["policies"]
    (told,) = yaml.safe_load(
        (ROOT / "grafana" / "provisioning" / "alerting" / "vendorstatus.yaml").read_text()
    )["contactPoints"]

    assert told["name"] == CONTACT_POINT
    assert {each["receiver"] for each in (tree, *tree["routes"])} == {CONTACT_POINT}
    assert [each["object_matchers"] for each in tree["routes"]] == [
        [["severity", "=", "critical"]],
        [["severity", "=", "info"]],
    ]
    for made, given in ((tree, route), *zip(tree["routes"], route["routes"], strict=True)):
        for key in ("group_by", "group_wait", "group_interval", "repeat_interval"):
            assert made.get(key) == given.get(key)


def test_rules_and_dashboards_lie_in_folders_of_their_own():
    """Grafana would make two folders of one name, or refuse the second."""
    file = ROOT / "grafana" / "provisioning" / "dashboards" / "vendorstatus.yaml"
    (provider,) = yaml.safe_load(file.read_text())["providers"]

    assert provider["folderUid"] == "vendorstatus"
    assert provider["folder"] not in {
        group["folder"] for group in yaml.safe_load(GRAFANA_RULES.read_text())["groups"]
    }


def test_a_route_that_grafana_could_not_match_is_a_mistake():
    with pytest.raises(ValueError, match="no matcher"):
        policies("route: {receiver: a, routes: [{receiver: b, matchers: [severity]}]}")


def test_a_recorded_series_is_replaced_by_what_it_is_recorded_from():
    records = {"a:b:max": "max by (a) (b)", "a:b:avg1d": "avg_over_time(a:b:max[1d:5m])"}

    assert (
        self_contained("a:b:avg1d\n  > 1", records)
        == "(avg_over_time((max by (a) (b))[1d:5m])) > 1"
    )


@pytest.mark.parametrize(
    ("expr", "says"),
    [
        ("a:c:max > 1", "nothing records a:c:max"),
        ('a:b:max{a="1"}', "matchers"),
        ("a:b:max[5m]", "plain range"),
    ],
)
def test_a_recorded_series_that_cannot_be_replaced_is_a_mistake(expr, says):
    with pytest.raises(ValueError, match=says):
        self_contained(expr, {"a:b:max": "max by (a) (b)"})


def test_a_label_that_grafana_would_garble_is_a_mistake():
    text = "groups: [{name: g, interval: 1m, rules: [{alert: A, expr: up, labels: {severity: '{{ $value }}'}}]}]"

    with pytest.raises(ValueError, match=r"may use \$labels only"):
        grafana_rules(read_groups(text), Settings())


def alerts_folder(tmp_path, **changed):
    for path in (RULES, ROUTES, SETTINGS):
        (tmp_path / path.name).write_text(changed.get(path.stem.split(".")[-1], path.read_text()))
    return tmp_path


def test_make_alerts_writes_the_files_again(tmp_path):
    generate.main(alerts_folder(tmp_path))

    for path in (RULES, GRAFANA_RULES, POLICIES):
        assert (tmp_path / path.name).read_text() == path.read_text()


@pytest.mark.slow
def test_runbooks_have_the_address_of_the_settings_in_both_files_however_often_it_changes(tmp_path):
    folder = alerts_folder(tmp_path)
    for base in (
        "https://git.example.com/docs/",
        "docs/runbooks/",
        "https://wiki.example.com/a b/",
    ):
        (folder / SETTINGS.name).write_text(f"runbook_base: {base}")
        generate.main(folder)
        told = {alert.name: alert.annotations for group in read_groups((folder / RULES.name).read_text()) for alert in group.alerts}  # fmt: skip
        rules = {rule["uid"]: rule["annotations"] for group in yaml.safe_load((folder / GRAFANA_RULES.name).read_text())["groups"] for rule in group["rules"]}  # fmt: skip

        assert {name: each["runbook_url"] for name, each in told.items()} == {
            n: f"{base}{n}.md" for n in ALERTS
        }
        assert {name: each["runbook_url"] for name, each in rules.items()} == {
            n: f"{base}{n}.md" for n in ALERTS
        }


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"rules": "groups: [{name: g, interval: 1m, rules: [{alert: A, expr: 'a:b:c > 1'}]}]"},
            "vendorstatus.rules.yaml: nothing records a:b:c",
        ),
        ({"settings": "runbok_base: x"}, "settings.yaml: the settings are runbook_base, keep_last"),
        ({"settings": "keep_last: perhaps"}, "settings.yaml: keep_last: 'perhaps' is no bool"),
        ({"settings": "- keep_last"}, "settings.yaml: the settings are"),
        ({"alertmanager": "global: {}"}, "alertmanager.yml: 'route'"),
    ],
)
def test_make_alerts_says_what_is_wrong_and_writes_nothing(tmp_path, capsys, changed, says):
    folder = alerts_folder(tmp_path, **changed)
    before = {path.name: path.read_text() for path in folder.iterdir()}

    with pytest.raises(SystemExit) as stopped:
        generate.main(folder)

    assert stopped.value.code == 2
    assert says in capsys.readouterr().err
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
