"""Writes the Grafana-managed version of the alert rules and of Alertmanager's routes: `make
alerts`.

A rule that Grafana evaluates cannot rely on recording rules in some Prometheus, so every recorded
series is replaced by the expression behind it; the rest is a translation of names. Source of the
format:
https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/

In Prometheus an outage alert ends when its expression has no sample, and Alertmanager holds
"resolved" back while nobody looks. Grafana has no such inhibition. There the rules of `WHILE_KNOWN`
have a sample of 0 for what is known and not in an outage, so that no sample means that nothing is
known, and then the last state is kept.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).with_name("vendorstatus.rules.yaml")
MANAGED = Path(__file__).with_name("vendorstatus.grafana.yaml")
ROUTES = Path(__file__).with_name("alertmanager.yml")
POLICIES = Path(__file__).with_name("vendorstatus.grafana-policies.yaml")
SETTINGS = Path(__file__).with_name("settings.yaml")

FOLDER = "vendorstatus alerts"
"""Not the dashboards' folder: Grafana would make two of one name, whichever comes first."""
CONTACT_POINT = "vendorstatus"
"""The name of the contact point in grafana/provisioning/alerting."""
DATASOURCE_UID = "prometheus"
"""The uid of the Prometheus data source that the rules query; the one we provision has it."""

HEADER = """\
# Written by `make alerts` from vendorstatus.rules.yaml; do not edit. For Grafana's
# provisioning/alerting folder. Use this or vendorstatus.rules.yaml, not both: every alert would
# come twice. See docs/alerts.md.
"""

POLICIES_HEADER = """\
# Written by `make alerts` from the routes of alertmanager.yml; do not edit. For Grafana's
# provisioning/alerting folder, beside the contact point of grafana/provisioning/alerting. Grafana
# has one tree of policies, and this replaces it: where yours is in use, leave this file out and
# route on the label severity there. See docs/alerts.md.
"""

