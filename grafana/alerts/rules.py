"""Alert rules as Prometheus has them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

NOBODY = "none"
"""The severity of an alert that always fires."""

# Only recorded series have colons in their names.
_RECORDED_NAME = re.compile(r"(?<!\w)[a-zA-Z_]\w*(?::\w+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert rule as Prometheus has it. Durations are in Prometheus's notation; "0s" = none."""

    name: str
    expr: str
    pending: str = "0s"
    keep_firing: str = "0s"
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_for_nobody(self) -> bool:
        """Whether it is there to be missed: it always fires, and no person is told."""
        return self.labels.get("severity") == NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of rules, evaluated in order every `interval`. `records` maps a recorded series to
    its expression.
    """

    name: str
    interval: str
    records: Mapping[str, str]
    alerts: tuple[Alert, ...]


def with_runbooks(rules: str, base: str) -> str:
    """Return the text of the rule file with the address of every runbook below `base`."""
    return re.sub(
        r"(?m)^( *runbook_url: )\S*?(\w+\.md)$", lambda match: f"{match[1]}{base}{match[2]}", rules
    )


def read_groups(text: str) -> list[Group]:
    """Return the groups of a Prometheus rule file. Raises KeyError for a group without a name or an
    interval.
    """
    return [_group(raw) for raw in yaml.safe_load(text)["groups"]]


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

    def expression(match: re.Match[str]) -> str:
        name, after = match[0], match.string[match.end() :].lstrip()
        if name not in records:
            raise ValueError(f"nothing records {name}; name a recording rule of the same file")
        if after.startswith("{") or re.match(r"\[\w+\]", after):
            raise ValueError(
                f"{name} has matchers or a plain range; record it selected, or use a subquery"
            )
        return f"({self_contained(records[name], records)})"

    return _RECORDED_NAME.sub(expression, " ".join(expr.split()))
