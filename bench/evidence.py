"""How much is kept for good of real pages: a stream of hourly answers, and recordings of a page and
its history.

Prints, for every setting of `storage: evidence`, the compressed bodies pinned and the rows that pin
them. A stream is scaled to a year; of a recording it is what its poll and a backfill of 90 days
keep, once. `python -m bench.evidence FOLDER`, which holds `recordings/` and `truth/streams/`.
"""

import asyncio
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from monitor.collect import Collector
from monitor.config import EVIDENCE, VendorConfig
from monitor.errors import MonitorError
from monitor.fetch import Fetches, FetchResult, Limits, Replay, Validators, settle
from monitor.kit.protocol import Response
from monitor.store import PageSpec, Store

HISTORY = timedelta(days=90)
LEVELS = (
    "operational",
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
)


@dataclass
class Stream:
    """A Statuspage at successive instants: its list of incidents as it was, its components as the
    incidents say."""

    lines: Iterator[dict]
    page: dict = field(default_factory=dict)
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    order: list = field(default_factory=list)
    known: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)

    def forward(self) -> bool:
        """Move to the next answer; return whether there is one."""
        line = next(self.lines, None)
        if line is None:
            return False
        self.at, self.page, self.order = (
            datetime.fromisoformat(line["at"]),
            line["page"],
            line["order"],
        )
        self.known.update({each["id"]: each for each in line["changed"]})
        for incident in line["changed"]:
            self.names.update({each["id"]: each["name"] for each in incident["components"]})
        return True

    def _components(self) -> list[dict]:
        worst = dict.fromkeys(self.names, 0)
        for incident in self._open():
            told = {}
            for update in reversed(incident["incident_updates"]):
                for each in update["affected_components"] or ():
                    told[each["code"]] = each["new_status"]
            for key, word in told.items():
                worst[key] = max(worst.get(key, 0), LEVELS.index(word))
        return [self._row(number, key, worst[key]) for number, key in enumerate(worst)]

    def _row(self, number: int, key: str, level: int) -> dict:
        return {
            "id": key,
            "name": self.names.get(key, key),
            "status": LEVELS[level],
            "position": number,
            "group": False,
            "group_id": None,
            "showcase": True,
            "start_date": "2024-01-01",
            "page_id": self.page["id"],
            "created_at": "2024-01-01T00:00:00.000Z",
            "updated_at": "2024-01-01T00:00:00.000Z",
            "description": None,
            "only_show_if_degraded": False,
        }

    def _open(self) -> list[dict]:
        return [
            self.known[key]
            for key in self.order
            if self.known[key]["status"] not in {"resolved", "postmortem"}
        ]

    async def get(
        self,
        url: str,
        *,
        accept: str,  # noqa: ARG002
        limits: Limits,  # noqa: ARG002
        validators: Validators | None = None,
        provider: str | None = None,  # noqa: ARG002
    ) -> FetchResult:
        """Answer like the page at its present instant."""
        body: dict | None = None
        if url.endswith("/api/v2/incidents.json"):
            body = {"page": self.page, "incidents": [self.known[key] for key in self.order]}
        elif url.endswith("/api/v2/summary.json"):
            status = {"indicator": "minor" if self._open() else "none", "description": ""}
            body = {
                "page": self.page,
                "components": self._components(),
                "incidents": self._open(),
                "scheduled_maintenances": [],
                "status": status,
            }
        elif url.endswith("/api/v2/scheduled-maintenances.json"):
            body = {"page": self.page, "scheduled_maintenances": []}
        headers = {"content-type": "application/json; charset=utf-8"}
        text = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        response = Response(
            url=url, final_url=url, status=404 if body is None else 200, headers=headers, body=text
        )
        settled, learned = settle(response, validators)
        return FetchResult(response=settled, validators=learned)


def opened(url: str, platform: str | None, now: datetime) -> tuple[Store, dict[str, VendorConfig]]:
    """Return a store in memory with one page."""
    store = Store.open("sqlite://")
    vendor = VendorConfig(
        slug="page", name="page", url=url, platform=platform, interval_seconds=3600
    )
    store.sync_pages([PageSpec(slug="page", name="page", url=url, platform=platform)], now=now)
    return store, {"page": vendor}


def sizes(store: Store) -> str:
    """Return what is pinned, and for comparison all bodies that came, in kB as they are stored."""
    pinned = (
        "SELECT count(*), coalesce(sum(length(body)), 0) FROM snapshot WHERE sha256 IN (SELECT"
        " sha256 FROM evidence_body)"
    )
    with store._engine.connect() as connection:
        bodies, size = connection.execute(sa.text(pinned)).one()
        rows, days = connection.execute(
            sa.text("SELECT count(*), count(DISTINCT day) FROM evidence_body")
        ).one()
        every = connection.execute(
            sa.text("SELECT coalesce(sum(length(body)), 0) FROM snapshot")
        ).scalar_one()
    return (
        f"{size / 1000:10,.0f} kB pinned of {every / 1000:10,.0f}; {bodies} bodies, {rows} rows,"
        f" {days} days"
    )


async def stream(path: Path, setting: str) -> None:
    """Poll a stream from its first answer to its last, and read it again every day as the schedule
    does."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        page = Stream(map(json.loads, lines))
        page.forward()
        first = page.at
        store, vendors = opened(page.page["url"] + "/", "statuspage", page.at)
        collector = Collector(store, page, vendors, clock=lambda: page.at, evidence=setting)
        reread = page.at.date()
        more = True
        while more:
            await collector.poll(store.pages()[0])
            if page.at.date() != reread:
                await collector.reread(store.pages()[0])
                reread = page.at.date()
            await collector.flush()
            more = page.forward()
        await collector.close()
    length = (page.at - first) / timedelta(days=365)
    print(f"{path.name} {setting:9} {sizes(store)}; times {1 / length:.1f} for a year", flush=True)


async def recording(path: Path, setting: str) -> None:
    """Poll and backfill a recording once."""
    source: Fetches = Replay(path)
    now = source.recorded_at
    store, vendors = opened(source.page, None, now)
    collector = Collector(store, source, vendors, clock=lambda: now, evidence=setting)
    try:
        await collector.poll(store.pages()[0])
        if store.pages()[0].platform is not None:
            await collector.backfill(store.pages()[0], now - HISTORY)
    except MonitorError as error:
        print(path.name, error)
    await collector.close()
    print(f"{path.name:32} {setting:9} {sizes(store)}", flush=True)


async def main(folder: Path) -> None:
    """Measure everything in the folder."""
    settings = [setting for setting in EVIDENCE if setting != "none"]
    for path in sorted((folder / "recordings").glob("*/recording.json")):
        for setting in settings:
            await recording(path.parent, setting)
    for path in sorted((folder / "truth" / "streams").glob("*incidents*.jsonl.gz")):
        for setting in settings:
            await stream(path, setting)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
