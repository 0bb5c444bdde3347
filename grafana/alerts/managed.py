"""Alert rules as Grafana evaluates them itself. Pure.

A rule that Grafana evaluates cannot rely on recording rules in some Prometheus, so every recorded
series is replaced by the expression behind it; the rest is a translation of names. Source of the
format:
https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/

In Prometheus an outage alert ends when its expression has no sample, and Alertmanager holds
"resolved" back while nobody looks. Grafana has no such inhibition. There the rules of `WHILE_KNOWN`
have a sample of 0 for what is known and not in an outage, so that no sample means that nothing is
known, and then the last state is kept.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grafana.alerts.rules import Alert, Group, self_contained
from grafana.alerts.settings import Settings

FOLDER = "vendorstatus alerts"
"""Not the dashboards' folder: Grafana would make two of one name, whichever comes first."""
DATASOURCE_UID = "prometheus"
"""The uid of the Prometheus data source that the rules query; the one we provision has it."""

_WITH_TIER = (
    "* on (job, vendor) group_left (tier, url) vendor_tier_url:vendorstatus_vendor_info:max"
)
_VENDORS_KNOWN = f"0 * vendor:vendorstatus_vendor_level:max {_WITH_TIER}"
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
        ) {_WITH_TIER}
    """
    ),
}
"""The outage alerts: what has a sample of 0, with the alert's labels, while it is known whether
there is an outage."""
_MISSING_EVALUATIONS = 1440
"""How many evaluations one vendor may be missing among others before its alert is taken for over: a
day of minutes."""

_QUERY_SECONDS = 600

# No sample means that nothing is wrong or nothing is known; a query that fails is told, as
# DatasourceError.
_END_WITHOUT_SAMPLES: Mapping[str, Any] = {"noDataState": "OK", "execErrState": "Error"}
# No sample means that nothing is known. That the query fails, the other rules tell.
_KEEP_WITHOUT_SAMPLES: Mapping[str, Any] = {
    "noDataState": "KeepLast",
    "execErrState": "KeepLast",
    "missing_series_evals_to_resolve": _MISSING_EVALUATIONS,
}


def grafana_rules(groups: Sequence[Group], settings: Settings) -> dict[str, Any]:
    """Return the provisioning document with every alert of the groups that is for somebody; groups
    without alerts are left out.
    """
    records: dict[str, str] = {}
    for group in groups:
        records |= group.records
    documents = [_rule_group(group, records, settings) for group in groups if group.alerts]
    return {"apiVersion": 1, "groups": documents}


def _rule_group(group: Group, records: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    return {
        "orgId": 1,
        "name": group.name,
        "folder": FOLDER,
        "interval": group.interval,
        "rules": [
            _rule(alert, records, settings) for alert in group.alerts if not alert.is_for_nobody
        ],
    }


def _rule(alert: Alert, records: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    keeps_state = alert.name in WHILE_KNOWN and settings.keep_last
    expr, fires, without_samples = alert.expr, "is_number($A)", _END_WITHOUT_SAMPLES
    if keeps_state:
        expr = f"({alert.expr}) or ({WHILE_KNOWN[alert.name]})"
        fires, without_samples = "$A > 0", _KEEP_WITHOUT_SAMPLES
    return {
        "uid": alert.name,
        "title": alert.name,
        "condition": "B",
        "data": list(_queries(self_contained(expr, records), fires)),
        **without_samples,
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
    template = text.replace("$labels.", ".Labels.")
    if "$" in template:
        raise ValueError(f"a label may use $labels only: {text!r}")
    return template


NO_VALUE = "There is no value now: what was known last is kept."
_VALUE = re.compile(r"\$value\b")
_IF_KNOWN = re.compile(r"\{\{ if gt \$value \S+ \}\}(?:(?!\{\{ else).)*?\{\{ end \}\}")


def _annotations(alert: Alert) -> dict[str, str]:
    """Return the annotations' templates, without those that ask Prometheus something, which
    Grafana's cannot.
    """
    return {
        name: _annotation(text) for name, text in alert.annotations.items() if "query (" not in text
    }


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
