"""Alertmanager's routes as Grafana's notification policies. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from grafana.alerts.rules import NOBODY

CONTACT_POINT = "vendorstatus"
"""The name of the contact point in grafana/provisioning/alerting."""

_TIMING = ("group_by", "group_wait", "group_interval", "repeat_interval")


def policies(alertmanager: str) -> dict[str, Any]:
    """Return the provisioning document with the routes of an Alertmanager configuration, all to our
    contact point.

    Raises ValueError for a matcher that is not ``name="value"`` (or another operator).
    """
    tree = _policy(yaml.safe_load(alertmanager)["route"])
    return {"apiVersion": 1, "policies": [{"orgId": 1, **tree}]}


def _policy(route: Mapping[str, Any]) -> dict[str, Any]:
    policy: dict[str, Any] = {"receiver": CONTACT_POINT}
    if "matchers" in route:
        policy["object_matchers"] = list(map(_matcher, route["matchers"]))
    policy |= {key: route[key] for key in _TIMING if key in route}
    if "routes" in route:
        policy["routes"] = [_policy(each) for each in route["routes"] if not _is_for_nobody(each)]
    return policy


def _is_for_nobody(route: Mapping[str, Any]) -> bool:
    """Whether a route is that of the alert which always fires: Grafana's rules have none."""
    return f'severity="{NOBODY}"' in route.get("matchers", ())


def _matcher(text: str) -> list[str]:
    match = re.fullmatch(r'(\w+)(=~|!~|!=|=)"([^"]*)"', text)
    if match is None:
        raise ValueError(f"{text} is no matcher")
    return list(match.groups())
