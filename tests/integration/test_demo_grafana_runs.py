"""The demo in a real Prometheus: 90 days of every vendor, and scrapes that go on with them."""

import shutil
import socket
import time

import httpx
import pytest
from servers import free_port

from grafana.demo.__main__ import show
from grafana.demo.files import Ports
from grafana.demo.programs import Running

pytestmark = pytest.mark.integration


def asked(port: int, query: str) -> dict[str, float]:
    """Return what Prometheus answers, by vendor."""
    told = httpx.get(
        f"http://127.0.0.1:{port}/api/v1/query", params={"query": query}, trust_env=False
    ).json()
    return {each["metric"]["vendor"]: float(each["value"][1]) for each in told["data"]["result"]}


def test_it_shows_ninety_days_of_every_vendor_and_leaves_nothing_behind(tmp_path):
    if shutil.which("prometheus") is None:
        pytest.skip("there is no prometheus on PATH")
    ports = Ports(monitor=free_port(), prometheus=free_port(), grafana=free_port())
    with Running(tmp_path) as running:
        said = show(running, ports, find_grafana=lambda *_: None)
        days = asked(
            ports.prometheus,
            'max by (vendor) (count_over_time(vendorstatus_vendor_day_level{dates_ago="2"}[95d]))',
        )
        until = time.monotonic() + 60
        while not (up := asked(ports.prometheus, "vendorstatus_up")) and time.monotonic() < until:
            time.sleep(0.5)

    assert f"http://127.0.0.1:{ports.prometheus}/" in said
    assert len(days) == 6
    assert min(days.values()) >= 85
    assert set(up) == set(days)
    for port in (ports.monitor, ports.prometheus):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
