"""No surface says that a vendor is well where another says that it is not, or that nobody knows."""

from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from store_support import NOW, add_page, component, evidence, impact, incident, observed, poll, save
from surfaces import DAYS, GOING_ON, SLUG, World, asked, better, greener
from surfaces import NOW as NOW_SURFACES
from surfaces.world import SILENT

from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level
from monitor.model import Phase as Told
from monitor.store import Store

MINUTE = timedelta(minutes=1)
PARTS = ("api", "web", "db")
QUICK = settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""An example asks all surfaces; to make a failing one smaller would take minutes."""

levels = st.one_of(st.none(), st.sampled_from(Level))
readings = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["ok", "ok", "unchanged", "failed"]),
        "after": st.integers(1, 25),
        "levels": st.fixed_dictionaries(dict.fromkeys(PARTS, levels)),
    }
)
incidents = st.lists(
    st.fixed_dictionaries(
        {
            "part": st.sampled_from(PARTS),
            "start": st.integers(0, 4 * 24 * 60 - 1),
            "minutes": st.one_of(st.none(), st.integers(1, 2_000)),
            "level": levels,
            "maintenance": st.booleans(),
            "phase": st.sampled_from([Told.OPEN, Told.OPEN, Told.CLOSED, Told.WITHDRAWN]),
        }
    ),
    max_size=3,
)


_STORE = cache(lambda: Store.open("sqlite://"))


@contextmanager
def empty_store():
    """Give a store without a page; it is the same one each time, since making one takes long."""
    store = _STORE()
    for page in store.pages(removed=True):
        store.delete_page(page.id)
    yield store


def world_of(store, polled, told, *, later, exclude, coverage) -> World:
    """Let a page tell of incidents (covered from so many minutes on; None = of none), be polled, and
    be asked about some minutes after the last poll."""
    vendor = VendorConfig(
        slug=SLUG, name="Acme", url="https://acme.example/", exclude=tuple(exclude)
    )
    page = add_page(store, now=NOW)
    if coverage is not None:
        first = NOW - timedelta(days=4)
        impacts = [_impact(number, each) for number, each in enumerate(told)]
        said = evidence(
            NOW,
            components=tuple(component(part, part.title()) for part in PARTS),
            incidents=tuple(map(_incident, told, impacts)),
            impacts=tuple(impacts),
            coverage=(
                Coverage(
                    span=Interval(first + coverage * MINUTE, NOW),
                    aspect=Aspect.IMPACTS,
                ),
            ),
        )
        save(store, page, said)
    at = NOW
    for each in polled:
        at += each["after"] * MINUTE
        if each["outcome"] == "ok":
            save(store, page, observed(at, **each["levels"]))
        error = {"reason": "timeout", "message": "too slow"} if each["outcome"] == "failed" else {}
        store.record_polls([poll(page, at, each["outcome"], **error)])
    return World(store, vendor, at + later * MINUTE)


def _incident(told, impact):
    return incident(
        impact.incident_id,
        started_at=impact.start,
        component_ids=(impact.component_id,),
        maintenance=told["maintenance"],
        phase=told["phase"],
        resolved_at=impact.end if told["phase"] is Told.CLOSED else None,
    )


def _impact(number, told):
    start = NOW - timedelta(days=4) + told["start"] * MINUTE
    end = None if told["minutes"] is None else min(NOW, start + told["minutes"] * MINUTE)
    changes = {"component_id": told["part"], "level": told["level"], "incident_id": f"i{number}"}
    return impact(start, end, **changes)


worlds = {
    "polled": st.lists(readings, max_size=4),
    "told": incidents,
    "later": st.integers(0, 30),
    "exclude": st.sampled_from([(), ("web",)]),
    "coverage": st.one_of(st.none(), st.integers(0, 4 * 24 * 60 - 1)),
}


@pytest.mark.slow
@QUICK
@given(**worlds)
def test_no_surface_is_greener_now_than_another(polled, told, later, exclude, coverage):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        found = asked(NOW_SURFACES, world)
        is_doubtful = world.is_doubtful

    assert not list(greener(found, is_doubtful=is_doubtful))


@pytest.mark.slow
@QUICK
@given(**worlds)
def test_surfaces_that_are_not_stricter_say_the_same_now(polled, told, later, exclude, coverage):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        found = [each for each in asked(NOW_SURFACES, world) if not each.surface.strictness]

    for each in found[1:]:
        common = each.says.keys() & found[0].says.keys()
        assert {key: each.says[key] for key in common} == {
            key: found[0].says[key] for key in common
        }, each.surface.name


@pytest.mark.slow
@QUICK
@given(**worlds)
def test_every_surface_gives_a_day_the_same_level(polled, told, later, exclude, coverage):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        first, *others = asked(DAYS, world)

    assert len(first.says) >= 4
    names_components = any(subject for subject, _ in first.says)
    for other in others:
        for key in other.says.keys() & first.says.keys():
            assert other.says[key] == first.says[key], (other.surface.name, key)
        assert other.says.keys() & first.says.keys() or not names_components


@pytest.mark.parametrize(
    ("one", "other", "is_better"),
    [
        ("operational", None, True),
        ("operational", "degraded", True),
        ("operational", "operational", False),
        ("operational", SILENT, False),
        (None, "operational", False),
        (SILENT, "degraded", True),
        (SILENT, None, False),
        ("degraded", "major_outage", False),
    ],
)
def test_a_surface_that_says_well_where_another_does_not_is_noticed(one, other, is_better):
    assert better(one, other) is is_better


EVERY_PART = dict.fromkeys(PARTS)
WELL = dict.fromkeys(PARTS, Level.OPERATIONAL)
OUT = WELL | {"api": Level.PARTIAL_OUTAGE}


@pytest.mark.parametrize("surface", NOW_SURFACES, ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("levels", "says"),
    [
        (WELL, {"operational", SILENT}),
        (OUT, {"operational", SILENT, "partial_outage"}),
        (EVERY_PART, {None, SILENT}),
    ],
    ids=["well", "out", "unknown"],
)
def test_every_surface_says_how_a_page_is_that_was_just_read(surface, levels, says):
    polled = [{"outcome": "ok", "after": 5, "levels": levels}] * 2
    with empty_store() as store:
        world = world_of(store, polled, [], later=1, exclude=(), coverage=0)
        found = surface.read(world)

    assert found
    assert set(found.values()) <= says
    if levels is OUT:
        assert "partial_outage" in found.values()


@pytest.mark.slow
@QUICK
@given(**worlds)
def test_every_surface_says_the_same_incidents_go_on(polled, told, later, exclude, coverage):
    with empty_store() as store:
        world = world_of(store, polled, told, later=later, exclude=exclude, coverage=coverage)
        if world.page.last_success_at is None and coverage is None:
            return
        first, *others = [(name, read(world)) for name, read in GOING_ON.items()]

    for other in others:
        assert other[1] == first[1], other[0]


@pytest.mark.parametrize("surface", [*NOW_SURFACES, *DAYS], ids=lambda each: each.name)
def test_of_a_page_that_was_never_read_no_surface_says_anything(surface):
    with empty_store() as store:
        world = world_of(store, [], [], later=5, exclude=(), coverage=None)
        says = surface.read(world)

    assert set(says.values()) <= {None, SILENT}
