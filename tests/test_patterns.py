"""Names that a user chooses by patterns."""

import pytest

from monitor.kit.patterns import match_any, unmatched_patterns


@pytest.mark.parametrize(
    ("names", "patterns", "expected"),
    [
        (["eu-west-1"], ["us-*", "EU-*"], True),
        (["Europe", "EU"], ["eu"], True),
        (["eu-west-1"], ["eu"], False),
        ([], ["*"], False),
        (["eu"], [], False),
    ],
)
def test_one_of_the_names_matches_one_of_the_patterns(
    names: list[str], patterns: list[str], expected: bool
) -> None:
    assert match_any(names, patterns) is expected


def test_the_patterns_that_match_nothing_are_named() -> None:
    assert unmatched_patterns(["EU-*", "mars-1", "us-1"], ["eu-west", "us-1"]) == ["mars-1"]
