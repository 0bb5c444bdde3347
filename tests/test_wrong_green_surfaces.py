"""Of every case that other tools get wrong, no surface says that all is well, and none is greener
than another."""

import pytest
from surfaces import DAYS, NOW, asked, better, greener
from surfaces.days import report_json
from surfaces.now import api_standing
from wrong_green_stories import STORIES, played

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.name)
def test_no_surface_is_greener_than_what_is_right(told):
    with played(told) as world:
        standing, report = api_standing(world), report_json(world)
        now, days = asked(NOW, world), asked(DAYS, world)
        is_doubtful = world.is_doubtful

    assert {subject: standing[subject] for subject in told.now} == told.now
    assert {key: report[key] for key in told.days} == told.days
    assert not list(greener(now, is_doubtful=is_doubtful))
    assert not list(greener(days))
    for each in now:
        for subject in told.now.keys() & each.says.keys():
            assert not better(each.says[subject], told.now[subject]), each.surface.name
