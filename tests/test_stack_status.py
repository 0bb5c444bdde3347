"""How stacks are, by the API and the feeds: never well while something in them is unknown."""

import json
from datetime import timedelta

import pytest
from api_world import VENDORS, app_of, ask, asking, small_store
from hypothesis import given
from hypothesis import strategies as st
from store_support import HOUR, NOW, add_page, component, evidence, impact, incident, observed, save
from watched_world import ACME
from watched_world import ask as ask_feed

from exporters.api import Desk
from exporters.api.application import api
from exporters.feeds import feed_routes
from exporters.watched import Watched
from monitor.answers import StackStatus, Status, stack_status
from monitor.model import Level
from monitor.stacks import Target
from monitor.standing import is_bad
from monitor.store import Store

STACKS = {
    "both": (Target("globex"), Target("initech")),
    "fine": (Target("globex", "api"), Target("globex")),
    "gone": (Target("globex"), Target("hooli")),
    "odd": (Target("globex", "nothing*"), Target("globex")),
}
levels = st.one_of(st.none(), st.sampled_from(Level))


def of_level(level: Level | None) -> Status:
    return Status(target=Target("acme"), page="", as_of=NOW, interval_seconds=300, level=level)


@given(st.lists(levels, min_size=1))
def test_a_stack_is_as_bad_as_its_worst_target_and_unknown_unless_all_is_known(each):
    stack = StackStatus(name="a", as_of=NOW, statuses=tuple(map(of_level, each)))
    known = [level for level in each if level is not None]

    assert stack.known_targets == len(known)
    if any(map(is_bad, known)):
        assert stack.level is max(known)
    else:
        assert stack.level is (max(known) if None not in each else None)


async def answered(path: str) -> dict:
    answer = await ask(f"/api/v1{path}", app_of(stacks=STACKS))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_list_says_of_each_stack_how_much_of_it_is_known():
    entries = (await answered("/stacks"))["stacks"]

    assert [(each["stack"], each["level"], each["status"], each["coverage_ratio"]) for each in entries] == [
        ("both", None, "unknown", 0.5),
        ("fine", "operational", "ok", 1.0),
        ("gone", None, "unknown", 0.5),
        ("odd", None, "unknown", 0.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("both", "the page was never read"),
        ("gone", "it is not watched"),
        ("odd", "globex has no component 'nothing*'; it has api, web"),
    ],
)
async def test_a_stack_says_of_each_target_why_it_is_unknown(name, why):
    document = await answered(f"/stacks/{name}")

    assert document["as_of"]
    assert why in [each["why_unknown"] for each in document["targets"]]
    assert [each["target"] for each in document["targets"]] == list(map(str, STACKS[name]))


async def test_a_stack_that_there_is_not_is_answered_with_the_one_that_was_meant():
    async with asking(app_of(stacks=STACKS)) as client:
        missing = await client.get("/api/v1/stacks/bth")
        wrong = await client.get("/api/v1/status?stack=bth")

    assert (missing.status_code, missing.json()["suggestions"]) == (404, ["both"])
    assert (wrong.status_code, wrong.json()["detail"]) == (
        422,
        "no stack 'bth'; did you mean 'both'?",
    )


@pytest.mark.parametrize(
    ("query", "targets"),
    [
        ("", ["acme", "globex", "initech"]),
        ("?target=globex/api&target=Globex%20Corporation", ["globex/api", "globex"]),
        ("?stack=both&stack=fine&target=acme", ["acme", "globex", "initech", "globex/api"]),
        ("?stack=fine&component=web", ["globex/api", "globex/web"]),
    ],
)
async def test_the_status_is_asked_as_the_command_asks_it(query, targets):
    document = await answered(f"/status{query}")

    assert [each["target"] for each in document["targets"]] == targets


async def test_a_tier_that_no_vendor_has_is_no_empty_answer():
    answer = await ask("/api/v1/status?tier=low", app_of(stacks=STACKS))

    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "no vendor asked about has the tier low",
    )


def test_one_page_is_read_once_for_all_of_its_targets():
    with small_store() as store:
        stack = stack_status(store, {}, "x", (Target("globex"), Target("globex", "api")), NOW)

    assert [status.why_unknown for status in stack.statuses] == ["it is not watched"] * 2


# feeds


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        page = add_page(opened)
        parts = (component(), component("web", "Web"))
        both = incident("i1", component_ids=("api", "web"), title="Both")
        alone = incident("i2", component_ids=("web",), title="Web alone")
        worst = impact(NOW - HOUR, level=Level.MAJOR_OUTAGE)
        save(
            opened, page, evidence(NOW, components=parts, incidents=(both, alone), impacts=(worst,))
        )
        save(opened, page, observed(NOW, api=Level.OPERATIONAL, web=Level.OPERATIONAL))
        yield opened


async def feed(store: Store, name: str, *targets: Target):
    world = Watched(
        store=store,
        vendors=lambda: {"acme": ACME},
        clock=lambda: NOW,
        stacks=lambda: {"checkout": targets},
    )
    return await ask_feed(feed_routes, world, f"/feeds/stack/{name}.json")


async def test_a_stacks_feed_tells_of_its_components_each_incident_once(store):
    answer = await feed(store, "checkout", Target("acme", "api"), Target("acme", "a*"))
    document = json.loads(answer.content)

    assert document["title"] == "Stack checkout"
    ids = [item["id"] for item in document["items"]]
    assert len(ids) == len(set(ids)) > 0
    titles = [item["title"] for item in document["items"]]
    assert "Acme: Both" in titles
    assert "Acme: Web alone" not in titles


async def test_a_stacks_feed_of_a_whole_vendor_tells_all_of_it(store):
    document = json.loads((await feed(store, "checkout", Target("acme"))).content)

    assert "Acme: Web alone" in [item["title"] for item in document["items"]]


async def test_there_is_no_feed_of_a_stack_that_there_is_not(store):
    assert (await feed(store, "chekout", Target("acme"))).status_code == 404


async def test_a_status_is_of_its_second_and_is_not_made_ahead():
    made, moments = [], iter(NOW + timedelta(seconds=n) for n in range(100))

    class Counting(Desk):
        def body(self, tag, reply):
            made.append(tag)
            return super().body(tag, reply)

    with small_store() as store:
        desk = Counting(store, vendors=VENDORS, clock=lambda: next(moments))
        app = api(desk, version="1.2.3")
        async with asking(app) as client:
            answers = [(await client.get("/api/v1/status")).json()["as_of"] for _ in range(3)]
        desk.refresh()

    assert len(set(answers)) == len(made) == 3
