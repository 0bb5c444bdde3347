"""Which name was meant by a word that is none; a wrong suggestion is worse than none."""

import pytest

from monitor.config.values import _zones
from monitor.suggestions import (
    did_you_mean,
    keys_named,
    nearest,
    nearest_key,
    nearest_zone,
    same,
    suggest_choice,
)

SLUGS = ["anthropic", "aws", "cloudflare", "github", "openai", "slack", "upcloud"]
REGIONS = ["us-east-1", "us-east-2", "us-west-3", "eu-central-1"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("antropic", "anthropic"),
        ("ANTHROPIK", "anthropic"),
        ("gitub", "github"),
        ("Git Hub", "github"),
        ("asw", "aws"),
        ("cloudf", "cloudflare"),  # the beginning of one name, and nearer to another
        ("op", None),
        ("gcp", None),
        ("xyz", None),
        ("", None),
        ("--", None),
    ],
)
def test_a_name_is_suggested_where_it_is_near(word, meant):
    assert nearest(word, SLUGS) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("us-est-1", "us-east-1"),
        ("US_EAST_2", "us-east-2"),
        ("eu-centrl-1", "eu-central-1"),
        ("us-esat-1", "us-east-1"),
        ("us-east-3", None),
        ("us-west-1", None),
        ("us-east-11", None),
    ],
)
def test_neither_a_digit_nor_a_point_of_the_compass_is_a_slip(word, meant):
    assert nearest(word, REGIONS) == meant


def test_a_name_means_the_same_in_any_case_and_with_any_marks():
    names = ["Claude API", "claude-api", "Console"]
    assert same("CLAUDE_API", names) == ["Claude API", "claude-api"]
    assert same("claude-api", names) == ["claude-api"]
    assert same("console", names) == ["Console"]
    assert same("ClaudeAPI", names) == ["Claude API", "claude-api"]
    assert same("claude", names) == []
    assert same("c", ["C", "C++"]) == ["C"]
    assert same("...", ["---", "..."]) == ["..."]
    assert same("...", ["---"]) == []


def test_a_key_goes_before_a_name_and_a_stricter_sight_before_a_looser():
    names = {
        "gemini": ["Google Gemini"],
        "gemini-exchange": ["Gemini"],
        "x": ["Acme"],
        "y": ["acme"],
    }
    assert keys_named("gemini", names) == keys_named("GEMINI", names) == ["gemini"]
    assert keys_named("acme", names) == ["y"]
    assert keys_named("ACME", names) == ["x", "y"]
    assert keys_named("nobody", names) == []


def test_what_has_several_names_is_found_by_each():
    names = {"google-cloud": ["Google Cloud", "gcp"], "github": []}
    assert nearest_key("googel cloud", names) == "google-cloud"
    assert nearest_key("gitub", names) == "github"
    assert nearest_key("nothing", names) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Europe/Belrin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Europ/Berlin", "Europe/Berlin"),
        ("Asia/Berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/NewYork", "America/New_York"),
        ("Los Angelos", "America/Los_Angeles"),
        ("US/Pacfic", "US/Pacific"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_suggested_for_a_place(word, meant):
    assert nearest_zone(word, _zones()) == meant


@pytest.mark.parametrize(
    "word",
    ["EST5", "CEST", "PST", "IST", "OMST", "UTC+1", "GMT+2", "Etc/GMT+15", "America/Indiana", "x"],
)
def test_no_zone_is_suggested_where_an_offset_was_meant(word):
    assert nearest_zone(word, _zones()) is None


def test_no_zone_is_suggested_where_two_as_near_have_other_clocks():
    assert nearest_zone("West", _zones()) is None  # of Australia or of Brazil
    assert nearest_zone("Mountain", _zones()) == "Canada/Mountain"  # or US/Mountain: one clock


def test_the_question_is_empty_without_a_suggestion():
    assert did_you_mean(None) == ""
    assert did_you_mean("github") == "did you mean 'github'?"


@pytest.mark.parametrize(
    ("message", "end"),
    [
        ("'jsn' is not one of 'table', 'json'.", " Did you mean 'json'?"),
        ("'JSON' is not one of 'table', 'json'.", " Did you mean 'json'?"),
        ("'xml' is not one of 'table', 'json'.", ""),
        ("Input should be greater than or equal to 1", ""),
    ],
)
def test_a_choice_that_is_none_gets_the_one_that_was_meant(message, end):
    assert suggest_choice(message) == message + end
