"""AWS's dashboard: what its encodings, its two scales of time, its regions and its silences come
to."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import platforms
from monitor.config import parse, warnings
from monitor.errors import NotJson, ParseError, TooLarge, Truncated, UnexpectedShape
from monitor.kit.protocol import Get, PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import aws, probes_for
from monitor.platforms.aws.encoding import MOST_BYTES
from monitor.platforms.aws.regions import region_in
from tests.damage import assert_all_sound, damaged_bytes
from tests.drive import drive

FIXTURES = Path(__file__).parent / "fixtures" / "aws"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URL = "https://health.aws.amazon.com/health/status/"
CURRENT = "https://health.aws.amazon.com/public/currentevents"
ARN = "arn:aws:health:eu-west-1::event/STORE/X/1"


def page(*regions: str, **changes: Any) -> PageContext:
    return PageContext(url=URL, now=NOW, regions=regions or ("eu-west-1",), **changes)


def event(
    status: str = "3", begun: datetime = NOW - timedelta(hours=2), **changes: Any
) -> dict[str, Any]:
    return {
        "date": str(int(begun.timestamp())),
        "arn": ARN,
        "status": status,
        "service": "store-eu-west-1",
        "service_name": "Example Store",
        "summary": "Increased Error Rates",
        "event_log": [
            {
                "timestamp": int(begun.timestamp()),
                "status": int(status),
                "summary": "",
                "message": "",
            }
        ],
    } | changes


def read(
    told: Any,
    context: PageContext | None = None,
    history: Any = None,
    asked: list[str] | None = None,
) -> Evidence:
    """Return the one evidence of a poll that is answered so; bytes are an answer's body."""

    def answer(url: str) -> Response:
        value = told if url == CURRENT else history
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return Response(url=url, status=200 if value is not None else 404, body=body)

    (evidence,) = drive(aws.poll(context or page()), context or page(), answer, asked=asked)
    return evidence


def levels(evidence: Evidence) -> dict[str, Level | None]:
    return {each.component_id: each.level for each in evidence.observed or ()}


def past(name: str = "quiet") -> Any:
    return json.loads(gzip.decompress((FIXTURES / name / "historyevents.json.gz").read_bytes()))


# -------------------------------------------------------------------------------------------------------
# encodings


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode(),
        lambda text: gzip.compress(text.encode()),
        lambda text: gzip.compress(b"\xfe\xff" + text.encode("utf-16-be")),
    ],
    ids=["utf-16-be", "utf-16-le", "utf-8 with mark", "utf-8", "gzip", "gzip of utf-16"],
)
def test_every_encoding_says_the_same(encode) -> None:
    told = [event(summary="東京リージョン: Increased Error Rates")]

    assert read(encode(json.dumps(told, ensure_ascii=False))) == read(told)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (gzip.compress(b"[]")[:-9], Truncated),
        (gzip.compress(json.dumps([event()]).encode())[:60], Truncated),
        (b"\x1f\x8b" + b"nothing of the kind", NotJson),
        (gzip.compress(b" " * (MOST_BYTES + 1)), TooLarge),
        (b"\xfe\xff\x00[\x00", Truncated),
        (b"[" + b"9" * 5000 + b"]", NotJson),
        (b'{"Message": "Internal"}', UnexpectedShape),
        (b'[{"arn": "x"}]', UnexpectedShape),
    ],
    ids=[
        "gzip-end",
        "gzip-cut",
        "no-gzip",
        "gzip-bomb",
        "half-character",
        "digits",
        "no-list",
        "no-event",
    ],
)
def test_a_damaged_answer_is_an_error_with_its_address(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        read(body)

    assert caught.value.url == CURRENT


def test_half_a_character_does_not_get_into_the_database() -> None:
    half = "\ud800"
    table = {half: {"service_name": half, "current": half, "max": "3"}}

    for evidence in (
        read([event(impacted_services=table)]),
        read([event(service=half, service_name=half)]),
    ):
        assert repr(evidence).encode()
        assert (evidence.cursor or "").encode()
        assert all(each.component_id.encode() for each in evidence.impacts)


def test_seconds_and_milliseconds_are_the_same_moment() -> None:
    begun = int(NOW.timestamp()) - 3600
    tables = {
        "impacted_services": {
            "store-eu-west-1": {"service_name": "Example Store", "current": "2", "max": "2"}
        },
    }
    change = {"service": "store-eu-west-1", "previous_status": "0", "current_status": "2"}
    seconds, milliseconds = (
        read(
            [event("2", impacted_service_status_changes=[change | {"timestamp": moment}], **tables)]
        )
        for moment in (begun, begun * 1000)
    )

    assert seconds.impacts == milliseconds.impacts
    assert seconds.impacts[0].start == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    "moment", ["", "soon", None, True, -1, "NaN", 10**30, float("inf"), [], "0", str(10**11)]
)
def test_what_is_no_moment_of_our_time_is_refused(moment: object) -> None:
    with pytest.raises(UnexpectedShape, match=r"^date: expected a (number|time)"):
        read([event(date=moment)])


