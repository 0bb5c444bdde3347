"""Writes the Grafana-managed version of the alert rules and of Alertmanager's routes: `make
alerts`.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from grafana.alerts.managed import grafana_rules
from grafana.alerts.policies import policies
from grafana.alerts.rules import read_groups, with_runbooks
from grafana.alerts.settings import Settings, read_settings

RULES = Path(__file__).with_name("vendorstatus.rules.yaml")
GRAFANA_RULES = Path(__file__).with_name("vendorstatus.grafana.yaml")
ROUTES = Path(__file__).with_name("alertmanager.yml")
POLICIES = Path(__file__).with_name("vendorstatus.grafana-policies.yaml")
SETTINGS = Path(__file__).with_name("settings.yaml")

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


def render(rules: str, settings: Settings) -> str:
    """Return the text of the Grafana-managed file for the text of the Prometheus one."""
    return HEADER + _to_yaml(grafana_rules(read_groups(rules), settings))


def render_policies(alertmanager: str) -> str:
    """Return the text of the file of policies for the text of the Alertmanager configuration."""
    return POLICIES_HEADER + _to_yaml(policies(alertmanager))


def _to_yaml(document: Mapping[str, Any]) -> str:
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
        rule_text = render(rules, settings)
        reading = folder / ROUTES.name
        policy_text = render_policies(reading.read_text())
    except (KeyError, ValueError, yaml.YAMLError) as error:
        sys.stderr.write(f"{reading}: {error}\n")
        sys.exit(2)
    for source, text in (
        (RULES, rules),
        (GRAFANA_RULES, rule_text),
        (POLICIES, policy_text),
    ):
        (folder / source.name).write_text(text)


if __name__ == "__main__":
    main()
