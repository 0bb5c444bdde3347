"""The ranking: only vendors of which enough is known, and what it leaves out."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from exporters.pages.links import Links
from exporters.pages.navigation import entries
from exporters.pages.ranking_view import is_ranked, places, sentence, unranked
from monitor.ratios import WindowFigures, window_ending

WINDOW = window_ending(date(2026, 5, 22), 90)
LINKS = Links("ranking", published=True)


def record(name, outage_days, *, known=90, covered=1.0):
    """Return what the ranking looks at of a record."""
    figures = WindowFigures(
        window=WINDOW,
        known_days=known,
        outage_days=outage_days,
        unknown_days=90 - known,
        covered_seconds=covered * 7_776_000,
        length_seconds=7_776_000,
    )
    page = SimpleNamespace(slug=name.lower())
    return SimpleNamespace(name=name, page=page, window=WINDOW, figures=figures)


def test_the_fewest_outage_days_come_first_and_equal_shares_have_one_rank():
    own = [record("C", 9), record("b", 3), record("A", 3), record("D", 0, known=89)]

    assert [(place.rank, place.name, place.outage_days) for place in places(own, LINKS)] == [
        (1, "D", 0), (2, "A", 3), (2, "b", 3), (4, "C", 9),
    ]  # fmt: skip


@pytest.mark.parametrize(("covered", "ranked"), [(0.8999, False), (0.9, True), (1.0, True)])
def test_a_rank_takes_nine_tenths_of_the_time(covered, ranked):
    assert is_ranked(record("A", 1, covered=covered)) is ranked


def test_a_vendor_of_which_nothing_is_known_is_never_among_the_best():
    nothing = record("A", None, known=0, covered=0.0)
    never = record("B", None, known=0)
    empty = SimpleNamespace(**{**vars(never), "figures": replace(never.figures, length_seconds=0)})

    assert not list(places([nothing, never, empty], LINKS))
    reasons = [each.reason for each in unranked([nothing, empty], LINKS)]
    assert reasons == [
        "coverage 0 %; 0 of 90 days are known", "coverage unknown; 0 of 90 days are known",
    ]  # fmt: skip


def test_unknown_days_are_said_as_how_far_they_reach():
    (place,) = places([record("A", 3, known=85)], LINKS)

    assert (place.bounds, place.known_days) == ("3 to 8", 85)
    assert place.evidence == "../v/a/90d/2026-05-22/"


def test_the_sentence_counts_those_without_a_rank():
    assert sentence(1, 3) == "1 of 3 vendors has a rank; 2 have none."
    assert sentence(2, 3) == "2 of 3 vendors have a rank; 1 has none."
    assert sentence(1, 1) == "1 of 1 vendor has a rank."
    assert sentence(0, 0) == "No vendor is watched."


def test_only_what_is_published_leads_to_the_ranking():
    published = {each.title for each in entries(LINKS)}
    served = {each.title for each in entries(Links())}

    assert published - served == {"Ranking", "Vendors"}
    assert served - published == {"Now"}
