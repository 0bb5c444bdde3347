"""The demo in a real Prometheus and, where there is one, a real Grafana: `make demo-grafana`.

Starts `monitor demo`, a Prometheus that has the simulated vendors' 90 days and scrapes them, and a
Grafana with the dashboards: an installed one, else one in a container. All listen on this machine
alone, keep what they write in a temporary folder, and end with this program. It is a tool for a
checkout; nothing of the product imports it.
"""
