"""What a vendor dates ahead of us, on each platform: it is over at the reading that first said
so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Level
from timeline.chance import PLATFORMS, STATELESS, world
from timeline.drive import Plan, ran
from timeline.paper import HOUR
from timeline.world import Report, Telling, Update, World

BEGIN = datetime(2026, 5, 18, tzinfo=UTC)
AHEAD = 9 * HOUR
"""How far what the vendor dates lies ahead of the truth."""


def dated_ahead(platform: str) -> World:
    """Return a world whose one incident goes on from the 5th to the 7th hour, and is dated
    `AHEAD`."""
    given = world(
        1,
        platform,
        off=["posted", "silent", "joined", "removed", "recreated", "another", "elsewhere"],
    )
    part = replace(given.parts[0], begin=datetime(2024, 1, 1, tzinfo=UTC))
    start, end = BEGIN + 5 * HOUR, BEGIN + 7 * HOUR
    first = Update(at=start + AHEAD, status="investigating", states={part.id: Level.MAJOR_OUTAGE})
    last = Update(at=end + AHEAD, status="resolved", states={part.id: Level.OPERATIONAL})
    opened = Telling(
        since=start, title="Trouble", impact="critical", created=first.at, begun=first.at, ended=None,
        updates=(first,), linked=(part.id,),
    )  # fmt: skip
    closed = replace(opened, since=end, ended=last.at, updates=(first, last))
    key = next(report.id for seed in range(99) for report in world(seed, platform).reports)
    return replace(
        given, begin=BEGIN, quiet=BEGIN + 20 * HOUR, end=BEGIN + 40 * HOUR, parts=(part,), truth={part.id: ()}, works={}, ails=(),
        reports=(Report(id=key, kind="dated_ahead", tellings=(opened, closed)),), words={}, skew=timedelta(0),
        zone="Etc/UTC", states=platform not in STATELESS, record=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_is_over_at_an_end_that_lies_ahead_claims_nothing_any_more(
    platform: str,
) -> None:
    """It is read open, and again when it lies half behind us: later nobody may read it."""
    given = dated_ahead(platform)
    at = [BEGIN + hour * HOUR for hour in (*range(7), 15)]
    async with ran(
        given, Plan(interval=HOUR, steps=tuple((each, "poll") for each in at))
    ) as reader:
        facts = reader.store.facts(reader.page.id)
        assert [
            impact for impact in facts.impacts if impact.end is None or impact.end > at[-1]
        ] == []
        assert [claim for claim in facts.open_claims if claim.span.end > at[-1]] == []


@pytest.mark.parametrize(
    "platform", [each for each in PLATFORMS if each != "betterstack"]
)  # there it is a plan
async def test_what_goes_on_is_known_when_it_is_read_though_it_begins_ahead(platform: str) -> None:
    """Else what it claims could not be known to be wrong when its beginning lies behind us."""
    given = dated_ahead(platform)
    at = [BEGIN + hour * HOUR for hour in range(7)]
    async with ran(
        given, Plan(interval=HOUR, steps=tuple((each, "poll") for each in at))
    ) as reader:
        assert [claim.span.start for claim in reader.store.facts(reader.page.id).open_claims] == [
            at[5]
        ]
