"""What is asked again and again is answered ahead when its page was read, and nothing else is."""

from datetime import timedelta

import pytest
from api_world import NOW, VENDORS, asking, small_store
from store_support import observed, poll, save

from exporters.api import Desk, api
from exporters.api.repeated import LATELY, Question, Repeated
from monitor.errors import StoreError
from monitor.model import Level

PATH = "/api/v1/vendors/globex/components?days=4"


class Makes:
    """A desk, what asks it, and how many answers were made."""

    def __init__(self) -> None:
        self.store, self.now, self.count = small_store(), NOW, 0
        self.desk = Desk(self.store, vendors=VENDORS, clock=lambda: self.now)
        self.app = api(self.desk, version="1")
        keep = self.desk._answers.keep

        def counted(tag, body):
            self.count += 1
            keep(tag, body)

        self.desk._answers.keep = counted

    async def ask(self, *paths: str, later: timedelta = timedelta(0)) -> list:
        self.now += later
        async with asking(self.app) as client:
            return [await client.get(path) for path in paths]

    def read(self, level: Level) -> None:
        page = self.store.pages(["globex"])[0]
        save(self.store, page, observed(self.now, api=level, web=level))
        self.store.record_polls([poll(page, self.now, "ok")])


@pytest.fixture
def makes():
    return Makes()


async def test_after_a_poll_the_answer_is_made_before_it_is_asked_for(makes):
    await makes.ask(PATH, PATH)
    makes.now += timedelta(seconds=10)
    makes.read(Level.DEGRADED)
    makes.desk.refresh()
    before = makes.count
    (answer,) = await makes.ask(PATH)

    assert makes.count == before == 2
    levels = {each["current_level"] for each in answer.json()["components"]}
    assert levels == {"degraded"}


async def test_what_was_asked_once_or_long_ago_is_not_answered_ahead(makes):
    await makes.ask(PATH, PATH, "/api/v1/vendors/globex?days=4")
    makes.read(Level.DEGRADED)
    makes.now += LATELY + timedelta(seconds=1)
    makes.desk.refresh()

    assert makes.count == 2


async def test_what_has_not_changed_is_not_made_again(makes):
    await makes.ask(PATH, PATH)
    for _ in range(3):
        makes.desk.refresh()

    assert makes.count == 1


@pytest.mark.parametrize("error", [StoreError("busy"), LookupError("gone"), ValueError("odd")])
async def test_what_cannot_be_answered_any_more_is_left_to_who_asks_next(makes, error):
    await makes.ask(PATH, PATH)

    def fails(_moment):
        raise error

    for _ in range(2):
        makes.desk._repeated.note(Question("/api/v1/x", "", fails, makes.now))
    makes.desk.refresh()

    assert [each.path for each in makes.desk._repeated.lately(makes.now)] == [
        "/api/v1/vendors/globex/components"
    ]


def test_no_more_questions_are_kept_than_the_last_ones():
    repeated = Repeated()
    for number in range(100):
        for _ in range(2):
            repeated.note(Question(f"/{number}", "", len, NOW))

    kept = repeated.lately(NOW)
    assert [each.path for each in kept] == [f"/{number}" for number in range(68, 100)]
