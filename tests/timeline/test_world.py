"""The clockwork itself: worlds are the same for the same seed, hold every kind of event, and print
what they say."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.chance import PLATFORMS, SWITCHES, world
from timeline.pages import answer
from timeline.paper import HABITS, RARE
from timeline.works import KINDS, WORKS
from timeline.world import ascending

platforms = st.sampled_from(PLATFORMS)
seeds = st.integers(0, 100_000)


@given(seed=seeds, platform=platforms)
@settings(max_examples=25)
def test_the_same_seed_makes_the_same_world(seed: int, platform: str) -> None:
    assert world(seed, platform) == world(seed, platform)


@given(seed=seeds, platform=platforms)
@settings(max_examples=50)
def test_records_are_told_in_order_and_nothing_is_bad_at_the_end(seed: int, platform: str) -> None:
    made = world(seed, platform)

    assert all(ascending(report) for report in made.reports)
    assert all(telling.since < made.end for report in made.reports for telling in report.tellings)
    assert all(span.end <= made.quiet for spans in made.truth.values() for span, _ in spans)
    for spans in made.truth.values():
        assert all(one.end <= two.start for (one, _), (two, _) in pairwise(spans))


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_habit_of_vendors_occurs_unless_it_is_switched_off(platform: str) -> None:
    kinds = {report.kind for seed in range(99) for report in world(seed, platform).reports}
    without = {
        report.kind for seed in range(99) for report in world(seed, platform, off=["late"]).reports
    }

    expected = {*HABITS, *RARE, "merged", *KINDS.get(platform, WORKS)}
    assert kinds == expected
    assert without == expected - {"late"}


def test_everything_else_that_goes_wrong_occurs_too() -> None:
    worlds = [world(seed, "statuspage") for seed in range(80)]

    assert {kind for made in worlds for _, kind in made.ails} == {
        "blocked",
        "empty",
        "failing",
        "another",
    }
    assert any(made.moved for made in worlds)
    assert any(timedelta(0) < abs(made.skew) < timedelta(minutes=2) for made in worlds)
    assert any(abs(world(seed, "instatus").skew) > timedelta(hours=2) for seed in range(80))
    assert any(spans for made in worlds for spans in made.words.values())
    assert any(part.end for made in worlds for part in made.parts)
    assert any(len(part.names) > 1 for made in worlds for part in made.parts)
    assert any(part.begin > made.begin for made in worlds for part in made.parts)


@given(seed=seeds, platform=platforms, share=st.floats(0, 1))
@settings(max_examples=30)
def test_a_page_answers_the_same_at_the_same_instant(
    seed: int, platform: str, share: float
) -> None:
    made = world(seed, platform, off=["blocked", "empty", "failing"])
    now = made.begin + timedelta(seconds=round((made.end - made.begin).total_seconds() * share))
    path = FIRST[platform]

    assert answer(made, path, {}, now) == answer(made, path, {}, now)
    assert json.loads(answer(made, path, {}, now)[2])


FIRST = {
    "statuspage": "/api/v2/summary.json",
    "incidentio": "/proxy/status.acme.example",
    "betterstack": "/index.json",
    "instatus": "/summary.json",
    "slack": "/api/v2.0.0/current",
    "google": "/products.json",
}


def test_an_unknown_switch_is_refused() -> None:
    with pytest.raises(ValueError, match="no such switch"):
        world(1, "statuspage", off=["nonsense"])
    assert len(set(SWITCHES)) == len(SWITCHES)
