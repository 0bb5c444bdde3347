"""Writes `grafana/dashboards/*.json`: ``python -m grafana.generate`` (`make dashboards`). Pure but
for `__main__`.

`queries` is the PromQL, `panels` and `tables` what dashboards are made of, and there is a module
for each dashboard. The JSON is the classic model of schema version 42, which Grafana 10 to 13 load.
"""

from collections.abc import Mapping

from grafana.generate import compare, health, vendor, vendors
from grafana.generate.board import dashboard_json


def dashboards() -> Mapping[str, str]:
    """Return every dashboard's text by file name."""
    every = (vendors.dashboard(), vendor.dashboard(), compare.dashboard(), health.dashboard())
    return {f"{uid}.json": text for uid, text in map(dashboard_json, every)}
