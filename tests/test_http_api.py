"""The HTTP API: what it answers, in which form, and that it only reads."""

import asyncio

import httpx
import pytest
from api_world import NOW, app_of, ask, asking, small_store
from pydantic import TypeAdapter
from store_support import rows

from exporters.api import models
from exporters.api.parameters import Policy
from monitor.errors import StoreError
from monitor.ratios import POLICIES

ANSWERS = {
    "": models.Index,
    "/vendors": models.Vendors,
    "/vendors/acme": models.Vendor,
    "/vendors/initech": models.Vendor,
    "/vendors/acme/components?days=4": models.Components,
    "/vendors/acme/standing": models.WholeStanding,
    "/vendors/initech/standing": models.WholeStanding,
    "/vendors/acme/days?days=4": models.Days,
    "/vendors/acme/days?component=web&month=2026-05": models.Days,
    "/vendors/acme/windows": models.Windows,
    "/vendors/acme/windows?days=7&month=2026-05&year=2026&target=99.9": models.Windows,
    "/vendors/acme/windows?component=api&days=3": models.Windows,
    "/vendors/acme/days/2026-05-05": models.Evidence,
    "/vendors/acme/days/2026-05-05?component=api": models.Evidence,
    "/vendors/acme/changes": models.Changes,
    "/incidents": models.Incidents,
    "/incidents?vendor=acme&component=web": models.Incidents,
    "/compare?vendor=globex&vendor=acme&days=4": models.Comparison,
    "/catalogue?limit=3": models.Catalogue,
    "/status": models.Statuses,
    "/status?target=acme/api&stack=all": models.Statuses,
    "/stacks": models.Stacks,
    "/stacks/all": models.Stack,
}


@pytest.mark.parametrize(("path", "model"), ANSWERS.items(), ids=ANSWERS)
async def test_an_answer_is_the_document_that_is_promised(path, model):
    answer = await ask(f"/api/v1{path}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    model.model_validate_json(answer.content, strict=True)


@pytest.mark.parametrize("path", ANSWERS)
async def test_every_answer_says_as_of_when_by_what_definition_and_how_much_is_known(path):
    document = (await ask(f"/api/v1{path}")).json()

    assert document["as_of"]
    assert document["definition"]
    if path.startswith("/vendors/"):
        assert document["zone"]
        assert "coverage_ratio" in document or document["coverage"].startswith("/api/v1/vendors/")


async def test_what_is_unknown_is_null():
    async with asking(app_of()) as client:
        standing = (await client.get("/api/v1/vendors/initech/standing")).json()
        record = (await client.get("/api/v1/vendors/initech")).json()

    assert standing["freshness"] == "never"
    assert standing["check"]["outcome"] == "unknown"
    for key in ("current_level", "known_components", "coverage_ratio", "open_incidents"):
        assert standing[key] is None, key
    for key in ("outage_days", "outage_day_ratio", "downtime_ratio", "current_level"):
        assert record[key] is None, key
    assert record["known_days"] == 0


async def test_a_vendor_may_be_named_as_people_name_it():
    answer = await ask("/api/v1/vendors/globex%20CORPORATION/standing")

    assert answer.json()["vendor"] == "globex"


async def test_a_stale_reading_is_not_answered_as_the_level_now():
    moment = NOW
    async with asking(app_of(clock=lambda: moment)) as client:
        fresh = (await client.get("/api/v1/vendors/globex/standing")).json()
        moment = NOW.replace(hour=NOW.hour + 2)
        stale = (await client.get("/api/v1/vendors/globex/standing")).json()

    assert (fresh["current_level"], stale["current_level"]) == ("operational", None)
    assert set(stale["levels"].values()) == {None}


# lists


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["acme/i2", "acme/m1", "globex/g1", "acme/i1"]),
        ("?vendor=globex", ["globex/g1"]),
        ("?vendor=acme&component=API", ["acme/i1"]),
        ("?maintenance=true", ["acme/m1"]),
        ("?open=true&maintenance=false", ["acme/i2"]),
        ("?open=false", ["globex/g1", "acme/i1"]),
        ("?level=major_outage", ["globex/g1", "acme/i1"]),
        ("?level=maintenance&level=degraded", ["acme/m1"]),
        ("?since=2026-05-08", ["acme/i2", "acme/m1"]),
        ("?vendor=globex&until=2026-05-05", []),
        ("?known_at=2026-05-05T00:00:00Z", []),
    ],
)
async def test_incidents_are_chosen_by_what_is_asked(query, found):
    answer = await ask(f"/api/v1/incidents{query}")

    assert answer.status_code == 200, answer.text
    told = [f"{each['vendor']}/{each['id']}" for each in answer.json()["incidents"]]
    assert told == found


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/incidents", "incidents"),
        ("/vendors", "vendors"),
        ("/vendors/acme/components?days=4", "components"),
        ("/vendors/acme/days?days=4", "days"),
        ("/catalogue?category=ai", "catalogue"),
    ],
)
async def test_pages_of_a_list_are_the_whole_list(path, key):
    app, mark = app_of(), "&" if "?" in path else "?"
    async with asking(app) as client:
        whole = (await client.get(f"/api/v1{path}")).json()
        parts, cursor = [], ""
        while cursor is not None:
            part = (await client.get(f"/api/v1{path}{mark}limit=2{cursor}")).json()
            assert len(part[key]) <= 2
            parts += part[key]
            cursor = part["next_cursor"] and f"&cursor={part['next_cursor']}"

    assert parts == whole[key]
    assert len(parts) > 2