# ----------------------------------------------------------------------------------------------------
# what it means


def test_an_event_counts_by_its_updates_and_informational_ones_rate_nothing() -> None:
    begun = NOW - timedelta(hours=4)
    log = [
        {"timestamp": int((begun + timedelta(hours=h)).timestamp()), "status": s}
        for h, s in ((2, 3), (0, 1), (1, 2))
    ]

    evidence = read([event("3", begun, event_log=log)])

    assert [(i.level, i.start, i.end) for i in evidence.impacts] == [
        (Level.DEGRADED, begun + timedelta(hours=1), begun + timedelta(hours=2)),
        (Level.MAJOR_OUTAGE, begun + timedelta(hours=2), None),
    ]


def test_a_code_that_no_update_carries_counts_from_the_beginning() -> None:
    begun = NOW - timedelta(hours=2)
    log = [{"timestamp": int(begun.timestamp()), "status": 1}]

    assert [(i.level, i.start) for i in read([event("2", begun, event_log=log)]).impacts] == [
        (Level.DEGRADED, begun)
    ]


def test_an_event_whose_end_is_announced_goes_on_until_then() -> None:
    later = str(int(NOW.timestamp()) + 3600)

    evidence = read([event(end_time=later)])

    assert [(i.phase, i.resolved_at) for i in evidence.incidents] == [(Phase.OPEN, None)]
    assert [i.end for i in evidence.impacts] == [None]
    assert levels(evidence)["store-eu-west-1"] is Level.MAJOR_OUTAGE


def test_an_event_listed_by_a_clock_ahead_of_ours_goes_on() -> None:
    evidence = read([event("3", NOW + timedelta(seconds=40))])

    assert levels(evidence)["store-eu-west-1"] is Level.MAJOR_OUTAGE
    assert [incident.started_at for incident in evidence.incidents] == [NOW]


def test_an_event_listed_under_several_services_counts_once_for_each() -> None:
    begun = NOW - timedelta(days=3)
    ended = {"end_time": str(int(begun.timestamp()) + 600), "service": ""}
    history = {key: [event("3", begun, **ended)] for key in ("store-eu-west-1", "queue-eu-west-1")}
    context = page(open_incidents=frozenset({ARN}))

    evidence = read([], context, history)

    assert len(evidence.incidents) == 1
    assert {(i.component_id, i.start, i.end) for i in evidence.impacts} == {
        (key, begun, begun + timedelta(minutes=10)) for key in history
    }


# --------------------------------------------------------------------------------------------------------
# regions


def test_the_same_answer_is_another_page_for_another_region() -> None:
    told = [
        event(),
        event("2", arn=ARN.replace("eu-west-1", "us-east-2"), service="store-us-east-2"),
    ]

    assert levels(read(told, page("eu-west-1"))) == {
        "eu-west-1": Level.OPERATIONAL,
        "store-eu-west-1": Level.MAJOR_OUTAGE,
    }
    assert levels(read(told, page("us-east-2"))) == {
        "us-east-2": Level.OPERATIONAL,
        "store-us-east-2": Level.DEGRADED,
    }
    assert levels(read(told, page("us-west-2"))) == {"us-west-2": Level.OPERATIONAL}


