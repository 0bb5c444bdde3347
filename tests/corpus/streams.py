"""A real page as it answered hour by hour, and GitHub's page as it was polled, driven through the
collector."""

import csv
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.collect import Collector
from monitor.config import VendorConfig
from monitor.fetch import FetchResult, Limits, Validators, settle
from monitor.kit.protocol import Response
from monitor.model import Day
from monitor.store import PageSpec, Store

URL = "https://status.vendor.example/"
OVER = ("resolved", "postmortem", "completed")
WORDS = {
    "operational": "none",
    "under_maintenance": "maintenance",
    "degraded_performance": "minor",
    "partial_outage": "minor",
    "major_outage": "major",
}
"""The states, best first, and the indicator of a page whose worst component is in one."""
RANK = list(WORDS)

Raw = dict[str, Any]


@dataclass
class Page:
    """A Statuspage at one moment: its own row, its components with their states, and its
    incidents."""

    now: datetime
    head: Raw
    components: list[Raw]
    incidents: list[Raw] = field(default_factory=list)

    def answer(self, path: str) -> Raw | None:
        """Return the body at a path; None = it has none."""
        if path == "/api/v2/summary.json":
            worst = max((row["status"] for row in self.components), key=RANK.index)
            going_on = [each for each in self.incidents if each["status"] not in OVER]
            return {
                "page": self.head, "components": self.components, "incidents": going_on,
                "scheduled_maintenances": [], "status": {"indicator": WORDS[worst]},
            }  # fmt: skip
        if path == "/api/v2/incidents.json":
            return {"page": self.head, "incidents": self.incidents}
        if path == "/api/v2/scheduled-maintenances.json":
            return {"page": self.head, "scheduled_maintenances": []}
        return None


