"""A simulator of vendors' status pages, for ``monitor demo`` and for tests that know the truth.

`truth` is what happened, `chance` makes it up, `statuspage` and `incidentio` print it as those
platforms would, and `server` serves the prints on loopback. Every vendor in here is invented.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from monitor.demo.chance import Maker, random_truth
from monitor.demo.truth import Truth, TruthComponent, TruthIncident
from monitor.model import Level

__all__ = ["Truth", "TruthComponent", "TruthIncident", "demo_truths", "random_truth"]

Parts = Sequence[tuple[str | None, str]]


USUAL_DAYS = 90


def demo_truths(now: datetime, seed: int = 7, days: int = USUAL_DAYS) -> list[Truth]:
    """Return six invented vendors on both platforms, each in another state at `now`, with so many
    days behind them, on which incidents are as frequent whatever their number.

    Northwind Cloud: a major outage that goes on for hours. Larkspur AI: degraded, recovering 12
    minutes later. Quillmail: a maintenance in progress, over after 25 minutes, and another
    announced. Tidepool Maps: quiet. Halcyon Pay: a major outage that ended an hour ago. Brightwater
    Logs: a partial outage without end.
    """
    when = _When(now, days)
    return [
        _northwind(when, seed),
        _larkspur(when, seed),
        _quillmail(when, seed),
        _tidepool(when, seed),
        _halcyon(when, seed),
        _brightwater(when, seed),
    ]


class _When(NamedTuple):
    """The instant at which the demo begins, and how many days are behind it."""

    now: datetime
    days: int


def _northwind(when: _When, seed: int) -> Truth:
    parts: Parts = (
        ("EU", "API"),
        ("US", "API"),
        ("EU", "Object storage"),
        ("US", "Object storage"),
        (None, "Console"),
    )
    maker = _vendor("Northwind Cloud", parts, when, seed, zone="America/Los_Angeles", incidents=12)
    maker.incident(
        when.now - timedelta(minutes=47),
        when.now + timedelta(hours=3),
        title="API requests failing in the EU",
        worst=Level.MAJOR_OUTAGE,
        names=("EU - API",),
    )
    maker.incident(
        when.now - timedelta(minutes=31),
        when.now + timedelta(hours=3),
        title="Slow uploads in the EU",
        worst=Level.DEGRADED,
        names=("EU - Object storage",),
    )
    return maker.truth_so_far()


def _larkspur(when: _When, seed: int) -> Truth:
    parts: Parts = (
        ("Models", "Completions"),
        ("Models", "Embeddings"),
        (None, "Playground"),
        (None, "Login"),
    )
    maker = _vendor(
        "Larkspur AI", parts, when, seed + 1, platform="incidentio", zone="Etc/UTC", incidents=22
    )
    maker.incident(
        when.now - timedelta(minutes=22),
        when.now + timedelta(minutes=12),
        title="Elevated latency of completions",
        worst=Level.DEGRADED,
        names=("Models - Completions", "Playground"),
    )
    return maker.truth_so_far()


def _quillmail(when: _When, seed: int) -> Truth:
    parts: Parts = ((None, "Sending"), (None, "Receiving"), (None, "Webhooks"), (None, "Dashboard"))
    maker = _vendor("Quillmail", parts, when, seed + 2, zone="Europe/Berlin", incidents=6)
    maker.maintenance(
        when.now - timedelta(minutes=35),
        when.now + timedelta(minutes=25),
        title="Mail queue migration",
        names=("Sending",),
    )
    maker.maintenance(
        when.now + timedelta(days=2),
        when.now + timedelta(days=2, hours=1),
        title="Certificate rotation",
        names=("Webhooks",),
    )
    return maker.truth_so_far()


def _tidepool(when: _When, seed: int) -> Truth:
    parts: Parts = ((None, "Tiles"), (None, "Geocoding"), (None, "Routing"))
    return _vendor(
        "Tidepool Maps", parts, when, seed + 3, platform="incidentio", zone="Etc/UTC", incidents=0
    ).truth_so_far()


def _halcyon(when: _When, seed: int) -> Truth:
    parts: Parts = (
        (None, "Card payments"),
        (None, "Payouts"),
        ("EU", "API"),
        ("US", "API"),
        (None, "Dashboard"),
    )
    maker = _vendor("Halcyon Pay", parts, when, seed + 4, zone="Etc/UTC", incidents=5)
    maker.incident(
        when.now - timedelta(hours=2, minutes=40),
        when.now - timedelta(hours=1),
        title="Card payments declined",
        worst=Level.MAJOR_OUTAGE,
        names=("Card payments",),
    )
    return maker.truth_so_far()


def _brightwater(when: _When, seed: int) -> Truth:
    parts: Parts = (("EU", "Ingest"), ("US", "Ingest"), (None, "Search"), (None, "Alerts"))
    maker = _vendor(
        "Brightwater Logs",
        parts,
        when,
        seed + 5,
        platform="incidentio",
        zone="Etc/UTC",
        incidents=9,
    )
    maker.incident(
        when.now - timedelta(hours=6),
        None,
        title="Some searches return incomplete answers",
        worst=Level.PARTIAL_OUTAGE,
        names=("Search",),
    )
    return maker.truth_so_far()


def _vendor(
    name: str,
    parts: Parts,
    when: _When,
    seed: int,
    *,
    zone: str,
    incidents: int,
    platform: str = "statuspage",
) -> Maker:
    """Return a vendor with a past and nothing going on, ready for more; `incidents` are those of 90
    days.
    """
    past = random_truth(
        seed,
        now=when.now,
        days=when.days,
        platform=platform,
        slug=name.lower().replace(" ", "-"),
        name=name,
        zone=zone,
        parts=parts,
        incidents=round(incidents * when.days / USUAL_DAYS),
        live=False,
    )
    return Maker(Random(seed), past, when.now, when.days)  # noqa: S311