def test_facts_are_kept_of_every_region_so_that_one_chosen_later_has_its_history() -> None:
    assert read([event()], page("us-west-2")).impacts == read([event()], page("eu-west-1")).impacts


def test_patterns_choose_regions_those_of_later_days_too() -> None:
    told = [event(arn=ARN.replace("eu-west-1", "eu-east-9"), service="store-eu-east-9")]

    found = levels(read(told, page("eu-*")))

    assert found["store-eu-east-9"] is Level.MAJOR_OUTAGE
    assert {"eu-east-9", "eu-west-1", "eu-north-1"} < found.keys()
    assert not any(key.startswith("us-") for key in found)


@pytest.mark.parametrize(
    ("regions", "shown"), [(("eu-west-1",), False), (("eu-west-1", "global"), True)]
)
def test_a_service_without_region_belongs_to_the_region_of_its_event(
    regions: tuple[str, ...], shown: bool
) -> None:
    table = {"edge": {"service_name": "Example Edge", "current": "3", "max": "3"}}
    told = [
        event(
            arn=ARN.replace("eu-west-1", "us-east-1"),
            service="multi-us-east-1",
            impacted_services=table,
        )
    ]

    assert ("edge@us-east-1" in levels(read(told, page(*regions)))) is shown


@pytest.mark.parametrize(
    ("key", "region"),
    [
        ("store-eu-west-1", "eu-west-1"),
        ("acm-pca-us-gov-west-1", "us-gov-west-1"),
        ("mq-us-east-1", "us-east-1"),
        ("eu-west-1", "eu-west-1"),
        ("management-console", "global"),
        ("sqs", "global"),
    ],
)
def test_the_region_is_the_end_of_a_key(key: str, region: str) -> None:
    assert region_in(key) == region


def test_regions_are_read_from_the_settings() -> None:
    text = "vendors: [{slug: cloud, url: 'https://health.aws.amazon.com/health/status', regions: [eu-west-1, 'us-*']}]"

    assert parse(text, "monitor.yaml").vendors[0].regions == ("eu-west-1", "us-*")


def test_a_vendor_without_regions_is_warned_of() -> None:
    missing, chosen = (
        parse(f"vendors: [{{slug: aws{more}}}]", "monitor.yaml")
        for more in ("", ", regions: ['*']")
    )

    assert [w for w in warnings(missing) if "`regions`" in w] != []
    assert [w for w in warnings(chosen) if "`regions`" in w] == []


# -------------------------------------------------------------------------------------------------------
# memory


def test_a_component_stays_after_the_event_that_named_it_left_the_list() -> None:
    first = read([event()])
    ended = event("3", event_log=[{"timestamp": int(NOW.timestamp()) - 60, "status": 0}])
    context = page(cursor=first.cursor, open_incidents=frozenset({ARN}))

    second = read([], context, {"store-eu-west-1": [ended]})

    assert second.components == first.components
    assert levels(second)["store-eu-west-1"] is Level.OPERATIONAL


@pytest.mark.parametrize(
    ("mark", "regions", "conditional"),
    [
        (None, ("eu-west-1",), False),
        ("written by another version", ("eu-west-1",), False),
        ('["2026-05-20", ["eu-west-1"], {}]', ("eu-west-1",), True),
        ('["2026-05-19", ["eu-west-1"], {}]', ("eu-west-1",), False),
        ('["2026-05-20", ["eu-west-2"], {}]', ("eu-west-1",), False),
    ],
)
def test_an_unchanged_answer_stands_on_the_same_day_for_the_same_regions(
    mark: str | None, regions: tuple[str, ...], conditional: bool
) -> None:
    first = next(aws.poll(page(*regions, cursor=mark)))

    assert first == Get(path="/public/currentevents", conditional=conditional)


def test_an_unchanged_answer_says_nothing_new() -> None:
    steps = aws.poll(page())
    next(steps)

    with pytest.raises(StopIteration):
        steps.send(Response(url=CURRENT, status=200, unchanged=True))