@dataclass
class Stream:
    """A page that goes through its moments; answers like `Fetcher.get` and is the collector's
    clock."""

    moments: Iterable[Page]
    page: Page | None = None

    def now(self) -> datetime:
        """Return the moment the page is at."""
        assert self.page is not None
        return self.page.now

    async def get(
        self,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        """Answer as the page does at this moment."""
        assert self.page is not None
        body = self.page.answer(urlsplit(url).path)
        answer = Response(
            url=url,
            final_url=url,
            status=404 if body is None else 200,
            body=json.dumps(body or {}).encode(),
        )
        response, learned = settle(answer, validators)
        return FetchResult(response=response, validators=learned)

    async def polled(self, *, interval_seconds: int, flush_every: int = 1) -> tuple[Store, int]:
        """Poll every moment into one store in memory; return it and the page's key in it. Days are
        derived at a flush."""
        vendor = VendorConfig(
            slug="vendor",
            name="Vendor",
            url=URL,
            platform="statuspage",
            interval_seconds=interval_seconds,
        )
        spec = PageSpec(
            slug="vendor",
            name="Vendor",
            url=URL,
            platform="statuspage",
            zone=None,
            interval_seconds=interval_seconds,
        )
        store, collector = Store.open("sqlite://"), None
        for number, moment in enumerate(self.moments):
            self.page = moment
            if collector is None:
                store.sync_pages([spec], now=self.now())
                collector = Collector(
                    store, self, {"vendor": vendor}, clock=self.now, keep_snapshots=False
                )
            (page,) = store.pages(["vendor"])
            result = await collector.poll(page)
            assert result.error is None, (self.now(), result.error)
            if number % flush_every == 0:
                await collector.flush()
        assert collector is not None
        await collector.close()
        return store, page.id


# -----------------------------------------------------------------------------------------------------------
# Claude


def claude(truth: Path, until: datetime) -> Iterator[Page]:
    """Yield the page at each capture; a component is in the worst state that the open incidents
    posted last."""
    rows = json.loads((truth / "claude" / "components.json").read_text())["components"]
    known: dict[str, Raw] = {}
    with gzip.open(
        truth / "streams" / "claude-incidents-2026-04-14..06-30.jsonl.gz", "rt"
    ) as lines:
        for line in map(json.loads, lines):
            known |= {each["id"]: each for each in line["changed"]}
            now = datetime.fromisoformat(line["at"])
            if now > until:
                return
            listed = [known[key] for key in line["order"]]
            states = posted(listed)
            found = [{**row, "status": states.get(row["id"], "operational")} for row in rows]
            yield Page(now, line["page"], found, listed)


def posted(incidents: Iterable[Raw]) -> dict[str, str]:
    """Return the worst of the states that the open incidents posted last, by component."""
    worst: dict[str, str] = {}
    for incident in incidents:
        if incident["status"] in OVER:
            continue
        updates = sorted(incident["incident_updates"], key=lambda update: str(update["created_at"]))
        last = {
            each["code"]: each["new_status"]
            for each in (e for u in updates for e in u["affected_components"] or ())
        }
        for code, word in last.items():
            worst[code] = max(worst.get(code, "operational"), word, key=RANK.index)
    return worst


def claude_bars(truth: Path, first: date, last: date) -> dict[tuple[str, date], tuple[int, int]]:
    """Return the vendor's own seconds of partial and major outage by component id and day."""
    rows = json.loads((truth / "claude" / "components.json").read_text())["components"]
    ids = {row["name"]: row["id"] for row in rows}
    with (truth / "claude-2026-bars.csv").open(newline="") as file:
        found = [
            (ids[row["component"]], date.fromisoformat(row["date"]), row)
            for row in csv.DictReader(file)
        ]
    return {
        (key, day): (int(row["partial_seconds"] or 0), int(row["major_seconds"] or 0))
        for key, day, row in found
        if first <= day <= last
    }


# -----------------------------------------------------------------------------------------------------------
# GitHub


def github(truth: Path) -> Iterator[Page]:
    """Yield GitHub's page of 2024 at each change of its components' states: no incident is on
    record there."""
    polls = list(github_polls(truth))
    ids = component_ids(truth, polls)
    born = "2016-01-01T00:00:00.000Z"
    for now, states in polls:
        rows = [
            {
                "id": key, "name": name, "status": states.get(name, "operational"), "created_at": born, "position": 1,
                "group": False, "showcase": False, "start_date": None, "group_id": None,
            }
            for name, key in ids.items()
        ]  # fmt: skip
        head = {
            "id": "kctbh9vrtdwd",
            "name": "GitHub",
            "time_zone": "Etc/UTC",
            "updated_at": f"{now:%Y-%m-%dT%H:%M:%S}.000Z",
        }
        yield Page(now, head, rows)


def github_polls(truth: Path) -> Iterator[tuple[datetime, Mapping[str, str]]]:
    """Yield each poll's moment and the components that were not operational."""
    with (truth / "github" / "polls-2024.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            parts = re.split(r"[;|]", row["non_operational_components"])
            states = dict(
                re.split(r"[=:]", part, maxsplit=1) for part in parts if re.search(r"[=:]", part)
            )
            yield (
                datetime.fromisoformat(row["committed_at_utc"]).astimezone(UTC),
                {name.strip(): word.strip() for name, word in states.items()},
            )


def component_ids(
    truth: Path, polls: Iterable[tuple[datetime, Mapping[str, str]]]
) -> dict[str, str]:
    """Return an id for every component that the bars or the polls of 2024 name."""
    names = {name for name, _ in github_bars(truth)} | {
        name for _, states in polls for name in states
    }
    return {name: f"{number:012d}" for number, name in enumerate(sorted(names))}


def github_bars(truth: Path) -> dict[tuple[str, date], tuple[int, int]]:
    """Return the vendor's own seconds of 2024 by component name and day."""
    with (truth / "github" / "vendor-bars.csv").open(newline="") as file:
        return {
            (row["component"], date.fromisoformat(row["date"])): (
                int(row["partial_seconds"]),
                int(row["major_seconds"]),
            )
            for row in csv.DictReader(file)
            if row["date"].startswith("2024")
        }


# -------------------------------------------------------------------------------------------------------
# comparison


@dataclass
class Compared:
    """Component-days against the bars: outage where the bar has one (right too where neither has),
    missed, too many."""

    right: int = 0
    missed: list[tuple[str, date]] = field(default_factory=list)
    too_many: list[tuple[str, date]] = field(default_factory=list)
    disputed: list[tuple[str, date]] = field(default_factory=list)
    unknown: list[tuple[str, date]] = field(default_factory=list)
    within_5_s: int = 0

    @property
    def total(self) -> int:
        """All component-days."""
        return self.right + self.away

    @property
    def away(self) -> int:
        """Component-days on which the bar and we disagree."""
        return len(self.missed) + len(self.too_many)

    def add(self, key: tuple[str, date], day: Day, bar: tuple[int, int]) -> None:
        """Compare one component-day."""
        outage = day.level is not None and day.level.is_outage
        if outage == (sum(bar) > 0):
            self.right += 1
        else:
            (self.too_many if outage else self.missed).append(key)
        if day.disputed:
            self.disputed.append(key)
        if day.level is None:
            self.unknown.append(key)
        partial, major = bar
        self.within_5_s += (
            abs(day.seconds.partial - partial) <= 5 and abs(day.seconds.major - major) <= 5
        )

    def __str__(self) -> str:
        return (
            f"{self.total} component-days: {self.right} right, {len(self.missed)} missed, {len(self.too_many)} too many; "
            f"{len(self.disputed)} disputed, {len(self.unknown)} unknown, {self.within_5_s} within 5 s of the bars"
        )


def compared(
    store: Store, page_id: int, bars: Mapping[tuple[str, date], tuple[int, int]]
) -> Compared:
    """Compare the days kept in a store with the vendor's bars, by component id and day."""
    first, last = min(day for _, day in bars), max(day for _, day in bars)
    history = store.page_history(page_id, first, last)
    found = Compared()
    for (key, day), bar in bars.items():
        found.add((key, day), history.components[key].day(day), bar)
    return found


def endless(store: Store, page_id: int, now: datetime) -> list[str]:
    """Return the incidents that are over, as the page told last, and of which a bad span goes on
    all the same."""
    facts = store.facts(page_id)
    over = {each.id for each in facts.incidents if each.resolved_at is not None}
    late = now + timedelta(seconds=1)
    return [
        impact.incident_id or ""
        for impact in facts.impacts
        if impact.incident_id in over and (impact.end or late) > now
    ]
