"""A Statuspage page whose content a test writes, and a collector that reads it."""

import json
from dataclasses import replace

from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of
from test_pipeline import NOW, truth_for

from monitor.kit.protocol import Response

API, OTHER = "aaaaaaaaaaa1", "aaaaaaaaaaa2"


def component(
    key: str = API, status: str = "operational", name: str = "API", **changes: object
) -> dict[str, object]:
    return {
        "id": key, "name": name, "status": status, "created_at": "2024-01-01T00:00:00.000Z",
        "updated_at": "2024-01-01T00:00:00.000Z", "position": 1, "description": None, "showcase": False, "start_date": None,
        "group_id": None, "page_id": "pppppppppppp", "group": False, "only_show_if_degraded": False, **changes,
    }  # fmt: skip


class Page:
    """A page whose content the test writes; every answer differs from the last, as a page's
    would."""

    def __init__(self, *rows: dict[str, object], zone: str = "Etc/UTC") -> None:
        self.rows = list(rows or [component()])
        self.incidents: list[dict[str, object]] = []
        self.older: list[dict[str, object]] = []
        self.maintenances: list[dict[str, object]] = []
        self.indicator = "none"
        self.zone = zone
        self.edits = 0
        self.raw: Response | None = None
        self.key, self.name = "pppppppppppp", "Acme"
        self.broken: set[str] = set()
        self.bars: dict[str, dict[str, int]] | None = None
        """The API's outage by day, as {"p": seconds of partial, "m": of major outage}; None where
        the page shows no uptime record."""

    def __call__(self, url: str) -> Response:
        if self.raw is not None:
            return replace(self.raw, url=url, final_url=self.raw.final_url or url)
        self.edits += 1
        page = {
            "id": self.key, "name": self.name, "url": "https://status.acme.example", "time_zone": self.zone,
            "updated_at": f"2026-05-20T12:00:00.{self.edits % 1000:03d}Z",
        }  # fmt: skip
        status = {"indicator": self.indicator, "description": ""}
        bodies = {
            "/api/v2/summary.json": {
                "page": page, "components": self.rows, "incidents": self.incidents,
                "scheduled_maintenances": self.maintenances, "status": status,
            },
            "/api/v2/incidents.json": {"page": page, "incidents": [*self.incidents, *self.older]},
            "/api/v2/scheduled-maintenances.json": {"page": page, "scheduled_maintenances": self.maintenances},
        }  # fmt: skip
        if self.bars is not None:
            days = [
                {"date": day, "outages": bar, "related_events": []}
                for day, bar in self.bars.items()
            ]
            line = {
                "component": {"code": API, "name": "API", "startDate": min(self.bars)},
                "days": days,
            }
            bodies[f"/uptime_showcase?components={API}"] = {"timelines": {API: line}, "values": []}
        for path, body in bodies.items():
            if url.endswith(path) and path in self.broken:
                return Response(url=url, final_url=url, status=500, body=b"broken")
            if url.endswith(path):
                headers = {"content-type": "application/json"}
                return Response(
                    url=url,
                    final_url=url,
                    status=200,
                    headers=headers,
                    body=json.dumps(body).encode(),
                )
        return Response(url=url, final_url=url, status=404, body=b"Not Found")


def watching(page: Page, clock: Clock | None = None, **settings: object):
    vendor = vendor_of(truth_for(1, "statuspage"), platform="statuspage", zone=None, **settings)
    return collecting(SimulatedPages([], clock or Clock(NOW), page), {vendor.slug: vendor})


async def polled(collector):
    """Poll the one page; return the result and the page's current state."""
    (slug,) = collector.vendors
    result = await collector.poll(await page_of(collector, slug))
    page = await page_of(collector, slug)
    return result, page, collector.store.current(page.id)
