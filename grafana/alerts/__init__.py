"""Alert rules: `vendorstatus.rules.yaml` for Prometheus is the source, Grafana's version is written
from it.
"""
