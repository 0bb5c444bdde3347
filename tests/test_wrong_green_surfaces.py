"""Of every case that other tools get wrong, no surface says that all is well, and none is greener
than another; what a vendor edited, each tells as it was and as it is."""

import pytest
from surfaces import DAYS, EDITED, GOING_ON, NOW, asked, better, greener
from surfaces.days import report_json
from surfaces.edits import api_changes, counted_days
from surfaces.now import api_standing
from surfaces.world import SILENT
from told_stories import played
from wrong_green_stories import STORIES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.name)
def test_no_surface_is_greener_than_what_is_right(told):
    with played(told) as world:
        standing, report = api_standing(world), report_json(world)
        now, days = asked(NOW, world), asked(DAYS, world)
        edited, was_read = api_changes(world), world.page.last_success_at is not None
        going_on = {name: read(world) for name, read in GOING_ON.items() if was_read}
        is_doubtful = world.is_doubtful

    assert {subject: standing[subject] for subject in told.now} == told.now
    assert {key: report[key] for key in told.days} == told.days
    assert edited == told.edited
    assert going_on == dict.fromkeys(going_on, told.going_on)
    assert not list(greener(now, is_doubtful=is_doubtful))
    assert not list(greener(days))
    for each in now:
        for subject in told.now.keys() & each.says.keys():
            assert not better(each.says[subject], told.now[subject]), each.surface.name


@pytest.mark.parametrize(
    "told", [each for each in STORIES if each.edited], ids=lambda told: told.name
)
def test_every_surface_tells_what_a_day_that_was_edited_was_and_is(told):
    with played(told) as world:
        found = asked(EDITED, world)
        counts = counted_days(world)

    for each in found:
        is_of_components = each.surface.name.endswith("of components")
        right = {key: both for key, both in told.edited.items() if key[0] or not is_of_components}
        assert each.says == right, each.surface.name
    assert set(counts.values()) == {len({day for _, day in told.edited})}


@pytest.mark.parametrize(
    "told", [each for each in STORIES if each.other is not None], ids=lambda told: told.name
)
def test_every_surface_says_the_failure_is_that_of_one_vendor_alone(told):
    with played(told) as world:
        (other,) = world.of_others
        pairs = [(world, told.now), (other, told.other)]
        found = [(asked(NOW, each), each.is_doubtful, right) for each, right in pairs]
        checks = [each.get(f"/vendors/{each.slug}/standing")[0] for each, _ in pairs]

    assert [each["error"] is None for each in checks] == [True, False]
    for answers, is_doubtful, right in found:
        for each in answers:
            may_doubt = {None} if is_doubtful and each.surface.strictness else set()
            says = {subject: each.says[subject] for subject in right.keys() & each.says.keys()}
            assert says
            for subject, word in says.items():
                assert word in {right[subject], SILENT, *may_doubt}, (each.surface.name, subject)
