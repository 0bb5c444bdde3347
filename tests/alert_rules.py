"""The alert rules as they are shipped, and what they can read, for the tests of them."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from grafana.alerts.generate import RULES
from grafana.alerts.rules import Alert, read_groups, self_contained
from tests.promql import TARGET, labels_of

ROOT = Path(__file__).parents[1]
RUNBOOKS = ROOT / "docs" / "runbooks"
DOCUMENT = ROOT / "docs" / "alerts.md"
OLD_NAMES = RULES.parent / "old-names" / "old-names.rules.yaml"
TEXTS = [DOCUMENT, *sorted(RUNBOOKS.glob("*.md"))]

GROUPS = read_groups(RULES.read_text())
RECORDS = {name: expr for group in GROUPS for name, expr in group.records.items()}
ALERTS = {alert.name: alert for group in GROUPS for alert in group.alerts}
BY_TIER = {
    "VendorStatusMajorOutage",
    "VendorStatusRecurringOutage",
    "VendorStatusCriticalComponentOutage",
}
FLICKERING = {"VendorStatusPageUnreadableOften"}
"""Alerts of what comes and goes, beside the outages."""
CONSTANT = {
    "VendorStatusMonitorDown",
    "VendorStatusMonitorAbsent",
    "VendorStatusPageMoved",
    "VendorStatusIdentityChanged",
    "VendorStatusWatchdog",
}
"""Alerts whose value is always the same and says nothing."""

ALWAYS = {"VendorStatusWatchdog"}
"""Alerts that are there to be missed: they fire whatever there is."""

each_alert = pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS)
each_text = pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)


def documented() -> dict[str, frozenset[str]]:
    """Return the labels of every metric in docs/metrics.md."""
    rows = re.findall(
        r"^\| `(vendorstatus_\w+)` \|(.*)$",
        (ROOT / "docs" / "metrics.md").read_text(),
        re.MULTILINE,
    )
    found = {}
    for name, rest in rows:
        cells = rest.split("|")
        labels = cells[1] if cells[0].strip() in {"counter", "gauge", "histogram"} else cells[0]
        found[name] = frozenset(re.findall(r"`(\w+)`", labels))
    return found


def exported() -> dict[str, frozenset[str]]:
    """Return the labels of every metric in the golden text, which is what `/metrics` says of a
    small world."""
    found, text = defaultdict(frozenset), (ROOT / "tests" / "golden" / "metrics.txt").read_text()
    histograms = "|".join(re.findall(r"^# TYPE (\w+) histogram$", text, re.MULTILINE))
    for line in text.splitlines():
        if not line.startswith("#"):
            name = re.match(r"\w+", line)[0]
            name = re.sub(rf"^({histograms})_(?:bucket|sum|count)$", r"\1", name)
            found[name] |= frozenset(re.findall(r'(\w+)="', line))
    return found


def series() -> dict[str, frozenset[str]]:
    """Return the labels of everything a rule can read: what is scraped, and what is recorded from
    it."""
    known = {name: labels | TARGET for name, labels in documented().items()}
    for name in [
        name for name, labels in documented().items() if "le" in labels
    ]:  # a histogram is three series
        labels = known.pop(name)
        known |= {
            f"{name}_bucket": labels,
            f"{name}_sum": labels - {"le"},
            f"{name}_count": labels - {"le"},
        }
    known |= {"up": TARGET, "scrape_duration_seconds": TARGET}
    for name, expr in RECORDS.items():
        known[name] = labels_of(expr, known)
    return known


KNOWN = series()


def reads(alert: Alert) -> set[str]:
    """Return every metric the alert depends on, through recorded series too."""
    return set(re.findall(r"vendorstatus_\w+", self_contained(alert.expr, RECORDS)))