_TIERED = "* on (job, vendor) group_left (tier, url) vendor_tier_url:vendorstatus_vendor_info:max"
_VENDORS_KNOWN = f"0 * vendor:vendorstatus_vendor_level:max {_TIERED}"
WHILE_KNOWN: Mapping[str, str] = {
    "VendorStatusMajorOutage": _VENDORS_KNOWN,
    "VendorStatusRecurringOutage": _VENDORS_KNOWN,
    "VendorStatusCriticalComponentOutage": (
        f"""
        0 * (
          max by (job, vendor, component) (
            last_over_time(vendorstatus_component_level[5m])
            and on (job, instance, vendor)
            time() - last_over_time(vendorstatus_last_success_timestamp_seconds[5m]) < 1800
          )
          and on (job, vendor, component)
          last_over_time(vendorstatus_component_info{{critical="yes"}}[5m])
        ) {_TIERED}
    """
    ),
}
"""The outage alerts: what has a sample of 0, with the alert's labels, while it is known whether
there is an outage."""
_HELD_EVALUATIONS = 1440
"""How many evaluations one vendor may be missing among others before its alert is taken for over: a
day of minutes."""

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
    """A group of rules, evaluated in order every `interval`. `records` maps a recorded series to
    its expression.
    """

    name: str
    interval: str
    records: Mapping[str, str]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `make alerts` is told by settings.yaml.

    `runbook_base` is the address, with its last slash, below which the runbooks' files are read.
    `keep_last`: whether the Grafana that evaluates the rules knows `KeepLast`, as from 10.4.1 on;
    an older one would not start.
    """

    runbook_base: str = "docs/runbooks/"
    keep_last: bool = True


def read_settings(text: str) -> Settings:
    """Return the settings; what is left out has its default. Raises ValueError for an unknown one
    or a bad value.
    """
    told = yaml.safe_load(text) or {}
    types = {each.name: type(each.default) for each in fields(Settings)}
    if not isinstance(told, dict) or not told.keys() <= types.keys():
        raise ValueError(f"the settings are {', '.join(types)}")
    for name, value in told.items():
        if not isinstance(value, types[name]):
            raise ValueError(f"{name}: {value!r} is no {types[name].__name__}")  # noqa: TRY004
    return Settings(**told)


def with_runbooks(rules: str, base: str) -> str:
    """Return the text of the rule file with the address of every runbook below `base`."""
    return re.sub(
        r"(?m)^( *runbook_url: )\S*?(\w+\.md)$", lambda found: f"{found[1]}{base}{found[2]}", rules
    )


def read_groups(text: str) -> list[Group]:
    """Return the groups of a Prometheus rule file. Raises KeyError for a group without a name or an
    interval.
    """
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
    """Return the expression on one line, with every recorded series replaced by what it is recorded
    from.

    Raises ValueError for a recorded series that no group records, and for one with matchers or a
    plain range, which an expression cannot have; a subquery such as ``[1d:5m]`` it can.
    """

    def replaced(match: re.Match[str]) -> str:
        name, after = match[0], match.string[match.end() :].lstrip()
        if name not in records:
            raise ValueError(f"nothing records {name}; name a recording rule of the same file")
        if after.startswith("{") or re.match(r"\[\w+\]", after):
            raise ValueError(
                f"{name} has matchers or a plain range; record it selected, or use a subquery"
            )
        return f"({self_contained(records[name], records)})"

    return _RECORDED.sub(replaced, " ".join(expr.split()))


def managed(groups: list[Group], settings: Settings) -> dict[str, Any]:
    """Return the provisioning document with every alert of the groups; groups without alerts are
    left out.
    """
    records = {name: expr for group in groups for name, expr in group.records.items()}
    return {
        "apiVersion": 1,
        "groups": [_managed_group(group, records, settings) for group in groups if group.alerts],
    }


def _managed_group(group: Group, records: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    return {
        "orgId": 1,
        "name": group.name,
        "folder": FOLDER,
        "interval": group.interval,
        "rules": [_managed_alert(alert, records, settings) for alert in group.alerts],
    }


def _managed_alert(alert: Alert, records: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    held = alert.name in WHILE_KNOWN and settings.keep_last
    expr = f"({alert.expr}) or ({WHILE_KNOWN[alert.name]})" if held else alert.expr
    return {
        "uid": alert.name,
        "title": alert.name,
        "condition": "B",
        "data": list(
            _queries(self_contained(expr, records), "$A > 0" if held else "is_number($A)")
        ),
        **(_HELD if held else _ENDED),
        "for": alert.pending,
        "keepFiringFor": alert.keep_firing,
        "labels": {name: _label(text) for name, text in alert.labels.items()},
        "annotations": _annotations(alert) | _dashboard(alert),
    }


def _dashboard(alert: Alert) -> dict[str, str]:
    """Return what lets Grafana offer "View dashboard" and "View panel": the first panel says how
    things stand now.
    """
    of_a_vendor = "$labels.vendor" in alert.annotations.get("summary", "")
    return {
        "__dashboardUid__": "vendorstatus-vendor" if of_a_vendor else "vendorstatus-health",
        "__panelId__": "1",
    }


# No sample means that nothing is wrong or nothing is known; a query that fails is told, as
# DatasourceError.
_ENDED: Mapping[str, Any] = {"noDataState": "OK", "execErrState": "Error"}
# No sample means that nothing is known. That the query fails, the other rules tell.
_HELD: Mapping[str, Any] = {
    "noDataState": "KeepLast",
    "execErrState": "KeepLast",
    "missing_series_evals_to_resolve": _HELD_EVALUATIONS,
}


def _queries(expr: str, fires: str) -> Iterator[dict[str, Any]]:
    """Yield the query, and the condition: in Prometheus any sample fires, in Grafana one for which
    `fires` is not 0.
    """
    source = {"type": "prometheus", "uid": DATASOURCE_UID}
    model = {
        "refId": "A",
        "datasource": source,
        "editorMode": "code",
        "expr": expr,
        "instant": True,
        "range": False,
    }
    yield {
        "refId": "A",
        "relativeTimeRange": {"from": _QUERY_SECONDS, "to": 0},
        "datasourceUid": DATASOURCE_UID,
        "model": model,
    }
    condition = {
        "refId": "B",
        "datasource": {"type": "__expr__", "uid": "__expr__"},
        "type": "math",
    }
    yield {
        "refId": "B",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": condition | {"expression": fires},
    }


def _label(text: str) -> str:
    """Return a label's template. Grafana takes $ in a provisioned label for an environment
    variable.
    """
    translated = text.replace("$labels.", ".Labels.")
    if "$" in translated:
        raise ValueError(f"a label may use $labels only: {text!r}")
    return translated


NO_VALUE = "There is no value now: what was known last is kept."
_VALUE = re.compile(r"\$value\b")
_IF_KNOWN = re.compile(r"\{\{ if gt \$value \S+ \}\}(?:(?!\{\{ else).)*?\{\{ end \}\}")


def _annotations(alert: Alert) -> dict[str, str]:
    """Return the annotations' templates, without those that ask Prometheus something, which
    Grafana's cannot.
    """
    told = {name: text for name, text in alert.annotations.items() if "query (" not in text}
    return {name: _annotation(text) for name, text in told.items()}


def _annotation(text: str) -> str:
    """Return an annotation's template.

    Grafana's $value is a text about everything, not the number. That is in $values, which is empty
    while a state is kept: a template that reads it unasked is an error at every evaluation. A part
    that is shown above a value only is left out then; a text that needs the value anywhere else is
    `NO_VALUE`.
    """
    if not _VALUE.search(_IF_KNOWN.sub("", text)):
        return _VALUE.sub(
            "$values.A.Value", _IF_KNOWN.sub(r"{{ if $values.A }}\g<0>{{ end }}", text)
        )
    return (
        f"{{{{ if $values.A }}}}{_VALUE.sub('$values.A.Value', text)}{{{{ else }}}}{NO_VALUE}{{{{"
        " end }}"
    )


def policies(alertmanager: str) -> dict[str, Any]:
    """Return the provisioning document with the routes of an Alertmanager configuration, all to our
    contact point.

    Raises ValueError for a matcher that is not ``name="value"`` (or another operator).
    """
    return {
        "apiVersion": 1,
        "policies": [{"orgId": 1, **_policy(yaml.safe_load(alertmanager)["route"])}],
    }


def _policy(route: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"receiver": CONTACT_POINT}
    if "matchers" in route:
        made["object_matchers"] = [_matcher(each) for each in route["matchers"]]
    made |= {
        key: route[key]
        for key in ("group_by", "group_wait", "group_interval", "repeat_interval")
        if key in route
    }
    if "routes" in route:
        made["routes"] = [_policy(each) for each in route["routes"]]
    return made


def _matcher(text: str) -> list[str]:
    found = re.fullmatch(r'(\w+)(=~|!~|!=|=)"([^"]*)"', text)
    if found is None:
        raise ValueError(f"{text} is no matcher")
    return list(found.groups())


def render(rules: str, settings: Settings) -> str:
    """Return the text of the Grafana-managed file for the text of the Prometheus one."""
    return HEADER + _dumped(managed(read_groups(rules), settings))


def render_policies(alertmanager: str) -> str:
    """Return the text of the file of policies for the text of the Alertmanager configuration."""
    return POLICIES_HEADER + _dumped(policies(alertmanager))


def _dumped(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, width=1_000_000, allow_unicode=True)


def main(folder: Path = RULES.parent) -> None:
    """Write the files of a folder again from its rules, routes and settings.

    A mistake in one of them ends with a message that names it, exit code 2 and nothing written.
    """
    reading = folder / SETTINGS.name
    try:
        settings = read_settings(reading.read_text())
        reading = folder / RULES.name
        rules = with_runbooks(reading.read_text(), settings.runbook_base)
        managed_rules = render(rules, settings)
        reading = folder / ROUTES.name
        managed_routes = render_policies(reading.read_text())
    except (KeyError, ValueError, yaml.YAMLError) as error:
        sys.stderr.write(f"{reading}: {error}\n")
        sys.exit(2)
    for source, text in ((RULES, rules), (MANAGED, managed_rules), (POLICIES, managed_routes)):
        (folder / source.name).write_text(text)


if __name__ == "__main__":
    main()
