"""The Grafana-managed version of the alert rules, and `make alerts`, which writes it."""

import json
import re

import pytest
import yaml
from alert_rules import ALERTS, ALWAYS, BY_TIER, CONSTANT, KNOWN, ROOT

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
from grafana.alerts.rules import read_groups, self_contained
from grafana.alerts.settings import Settings, read_settings
from tests.promql import labels_of


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

    assert set(rules) == set(ALERTS) - ALWAYS
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
    given_to_people = [each for each in route["routes"] if each["receiver"] != "watchdog"]
    for made, given in ((tree, route), *zip(tree["routes"], given_to_people, strict=True)):
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
            n: f"{base}{n}.md" for n in ALERTS.keys() - ALWAYS
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
