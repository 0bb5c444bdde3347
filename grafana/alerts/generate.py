"""Writes the Grafana-managed version of the alert rules from the Prometheus one: `make alerts`.

A rule that Grafana evaluates cannot rely on recording rules in some Prometheus, so every recorded series is replaced by
the expression behind it; the rest is a translation of names. Source of the format:
https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).with_name("vendorstatus.rules.yaml")
MANAGED = Path(__file__).with_name("vendorstatus.grafana.yaml")

FOLDER = "vendorstatus"
DATASOURCE_UID = "prometheus"
"""The uid of the Prometheus data source that the rules query; the one we provision has it."""

HEADER = """\
# Written by `make alerts` from vendorstatus.rules.yaml; do not edit. For Grafana's provisioning/alerting folder.
# Use this or vendorstatus.rules.yaml, not both: every alert would come twice. See docs/alerts.md.
"""

# Only recorded series have colons in their names.
_RECORDED = re.compile(r"(?<!\w)[a-zA-Z_]\w*(?::\w+)+")
_QUERY_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert rule as Prometheus has it. Durations are in Prometheus's notation; "0s" = none."""

    name: str
    expr: str
    pending: str = "0s"
    keep_firing: str = "0s"
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of rules, evaluated in order every `interval`. `records` maps a recorded series to its expression."""

    name: str
    interval: str
    records: Mapping[str, str]
    alerts: tuple[Alert, ...]


def read_groups(text: str) -> list[Group]:
    """Return the groups of a Prometheus rule file. Raises KeyError for a group without a name or an interval."""
    return [_group(each) for each in yaml.safe_load(text)["groups"]]


def _group(raw: Mapping[str, Any]) -> Group:
    rules = raw["rules"]
    return Group(
        name=raw["name"],
        interval=raw["interval"],
        records={rule["record"]: rule["expr"] for rule in rules if "record" in rule},
        alerts=tuple(_alert(rule) for rule in rules if "alert" in rule),
    )


def _alert(raw: Mapping[str, Any]) -> Alert:
    return Alert(
        name=raw["alert"],
        expr=raw["expr"],
        pending=raw.get("for", "0s"),
        keep_firing=raw.get("keep_firing_for", "0s"),
        labels=raw.get("labels", {}),
        annotations=raw.get("annotations", {}),
    )


def self_contained(expr: str, records: Mapping[str, str]) -> str:
    """Return the expression on one line, with every recorded series replaced by what it is recorded from.

    Raises ValueError for a recorded series that no group records, and for one with matchers or a plain range, which an
    expression cannot have; a subquery such as ``[1d:5m]`` it can.
    """

    def replaced(match: re.Match[str]) -> str:
        name, after = match[0], match.string[match.end() :].lstrip()
        if name not in records:
            raise ValueError(f"nothing records {name}; name a recording rule of the same file")
        if after.startswith("{") or re.match(r"\[\w+\]", after):
            raise ValueError(f"{name} has matchers or a plain range; record it selected, or use a subquery")
        return f"({self_contained(records[name], records)})"

    return _RECORDED.sub(replaced, " ".join(expr.split()))


def managed(groups: list[Group]) -> dict[str, Any]:
    """Return the provisioning document with every alert of the groups; groups without alerts are left out."""
    records = {name: expr for group in groups for name, expr in group.records.items()}
    return {
        "apiVersion": 1,
        "groups": [_managed_group(group, records) for group in groups if group.alerts],
    }


def _managed_group(group: Group, records: Mapping[str, str]) -> dict[str, Any]:
    return {
        "orgId": 1,
        "name": group.name,
        "folder": FOLDER,
        "interval": group.interval,
        "rules": [_managed_alert(alert, records) for alert in group.alerts],
    }


def _managed_alert(alert: Alert, records: Mapping[str, str]) -> dict[str, Any]:
    return {
        "uid": alert.name,
        "title": alert.name,
        "condition": "B",
        "data": list(_queries(self_contained(alert.expr, records))),
        # No sample means that nothing is wrong or nothing is known; a query that fails is told, as DatasourceError.
        "noDataState": "OK",
        "execErrState": "Error",
        "for": alert.pending,
        "keepFiringFor": alert.keep_firing,
        "labels": {name: _label(text) for name, text in alert.labels.items()},
        "annotations": {name: _annotation(text) for name, text in alert.annotations.items()},
    }


def _queries(expr: str) -> Iterator[dict[str, Any]]:
    """Yield the query, and the condition: in Prometheus any sample fires, in Grafana one of value 0 does not."""
    source = {"type": "prometheus", "uid": DATASOURCE_UID}
    model = {"refId": "A", "datasource": source, "editorMode": "code", "expr": expr, "instant": True, "range": False}
    yield {
        "refId": "A",
        "relativeTimeRange": {"from": _QUERY_SECONDS, "to": 0},
        "datasourceUid": DATASOURCE_UID,
        "model": model,
    }
    condition = {"refId": "B", "datasource": {"type": "__expr__", "uid": "__expr__"}, "type": "math"}
    yield {
        "refId": "B",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": condition | {"expression": "is_number($A)"},
    }


def _label(text: str) -> str:
    """Return a label's template. Grafana takes $ in a provisioned label for an environment variable."""
    translated = text.replace("$labels.", ".Labels.")
    if "$" in translated:
        raise ValueError(f"a label may use $labels only: {text!r}")
    return translated


def _annotation(text: str) -> str:
    """Return an annotation's template. Grafana's $value is a text about everything, not the number."""
    return re.sub(r"\$value\b", "$values.A.Value", text)


def render(rules: str) -> str:
    """Return the text of the Grafana-managed file for the text of the Prometheus one."""
    return HEADER + yaml.safe_dump(managed(read_groups(rules)), sort_keys=False, width=1_000_000, allow_unicode=True)


def main(rules: Path = RULES, written: Path = MANAGED) -> None:
    """Write the Grafana-managed file; a mistake in the rules ends with a message and exit code 2."""
    try:
        written.write_text(render(rules.read_text()))
    except (KeyError, ValueError, yaml.YAMLError) as error:
        sys.stderr.write(f"{rules}: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
