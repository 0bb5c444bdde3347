"""Worlds in which a law was broken once, each for a reason of its own."""

from collections.abc import Awaitable, Callable

import pytest

from timeline import test_laws

Law = Callable[[str, int], Awaitable[None]]
GREEN: Law = test_laws.test_nothing_is_green_that_was_bad_and_admitted
ENDS: Law = test_laws.test_every_bad_span_ends
ALIKE: Law = test_laws.test_two_readers_differ_only_in_what_they_could_see
AGAIN: Law = test_laws.test_the_same_again_a_rebuild_a_restart_and_a_kill_change_nothing
ORDER: Law = test_laws.test_polls_and_backfill_in_any_order_give_the_same_days
OUTPUTS: Law = test_laws.test_what_is_unknown_is_unknown_in_every_output
CLOCK: Law = test_laws.test_a_clock_of_ours_that_was_wrong_hides_nothing_and_prolongs_nothing


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "platform", "seed"),
    [
        pytest.param(ENDS, "statuspage", 1014, id="a maintenance is left open"),
        pytest.param(
            ENDS, "incidentio", 1039, id="a maintenance is left open on a page that tells impacts"
        ),
        pytest.param(ENDS, "incidentio", 346, id="a maintenance goes on that is dated ahead of us"),
        pytest.param(GREEN, "google", 136, id="an outage is merged into an incident that was over"),
        pytest.param(
            ALIKE, "instatus", 1178, id="what an open incident claims is told in another answer"
        ),
        pytest.param(ALIKE, "instatus", 30269, id="an open claim is told again in two parts"),
        pytest.param(
            ALIKE, "instatus", 2007, id="two readers learn of an open claim at other times"
        ),
        pytest.param(
            AGAIN, "google", 20348, id="a poll without news waits while the next one has some"
        ),
        pytest.param(AGAIN, "incidentio", 348, id="such a poll is the last before a claim is over"),
        pytest.param(
            AGAIN, "instatus", 51388, id="a process is killed long after a poll without news"
        ),
        pytest.param(
            ORDER,
            "betterstack",
            80035,
            id="a milder state is seen last before the day after an outage",
        ),
        pytest.param(
            ORDER,
            "statuspage",
            57315,
            id="a withdrawn incident says that another one's component was well",
        ),
        pytest.param(ORDER, "statuspage", 55107, id="what a bar cannot show is taken off the list"),
        pytest.param(ALIKE, "google", 20253, id="a state is seen on a day or only before it"),
        pytest.param(
            ALIKE,
            "google",
            50637,
            id="the last sight of a state is explained for one who looks less often",
        ),
        pytest.param(
            ALIKE, "betterstack", 50037, id="a claim goes on over a day whose sum says more"
        ),
        pytest.param(
            ALIKE,
            "incidentio",
            102061,
            id="a refuted claim ends a minute ahead of the reading that said so",
        ),
        pytest.param(
            ALIKE, "statuspage", 101333, id="an incident is off the page that one reader saw closed"
        ),
        pytest.param(
            ALIKE, "betterstack", 57669, id="a state is seen last long before the next poll"
        ),
        pytest.param(
            ALIKE, "google", 20349, id="an incident is rated before a post says how bad it is"
        ),
        pytest.param(
            GREEN, "incidentio", 20792, id="another page is read before the vendor's own ever was"
        ),
        pytest.param(OUTPUTS, "incidentio", 20990, id="a page is never read"),
        pytest.param(
            ALIKE, "instatus", 509, id="a reader sees a claim refuted twice just before it is over"
        ),
        pytest.param(ALIKE, "instatus", 173, id="a reader is told of a claim in a single poll"),
        pytest.param(ALIKE, "incidentio", 781, id="a reader refutes a claim on a later day"),
        pytest.param(
            ALIKE, "incidentio", 51037, id="an incident is over whose end is dated ahead of us"
        ),
        pytest.param(
            ALIKE,
            "incidentio",
            52045,
            id="such an incident is read when its end lies between two polls",
        ),
        pytest.param(ALIKE, "slack", 1525, id="a reader comes when an incident is off the page"),
        pytest.param(
            ALIKE, "slack", 1141, id="an incident is rated though no post says how bad it is"
        ),
        pytest.param(
            CLOCK, "instatus", 461, id="an incident is left open while our clock is wrong"
        ),
        pytest.param(
            CLOCK, "incidentio", 1071, id="an outage is seen last before our clock is set back"
        ),
        pytest.param(
            CLOCK,
            "google",
            70,
            id="an outage is set aside with our clock's time and then withdrawn",
        ),
        pytest.param(GREEN, "statuspage", 50304, id="an outage is dated ahead of us and left open"),
        pytest.param(
            GREEN,
            "incidentio",
            50408,
            id="such an outage is told by impacts that begin when they are read",
        ),
        pytest.param(CLOCK, "incidentio", 54255, id="such an outage changes on another day"),
        pytest.param(
            CLOCK, "instatus", 71167, id="what goes on is told in another list than what is over"
        ),
        pytest.param(
            ALIKE, "instatus", 71357, id="a maintenance that goes on is told in such a list"
        ),
        pytest.param(
            CLOCK,
            "statuspage",
            52903,
            id="an outage is read while our clock is behind and left open",
        ),
        pytest.param(
            GREEN, "statuspage", 111, id="a bar denies the outage that explains a milder state"
        ),
        pytest.param(GREEN, "betterstack", 2024, id="a bar denies it in another zone"),
    ],
)
async def test_a_world_in_which_a_law_was_broken_once(law: Law, platform: str, seed: int) -> None:
    await law(platform, seed)
