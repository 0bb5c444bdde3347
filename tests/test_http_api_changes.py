"""The days that vendors changed after they were over, as the HTTP API answers them."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from api_world import app_of, ask
from edited_world import ACME, AGAIN, EDITED, edited_store
from past import demo_store
from store_support import NOW

from exporters.api import models

API, WEB = ("api", "2026-05-19"), ("web", "2026-05-20")


@pytest.fixture(scope="module")
def app():
    now = AGAIN + timedelta(minutes=1)
    return app_of(edited_store(), vendors={"acme": ACME}, clock=lambda: now)


async def changes(app, query: str = "") -> dict:
    answer = await ask(f"/api/v1/vendors/acme/changes{query}", app)
    assert answer.status_code == 200, answer.text
    models.Changes.model_validate_json(answer.content, strict=True)
    return answer.json()


def keys(document: dict) -> list[tuple[str | None, str, int]]:
    return [(each["component"], each["date"], each["number"]) for each in document["changes"]]


ALL = [
    (None, "2026-05-19", 1),
    (None, "2026-05-19", 2),
    (*API, 1),
    (*API, 2),
    (None, "2026-05-20", 1),
    (*WEB, 1),
]


async def test_each_change_of_a_closed_day_is_told_with_what_it_was_and_is(app):
    found = await changes(app)

    assert keys(found) == ALL
    once, again = found["changes"][2:4]
    assert once["changed_at"] == EDITED.isoformat()
    assert again["changed_at"] == AGAIN.isoformat()
    assert (once["component_id"], once["component_name"]) == ("api", "API")
    assert (once["before"]["level"], once["before"]["partial_seconds"]) == ("operational", 0)
    assert (once["after"]["level"], once["after"]["partial_seconds"]) == ("partial_outage", 3600)
    assert again["before"] == once["after"]
    assert again["after"]["partial_seconds"] == 7200
    assert found["changes"][-1]["after"]["level"] == "major_outage"
    assert found["coverage"].startswith("/api/v1/vendors/acme?")


@pytest.mark.parametrize("limit", [1, 2, 4, 6])
async def test_pages_tell_of_each_change_once_in_their_order(app, limit):
    told, sizes, cursor = [], [], ""
    while cursor is not None:
        after = f"&cursor={quote(cursor)}" if cursor else ""
        found = await changes(app, f"?limit={limit}{after}")
        sizes.append(len(found["changes"]))
        told += keys(found)
        cursor = found["next_cursor"]

    assert told == ALL
    assert set(sizes[:-1]) <= {limit}


@pytest.mark.parametrize(
    ("query", "dates"),
    [
        ("?since=2026-05-19&until=2026-05-19", {"2026-05-19"}),
        ("?since=2026-05-20", {"2026-05-20"}),
        ("?days=2", set()),
        ("?month=2026-05", {"2026-05-19", "2026-05-20"}),
        ("?month=2026-04", set()),
    ],
)
async def test_only_the_days_of_the_window_are_told_of(app, query, dates):
    found = await changes(app, query)

    assert {each["date"] for each in found["changes"]} == dates


async def test_what_was_not_known_yet_is_left_out(app):
    known_at = quote((EDITED + timedelta(minutes=1)).isoformat())
    before = quote((NOW + timedelta(minutes=1)).isoformat())

    assert keys(await changes(app, f"?known_at={known_at}")) == [ALL[0], ALL[2]]
    assert keys(await changes(app, f"?known_at={before}")) == []


async def test_a_day_that_was_changed_has_its_earlier_values_in_its_evidence(app):
    answer = await ask("/api/v1/vendors/acme/days/2026-05-19?component=api", app)

    revisions = answer.json()["day"]["revisions"]
    assert [each["level"] for each in revisions] == ["operational", "partial_outage"]


async def test_a_cursor_of_another_list_is_refused(app):
    answer = await ask("/api/v1/vendors/acme/changes?cursor=bm90aGluZw", app)

    assert answer.status_code in {400, 422}
    assert "cursor" in answer.json()["detail"]


@pytest.mark.slow
async def test_of_the_demo_no_vendor_edited_its_past_and_none_is_said_to_have():
    async with demo_store("sqlite://", NOW, days=10) as (store, vendors):
        app = app_of(store, vendors=vendors, clock=lambda: NOW)
        for slug in vendors:
            answer = await ask(f"/api/v1/vendors/{slug}/changes?days=10", app)
            assert (answer.status_code, answer.json()["changes"]) == (200, [])
