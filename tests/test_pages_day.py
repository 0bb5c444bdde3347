"""`/v/<vendor>/day/<date>`: what each source said, what was chosen, and what it was before."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from edited_world import ACME, AGAIN, edited_store
from pages_world import fetch, get
from store_support import DAY, HOUR, NOW, add_page, component, evidence, impact, incident, save

from exporters.pages.day_band import band
from exporters.pages.day_scale import Scale
from exporters.pages.incident_accounts import prose
from monitor.answers import DayQuery, explanation
from monitor.intervals import Interval, day_interval
from monitor.model import (
    Aspect,
    Bar,
    Coverage,
    IncidentUpdate,
    Level,
    Observation,
    PostedState,
)
from monitor.store import Store

OUT = NOW - 3 * DAY  # noon on 19 May
EVIL = '<script>alert(1)</script>"\u202e\n' + "x" * 10_000


@pytest.fixture
def store():
    with edited_store() as opened:
        yield opened


def covered_store(**parts):
    """Return a store of which the last days are covered by incidents, with these parts read."""
    store = Store.open("sqlite://")
    page = add_page(store)
    span = Interval(NOW - 6 * DAY, NOW)
    values = {
        "components": (component(), component("web", "Web")),
        "coverage": (Coverage(span=span, aspect=Aspect.IMPACTS),),
    }
    save(store, page, evidence(NOW, **values | parts))
    return store


def explained(store, **asked):
    page = store.pages()[0]
    return explanation(store, page, ACME, DayQuery(day=OUT.date(), now=AGAIN, **asked))


# the page


async def test_the_level_comes_first_with_all_that_the_day_rests_on(store):
    page = await get(store, "/v/acme/day/2026-05-20", ACME, now=AGAIN)

    assert "Wed 20 May 2026: major outage" in page.text
    assert "Acme : Major outage 1 h 00 min 00 s . These are the seconds of Web" in page.text
    assert "The day is UTC, 24 h, 20 May 00:00 UTC to 21 May 00:00 UTC" in page.text
    assert "Coverage 100 %." in page.text
    assert "As of 22 May 14:00 UTC" in page.text
    assert "Bad needs one witness." in page.text
    assert "../../../api/v1/vendors/acme/days/2026-05-20" in page.links


async def test_it_leads_to_the_days_beside_it_that_have_begun(store):
    page = await get(store, "/v/acme/day/2026-05-21", ACME, now=AGAIN)
    today = await get(store, "/v/acme/day/2026-05-22", ACME, now=AGAIN)

    assert [own["href"] for own in page.all("a", rel="prev")] == ["../../../v/acme/day/2026-05-20"]
    assert len(page.all("a", rel="next")) == 1
    assert len(today.all("a", rel="next")) == 0


async def test_the_values_it_had_are_links_that_show_the_day_as_it_was_known(store):
    page = await get(store, "/v/acme/day/2026-05-19", ACME, now=AGAIN)
    switch = [link for link in page.links if "known_at=" in link]
    (current,) = page.all("a", **{"aria-current": "true"})
    first = await get(store, "/v/acme/day/" + switch[0].split("/day/")[1], ACME, now=AGAIN)
    second = await get(store, "/v/acme/day/" + switch[1].split("/day/")[1], ACME, now=AGAIN)

    assert len(switch) == 2
    assert "known_at" not in current["href"]
    assert "until 22 May 13:00 UTC operational; revision 1" in page.text
    assert "partial outage, partial outage 2 h 00 min 00 s; revision 3" in page.text
    assert "Tue 19 May 2026: operational" in first.text
    assert "Partial outage 1 h 00 min 00 s" in second.text
    assert "What was read later is left out." in second.text
    assert [own["href"] for own in second.all("a", **{"aria-current": "true"})] == switch[1:]


@pytest.mark.parametrize(
    "path", ["/v/acme/day/2026-05-20?component=api", "/v/acme/api/day/2026-05-20"]
)
async def test_a_component_has_days_of_its_own(store, path):
    page = await get(store, path, ACME, now=AGAIN)

    assert "Wed 20 May 2026: operational" in page.text
    assert "Acme , API :" in page.text
    assert "the whole day" in page.text
    assert all("component=api" in own["href"] for own in page.all("a", rel="prev"))


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/v/acme/day/2026-05-23", 404, "has not begun"),
        ("/v/acme/day/2026-05-20?component=apx", 404, "no component"),
        ("/v/acme/day/20260520", 400, "is not a day"),
        ("/v/acme/day/2026-05-20?known_at=noon", 400, "2026-05-22T12:00:00Z"),
        ("/v/acmo/day/2026-05-20", 404, "There is no vendor"),
    ],
)
async def test_what_is_no_day_says_why(store, path, status, sentence):
    page = await get(store, path, ACME, now=AGAIN, status=status)

    assert sentence in page.text


async def test_a_vendor_that_was_never_read_has_no_days():
    with Store.open("sqlite://") as empty:
        page = await get(empty, "/v/acme/day/2026-05-20", ACME, status=404)

    assert "has never been read" in page.text


async def test_a_day_that_nobody_spoke_for_is_unknown_and_hatched_nowhere_green(store):
    page = await get(store, "/v/acme/day/2026-05-10", ACME, now=AGAIN)

    assert "Sun 10 May 2026: unknown" in page.text
    assert "Nobody: the day is unknown." in page.text
    assert "No source spoke, so nothing is known: API , Web" in page.text
    assert not page.all("rect", class_="b0")
    assert not page.all("span", class_="sw c0")


async def test_messages_are_told_in_every_version_with_when_we_read_it():
    told = incident(started_at=OUT, url="https://acme.example/i1")
    update = IncidentUpdate(
        incident_id="i1",
        key="u1",
        at=OUT,
        status="identified",
        text="The disk is full.",
        states=(PostedState(component_id="api", level=Level.PARTIAL_OUTAGE),),
    )
    with covered_store(
        incidents=(told,), impacts=(impact(OUT, OUT + HOUR),), updates=(update,)
    ) as store:
        edited = IncidentUpdate(
            incident_id="i1", key="u1", at=OUT, status="identified", text="A disk was slow."
        )
        again = evidence(
            NOW + HOUR,
            incidents=(told,),
            impacts=(impact(OUT, OUT + HOUR),),
            updates=(edited,),
        )
        save(store, store.pages()[0], again)
        page = await get(store, "/v/acme/day/2026-05-19", ACME, now=AGAIN)

    assert "../../../v/acme/incident/i1" in page.links
    assert "https://acme.example/i1" in page.links
    assert "The disk is full." in page.text
    assert "A disk was slow." in page.text
    assert "read so 22 May 12:00 UTC ; edited before 22 May 13:00 UTC" in page.text
    assert "API: partial outage" in page.text
    assert len(page.all("del")) == 1


async def test_what_a_vendor_writes_is_text_and_bounded():
    told = incident(title=EVIL, started_at=OUT, url="javascript:alert(1)", status=EVIL)
    parts = (component("api", EVIL), component("web", "Web"))
    with covered_store(
        components=parts, incidents=(told,), impacts=(impact(OUT, OUT + HOUR),)
    ) as store:
        answer = await fetch(store, "/v/acme/day/2026-05-19", ACME, now=AGAIN)
        page = await get(store, "/v/acme/day/2026-05-19", ACME, now=AGAIN)

    assert "<script" not in answer.text
    assert "javascript:" not in answer.text
    assert "\u202e" not in answer.text
    assert max(map(len, page.words)) < 1_000
    assert len(answer.text) < 30_000


async def test_the_number_of_questions_to_the_database_does_not_grow_with_the_day():
    few, many = [], []
    for asked, number in ((few, 1), (many, 40)):
        names = [f"i{each}" for each in range(number)]
        told = [incident(name, started_at=OUT) for name in names]
        impacts = [impact(OUT, OUT + HOUR, incident_id=name) for name in names]
        with covered_store(incidents=tuple(told), impacts=tuple(impacts)) as store:
            _count(store, asked)
            await get(store, "/v/acme/day/2026-05-19", ACME, now=AGAIN)

    assert len(few) == len(many) <= 50


def _count(store, asked):
    sa.event.listen(store._engine, "before_cursor_execute", lambda *args: asked.append(args[2]))


# the band


def test_a_lane_is_as_wide_as_it_lasted_and_as_high_as_its_level():
    with covered_store(
        incidents=(incident(started_at=OUT),), impacts=(impact(OUT, OUT + 3 * HOUR),)
    ) as store:
        (block,) = band(explained(store)).blocks

    (lane,) = block.lanes
    feet, outage = lane.marks
    assert (feet.classes, feet.x, feet.width, feet.height) == ("b0", "0%", "100%", 3)
    assert (outage.classes, outage.x, outage.width) == ("b3", "50%", "12.5%")
    assert (outage.y, outage.height) == (6, 18)
    assert outage.title == "partial outage 12:00 to 15:00"
    assert lane.label == "API, incidents: partial outage 12:00 to 15:00"
    assert block.counted == "partial outage 3 h 00 min 00 s"


def test_what_no_source_covers_is_hatched_and_an_unknown_word_too():
    span = Interval(OUT, OUT + 2 * DAY)
    bad = impact(OUT + HOUR, OUT + 2 * HOUR, level=None, word="odd")
    with covered_store(
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),),
        incidents=(incident(started_at=OUT),),
        impacts=(bad,),
    ) as store:
        block = band(explained(store, component="api")).blocks[0]

    marks = block.lanes[0].marks
    assert [(each.classes, each.title) for each in marks] == [
        ("b0", ""),
        ("b0", ""),
        ("gap", "not covered 00:00 to 12:00"),
        ("gap", "unknown 13:00 to 14:00"),
    ]


def test_a_record_without_times_is_a_dashed_length_from_the_left():
    own = Bar(
        component_id="api", day=OUT.date(), partial_seconds=10_800, major_seconds=3_600, source="s"
    )
    covers = Coverage(span=day_interval(OUT.date(), UTC), aspect=Aspect.BARS, component_id="api")
    with covered_store(coverage=(covers,), bars=(own,)) as store:
        (block,) = band(explained(store)).blocks

    (lane,) = block.lanes
    assert lane.remark == "major outage 1 h 00 min 00 s, partial outage 3 h 00 min 00 s, no times"
    assert [(each.classes, each.x, each.width) for each in lane.marks] == [
        ("b0", "0%", "100%"),
        ("len b4", "0%", "4.17%"),
        ("len b3", "4.17%", "12.5%"),
    ]


def test_polls_are_a_lane_and_the_time_to_come_is_empty():
    with covered_store() as store:
        seen = (Observation(component_id="api", level=Level.DEGRADED),)
        for minutes in (0, 5, 10):
            read_at = NOW + timedelta(minutes=minutes)
            save(store, store.pages()[0], evidence(read_at, observed=seen))
        own = explanation(
            store,
            store.pages()[0],
            ACME,
            DayQuery(day=NOW.date(), now=NOW + timedelta(minutes=10), component="api"),
        )
    lanes = {lane.source: lane for lane in band(own).blocks[0].lanes}

    assert [each.title for each in lanes["our polls"].marks if each.title] == [
        "not covered 00:00 to 12:00",
        "degraded 12:00 to 12:10",
    ]


def test_components_of_which_all_say_that_all_was_well_are_named_in_a_line():
    with covered_store() as store:
        quiet = band(explained(store))

    assert quiet.blocks == ()
    assert quiet.quiet == ("API", "Web")


@pytest.mark.parametrize(
    ("day", "hours", "local", "utc"),
    [
        (date(2026, 10, 25), 25, "00 02 05 08 11 14 17 20 23", "22 −1d"),
        (date(2026, 3, 29), 23, "00 04 07 10 13 16 19 22", "23 −1d"),
        (date(2026, 5, 19), 24, "00 03 06 09 12 15 18 21", "22 −1d"),
    ],
    ids=["autumn", "spring", "usual"],
)
def test_a_day_has_as_many_hours_as_its_zone_gives_it(day, hours, local, utc):
    zone = ZoneInfo("Europe/Berlin")
    span = day_interval(day, zone)
    scale = Scale(span, zone)

    assert span.seconds == hours * 3600
    assert " ".join(each.text for each in scale.hours()) == local
    assert next(scale.utc_hours()).text == utc
    assert scale.clock(span.end) == "24:00"
    assert scale.x(span.end) == "100%"
    assert scale.width(1) == "0.3%"


def test_utc_labels_say_minutes_and_the_next_day():
    zone = ZoneInfo("Asia/Kolkata")
    west = ZoneInfo("America/Los_Angeles")
    day = date(2026, 5, 19)

    assert next(Scale(day_interval(day, zone), zone).utc_hours()).text == "18:30 −1d"
    assert [each.text for each in Scale(day_interval(day, west), west).utc_hours()][-1] == "04 +1d"


def test_a_long_message_is_cut():
    lines = prose("a\n\n" + "b" * 5_000)

    assert lines[0] == "a"
    assert lines[1].endswith("…")
    assert len("".join(lines)) < 2_010
