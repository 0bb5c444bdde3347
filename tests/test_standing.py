"""Bad needs one witness, good needs coverage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Level
from monitor.standing import DEFAULT_MIN_COVERAGE, Verdict, standing_level, together

OK, MAINTENANCE, DEGRADED, PARTIAL = (
    Level.OPERATIONAL,
    Level.MAINTENANCE,
    Level.DEGRADED,
    Level.PARTIAL_OUTAGE,
)
LEVELS = st.lists(st.sampled_from([None, *Level]), max_size=30)


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ([], None),
        ([None], None),
        ([OK, None], None),
        ([OK] * 9 + [None], OK),
        ([OK] * 8 + [None] * 2, None),
        ([MAINTENANCE] + [OK] * 7 + [None] * 2, None),
        ([MAINTENANCE] + [OK] * 8 + [None], MAINTENANCE),
        ([DEGRADED] + [None] * 291, DEGRADED),
        ([OK] + [None] * 291, None),
    ],
)
def test_what_components_come_to(levels: list[Level | None], level: Level | None) -> None:
    known = sum(1 for each in levels if each is not None)

    assert together(levels) == Verdict(level, known, len(levels))


@given(LEVELS, st.floats(0.01, 1.0))
def test_an_outage_is_never_lost_and_green_always_has_its_share(
    levels: list[Level | None], share: float
) -> None:
    found = together(levels, share)
    known = [level for level in levels if level is not None]

    if any(level > MAINTENANCE for level in known):
        assert found.level == max(known)
    elif found.level is not None:
        assert len(known) >= share * len(levels) - 1e-5
        assert found.level == max(known)


@given(LEVELS)
def test_one_more_unknown_component_never_makes_anything_better_known(
    levels: list[Level | None],
) -> None:
    before, after = together(levels), together([*levels, None])

    assert before.level == after.level or after.level is None


def test_exactly_the_share_is_enough() -> None:
    assert standing_level(OK, share=77_760.0, of=86_400.0, min_coverage=DEFAULT_MIN_COVERAGE) is OK
    assert (
        standing_level(OK, share=77_759.0, of=86_400.0, min_coverage=DEFAULT_MIN_COVERAGE) is None
    )