@pytest.mark.parametrize(
    "cursor", ["x", "bnVsbA", "WzFd", "W10", "W1tdXQ", "4", "é", "WyJhIl0=x", "e30"]
)
async def test_a_text_that_is_no_cursor_is_refused_or_a_place_in_the_list(cursor):
    answer = await ask(f"/api/v1/vendors?cursor={cursor}")

    assert answer.status_code in {200, 422}
    if answer.status_code == 422:
        assert "next_cursor" in answer.json()["detail"]


@pytest.mark.parametrize("limit", [0, 201, "many"])
async def test_a_page_has_a_bound(limit):
    assert (await ask(f"/api/v1/vendors?limit={limit}")).status_code == 422


# problems


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/vendors/globx", 404, "did you mean 'globex'?"),
        ("/vendors/zzzzzz", 404, "/api/v1/vendors lists"),
        ("/vendors/acme/days?component=wep", 404, "there are: api"),
        ("/nothing", 404, "/api/v1 lists"),
        ("/vendors/", 404, "/api/v1 lists"),
        ("/vendors/acme?dayz=3", 422, "dayz: there is no such parameter"),
        ("/vendors/acme?days=0", 422, "days: "),
        ("/vendors/acme?days=4000", 422, "days: "),
        ("/vendors/acme?policy=kind", 422, "policy: "),
        ("/vendors/acme?since=2026-05-01&days=3", 422, "since names the first day"),
        ("/vendors/acme?until=2030-01-01", 422, "in the future"),
        ("/vendors/acme?month=2026-13", 422, "is not a month"),
        ("/vendors/acme?known_at=2026-05-05T00:00:00", 422, "known_at: "),
        ("/vendors/acme?known_at=0.5", 422, "known_at: "),
        ("/vendors/acme?known_at=1777939200", 422, "write it as 2026-05-06T12:00:00Z"),
        ("/vendors/acme/windows?as_of=2030-01-01", 422, "in the future"),
        ("/vendors/acme/windows?target=200", 422, "200"),
        ("/vendors/acme/days/2030-01-01", 422, "has not begun"),
        ("/vendors/acme/days/soon", 422, "is not a day"),
        ("/incidents?component=api", 422, "name that vendor"),
        ("/incidents?vendor=globx", 404, "globex"),
        ("/compare", 422, "vendor: "),
    ],
)
async def test_what_cannot_be_answered_is_a_problem_that_says_what_to_do(path, status, says):
    answer = await ask(f"/api/v1{path}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    found = models.Problem.model_validate_json(answer.content, strict=True)
    assert found.status == status
    assert says in found.detail
    assert "--" not in found.detail


async def test_a_suggestion_is_a_word_of_its_own():
    assert (await ask("/api/v1/vendors/globx")).json()["suggestions"] == ["globex"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_what_is_no_reading_is_not_allowed(method):
    answer = await ask("/api/v1/vendors/acme", method=method)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_store_that_cannot_be_read_is_503_and_keeps_its_place_to_itself():
    class Broken:
        def pages(self, *_, **__):
            raise StoreError("the database file is locked: /secret/place.db")

    answer = await ask("/api/v1/vendors", app_of(Broken()))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "secret" not in answer.text
    assert models.Problem.model_validate_json(answer.content).status == 503


async def test_no_request_changes_the_database():
    store = small_store()
    tables = [*_tables(store)]
    before = {table: rows(store, table) for table in tables}
    app = app_of(store)
    changes = _changes(store)
    async with asking(app) as client:
        for path in ANSWERS:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                await client.request(method, f"/api/v1{path}", content=b"{}")

    assert {table: rows(store, table) for table in tables} == before
    assert _changes(store) == changes


def _tables(store):
    with store._read() as connection:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in found]


def _changes(store):
    """Return how many rows were ever changed over the connection that this database has."""
    with store._read() as connection:
        return connection.exec_driver_sql("SELECT total_changes()").scalar_one()


def test_the_policies_are_those_of_the_report():
    assert set(TypeAdapter(Policy).json_schema()["enum"]) == set(POLICIES)


async def test_questions_that_come_together_are_all_answered():
    async with asking(app_of()) as client:
        found = await asyncio.gather(*(client.get("/api/v1/vendors/acme") for _ in range(20)))

    assert {each.status_code for each in found} == {httpx.codes.OK}
    assert len({each.content for each in found}) == 1