def test_a_calm_poll_is_one_request() -> None:
    asked: list[str] = []

    read([event()], page(open_incidents=frozenset({ARN})), asked=asked)

    assert asked == [CURRENT]


def test_a_silent_event_is_rated_again_when_it_speaks() -> None:
    begun = NOW - timedelta(days=60)
    log = [{"timestamp": int(begun.timestamp()), "status": 3}]
    silent = read([event("3", begun, event_log=log)])
    news = [*log, {"timestamp": int(NOW.timestamp()) - 60, "status": 3}]

    assert levels(silent)["store-eu-west-1"] is None
    assert "open for 60 days" in (silent.page.remark or "")
    assert silent.incidents[0].status == "disruption, silent since 2026-03-21"
    assert (
        levels(read([event("3", begun, event_log=news)]))["store-eu-west-1"] is Level.MAJOR_OUTAGE
    )


def test_a_second_copy_of_the_history_is_read_when_the_first_cannot_be() -> None:
    def answer(url: str) -> Response:
        if url == CURRENT:
            return Response(url=url, status=200, body=b"[]")
        ok = url == aws.HISTORY_COPIES[1]
        return Response(url=url, status=200 if ok else 403, body=json.dumps(past()).encode())

    asked: list[str] = []
    (evidence,) = drive(aws.backfill(page(), NOW - timedelta(days=90)), page(), answer, asked=asked)

    assert asked == [CURRENT, *aws.HISTORY_COPIES[:2]]
    assert evidence.gaps == ()
    assert evidence.coverage[0].span.start == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_an_empty_history_is_not_a_year_without_events() -> None:
    def answer(url: str) -> Response:
        return Response(url=url, status=200, body=b"[]" if url == CURRENT else b"{}")

    (evidence,) = drive(aws.backfill(page(), NOW - timedelta(days=90)), page(), answer)

    assert evidence.coverage == ()
    assert [gap.reason for gap in evidence.gaps] == ["unexpected_shape"]


# -------------------------------------------------------------------------------------------------------
# detection


def test_only_the_dashboards_own_host_is_probed() -> None:
    assert probes_for(URL) == (Get(path="/public/currentevents"),)
    assert probes_for("https://status.example.com/") == ()


def test_an_article_that_quotes_an_event_is_not_the_dashboard() -> None:
    body = b"<html>we saw arn:aws:health:us-east-1::event/EC2/x today</html>"

    assert {
        signal.kind
        for signal in platforms.signals(
            "aws", Response(url="https://blog.example/", status=200, body=body)
        )
    } == {"ids"}


# ------------------------------------------------------------------------------------------------------------
# fuzz


LIVE = json.loads((FIXTURES / "ongoing" / "currentevents.json").read_bytes().decode("utf-16"))
SILENT = json.loads((FIXTURES / "silent-for-months" / "currentevents.json").read_bytes())
PAST = past() | {
    "link-eu-west-1": json.loads((FIXTURES / "ended-incident" / "currentevents.json").read_bytes())
}


@pytest.mark.slow
@given(
    current=damaged_bytes(LIVE + SILENT, encodings=("utf-8", "utf-16")),
    history=damaged_bytes(PAST),
    regions=st.sampled_from([(), ("eu-west-1",), ("*",), ("me-central-1", "global")]),
    gone=st.booleans(),
)
def test_whatever_comes_is_evidence_or_an_error_of_ours(
    current: bytes, history: bytes, regions: tuple[str, ...], gone: bool
) -> None:
    context = PageContext(
        url=URL, now=NOW, regions=regions, open_incidents=frozenset({ARN} if gone else ())
    )

    def answer(url: str) -> Response:
        return Response(url=url, status=200, body=current if url == CURRENT else history)

    meant = [
        level
        for code, level in aws.LEVELS.items()
        if code.encode() in (current + history).replace(b"\0", b"")
    ]
    for steps in (aws.poll(context), aws.backfill(context, NOW - timedelta(days=90))):
        try:
            found = drive(steps, context, answer)
        except ParseError:
            continue
        assert_all_sound(found, context, [Level.OPERATIONAL, *meant])
    assert isinstance(platforms.signals("aws", answer(CURRENT)), list)
