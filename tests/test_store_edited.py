"""What was edited afterwards is found by when it was, however much else is stored."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.model import Phase
from monitor.store import Store
from tests.store_support import DATABASES, HOUR, NOW, add_page, database, evidence, incident, save

START = NOW - timedelta(days=3)


@pytest.fixture(params=DATABASES)
def store(request):
    with database(request.param) as url, Store.open(url) as opened:
        yield opened


def told(store, page, at, *incidents):
    save(store, page, evidence(at, incidents=incidents))


def test_neither_the_days_nor_the_incidents_are_read_as_a_whole():
    asked = []
    with Store.open("sqlite://") as store:
        sa.event.listen(
            store._reader, "before_cursor_execute", lambda *all_: asked.append(all_[2:4])
        )
        store.revisions_since(START)
        store.incidents_edited_since(START)
        queries = [each for each in asked if "BEGIN" not in each]
        assert len(queries) == 2
        for statement, values in queries:
            with store._read() as connection:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plan = [row[-1] for row in rows]

            assert any("INDEX ix_" in step for step in plan)
            assert not [step for step in plan if step.startswith(("SCAN day", "SCAN incident"))]
            assert not [step for step in plan if "page_id" in step and "page_id=? AND" not in step]


def test_incidents_have_all_their_versions_where_one_was_edited_since(store):
    page = add_page(store)
    over = {"started_at": START, "resolved_at": START + HOUR, "phase": Phase.CLOSED}
    quiet, edited_ = incident("quiet", **over), incident("edited", **over)
    told(store, page, START, incident("edited", started_at=START), quiet)
    told(store, page, START + 2 * HOUR, edited_, quiet)
    told(store, page, START + 5 * HOUR, incident("edited", title="Other", **over), quiet)

    since = store.incidents_edited_since(START + 3 * HOUR)
    assert {key: [each.incident.title for each in versions] for key, versions in since.items()} == {
        (page.id, "edited"): ["API errors", "API errors", "Other"]
    }
    assert store.incidents_edited_since(START + 6 * HOUR) == {}
