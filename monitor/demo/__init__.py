"""A simulator of vendors' status pages, for ``monitor demo`` and for tests that know the truth.

`truth` is what happened, `chance` makes it up, `statuspage` and `incidentio` print it as those
platforms would, and `server` serves the prints on loopback. Every vendor in here is invented.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from monitor.demo.chance import Maker, random_truth
from monitor.demo.truth import Truth, TruthComponent, TruthIncident
from monitor.model import Level

__all__ = ["Truth", "TruthComponent", "TruthIncident", "demo_truths", "random_truth"]

Parts = Sequence[tuple[str | None, str]]


def demo_truths(now: datetime, seed: int = 7) -> list[Truth]:
    """Return six invented vendors on both platforms, each in another state at `now`, with 90 days
    behind them.

    Northwind Cloud: a major outage that goes on for hours. Larkspur AI: degraded, recovering 12
    minutes later. Quillmail: a maintenance in progress, over after 25 minutes, and another
    announced. Tidepool Maps: quiet. Halcyon Pay: a major outage that ended an hour ago. Brightwater
    Logs: a partial outage without end.
    """
    return [
        _northwind(now, seed),
        _larkspur(now, seed),
        _quillmail(now, seed),
        _tidepool(now, seed),
        _halcyon(now, seed),
        _brightwater(now, seed),
    ]


def _northwind(now: datetime, seed: int) -> Truth:
    parts: Parts = (
        ("EU", "API"),
        ("US", "API"),
        ("EU", "Object storage"),
        ("US", "Object storage"),
        (None, "Console"),
    )
    maker = _vendor("Northwind Cloud", parts, now, seed, zone="America/Los_Angeles", incidents=12)
    maker.incident(
        now - timedelta(minutes=47),
        now + timedelta(hours=3),
        title="API requests failing in the EU",
        worst=Level.MAJOR_OUTAGE,
        names=("EU - API",),
    )
    maker.incident(
        now - timedelta(minutes=31),
        now + timedelta(hours=3),
        title="Slow uploads in the EU",
        worst=Level.DEGRADED,
        names=("EU - API", "EU - Object storage"),
    )
    return maker.truth_so_far()


def _larkspur(now: datetime, seed: int) -> Truth:
    parts: Parts = (
        ("Models", "Completions"),
        ("Models", "Embeddings"),
        (None, "Playground"),
        (None, "Login"),
    )
    maker = _vendor(
        "Larkspur AI", parts, now, seed + 1, platform="incidentio", zone="Etc/UTC", incidents=22
    )
    maker.incident(
        now - timedelta(minutes=22),
        now + timedelta(minutes=12),
        title="Elevated latency of completions",
        worst=Level.DEGRADED,
        names=("Models - Completions", "Playground"),
    )
    return maker.truth_so_far()


def _quillmail(now: datetime, seed: int) -> Truth:
    parts: Parts = ((None, "Sending"), (None, "Receiving"), (None, "Webhooks"), (None, "Dashboard"))
    maker = _vendor("Quillmail", parts, now, seed + 2, zone="Europe/Berlin", incidents=6)
    maker.maintenance(
        now - timedelta(minutes=35),
        now + timedelta(minutes=25),
        title="Mail queue migration",
        names=("Sending",),
    )
    maker.maintenance(
        now + timedelta(days=2),
        now + timedelta(days=2, hours=1),
        title="Certificate rotation",
        names=("Webhooks",),
    )
    return maker.truth_so_far()


def _tidepool(now: datetime, seed: int) -> Truth:
    parts: Parts = ((None, "Tiles"), (None, "Geocoding"), (None, "Routing"))
    return _vendor(
        "Tidepool Maps", parts, now, seed + 3, platform="incidentio", zone="Etc/UTC", incidents=0
    ).truth_so_far()


def _halcyon(now: datetime, seed: int) -> Truth:
    parts: Parts = (
        (None, "Card payments"),
        (None, "Payouts"),
        ("EU", "API"),
        ("US", "API"),
        (None, "Dashboard"),
    )
    maker = _vendor("Halcyon Pay", parts, now, seed + 4, zone="Etc/UTC", incidents=5)
    maker.incident(
        now - timedelta(hours=2, minutes=40),
        now - timedelta(hours=1),
        title="Card payments declined",
        worst=Level.MAJOR_OUTAGE,
        names=("Card payments",),
    )
    return maker.truth_so_far()


def _brightwater(now: datetime, seed: int) -> Truth:
    parts: Parts = (("EU", "Ingest"), ("US", "Ingest"), (None, "Search"), (None, "Alerts"))
    maker = _vendor(
        "Brightwater Logs", parts, now, seed + 5, platform="incidentio", zone="Etc/UTC", incidents=9
    )
    maker.incident(
        now - timedelta(hours=6),
        None,
        title="Some searches return incomplete answers",
        worst=Level.PARTIAL_OUTAGE,
        names=("Search",),
    )
    return maker.truth_so_far()


def _vendor(
    name: str,
    parts: Parts,
    now: datetime,
    seed: int,
    *,
    zone: str,
    incidents: int,
    platform: str = "statuspage",
) -> Maker:
    """Return a vendor with a past and nothing going on, ready for more."""
    past = random_truth(
        seed,
        now=now,
        platform=platform,
        slug=name.lower().replace(" ", "-"),
        name=name,
        zone=zone,
        parts=parts,
        incidents=incidents,
        live=False,
    )
    return Maker(Random(seed), past, now)  # noqa: S311
