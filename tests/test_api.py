"""The Python API: answers as plain rows and tables, from a database that is only read."""

import ast
import json
import sqlite3
import sys
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest
from store_support import add_page, component, evidence, impact, incident, observed, save

import monitor
import monitor.api
from exporters.tables import TABLES
from monitor.api.sequence import columns_of
from monitor.api.settings import kept_vendor
from monitor.config import VendorConfig
from monitor.errors import MonitorError
from monitor.intervals import Interval
from monitor.kept_settings import kept_settings
from monitor.model import Aspect, Coverage, IncidentUpdate, Level, Phase
from monitor.overrides import Override
from monitor.store import Store, WatchedPage

NOW = datetime(2026, 5, 20, 16, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIRST_TOLD = NOW - 30 * HOUR
TODAY = NOW.date()


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    """Give a database of two vendors: acme had an outage over its midnight that was told late and one that goes on,
    bolt was never read."""
    for name in ("MONITOR_CONFIG", "MONITOR_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "status.db"
    with Store.open(f"sqlite:///{path}") as store:
        acme = add_page(store, now=FIRST_TOLD, zone="Asia/Tokyo", interval_seconds=300)
        fill(store, acme)
        store.sync_pages([acme_spec(acme), bolt_spec()], now=NOW)
    return path


def acme_spec(page):
    return monitor.store.PageSpec(
        slug="acme", name="Acme", url=page.url, zone="Asia/Tokyo", interval_seconds=300
    )


def bolt_spec():
    return monitor.store.PageSpec(slug="bolt", name="Bolt", url="https://bolt.example/")


def fill(store, page) -> None:
    parts = (component("k1", "The API", group="Core"), component("k2", "Web"))
    since = NOW - timedelta(days=9)

    def covered(until):
        return (Coverage(span=Interval(since, until), aspect=Aspect.IMPACTS),)

    save(store, page, evidence(FIRST_TOLD, components=parts, coverage=covered(FIRST_TOLD)))
    begin = NOW - 50 * HOUR
    late = incident(
        "i1", phase=Phase.CLOSED, started_at=begin, resolved_at=begin + HOUR, component_ids=("k1",)
    )
    update = IncidentUpdate(incident_id="i1", key="u1", at=begin, status="resolved", text="Sorry.")
    still = incident("i2", title="Web down", started_at=NOW - HOUR, component_ids=("k2",))
    save(
        store,
        page,
        evidence(
            NOW,
            incidents=(late, still),
            updates=(update,),
            impacts=(
                impact(begin, begin + HOUR, component_id="k1", incident_id="i1"),
                impact(NOW - HOUR, None, component_id="k2", incident_id="i2"),
            ),
            coverage=covered(NOW),
        ),
    )
    save(store, page, observed(NOW, k1=Level.OPERATIONAL, k2=Level.PARTIAL_OUTAGE))


@pytest.fixture
def history(file):
    with monitor.api.open(file, now=NOW) as opened:
        yield opened


# what is asked


def test_vendors_are_those_of_the_database_whatever_the_settings_name(history) -> None:
    acme, bolt = history.vendors()

    assert (acme.vendor, acme.zone, acme.page) == ("acme", "Asia/Tokyo", "https://acme.example/")
    assert (bolt.vendor, bolt.platform, bolt.last_success_at) == ("bolt", None, None)


def test_components_have_slug_id_and_name(history) -> None:
    api, web = history.components("acme")

    assert (api.component, api.component_id, api.component_name) == ("the-api", "k1", "The API")
    assert (api.component_group, web.component_group, web.removed_at) == ("Core", None, None)


def test_a_record_has_the_figures_of_the_report(history) -> None:
    found = history.record("acme", days=5)

    assert (found.first, found.last) == (date(2026, 5, 17), date(2026, 5, 21))
    assert (found.known_days, found.outage_days, found.outage_day_ratio) == (5, 3, 3 / 5)
    assert found.sentence.startswith("Acme: partial or major outage on 3 of 5 known days (60.0 %)")
    own = history.record("acme", "the-api", days=5)
    assert (own.component, own.outage_days, own.partial_seconds) == ("the-api", 2, 3600)
    assert (own.sentence, own.current_level) == (None, "operational")


def test_of_a_vendor_that_was_never_read_nothing_is_known(history) -> None:
    found, now = history.record("bolt"), history.standing("bolt")

    assert (found.known_days, found.unknown_days) == (0, 90)
    assert found.outage_days is found.outage_day_ratio is found.partial_seconds is None
    assert (now.freshness, now.level, now.open_incidents) == ("never", None, None)


def test_days_are_the_vendors_own_or_one_components_or_each(history) -> None:
    own = history.days("acme", days=5)
    api = history.days("acme", "The API", days=5)
    each = history.days("acme", monitor.api.ALL, days=5)

    assert [day.component for day in own] == [None] * 5
    assert [day.level for day in own][-3:] == ["partial_outage", "operational", "partial_outage"]
    assert {day.component for day in api} == {"the-api"}
    assert {(day.component, day.zone) for day in each} == {
        ("the-api", "Asia/Tokyo"),
        ("web", "Asia/Tokyo"),
    }
    assert {day.vendor for day in history.days(days=1)} == {"acme", "bolt"}
    assert {day.level for day in history.days("bolt", days=2)} == {None}


def test_an_interval_that_goes_on_has_no_end(history) -> None:
    over, still = history.intervals("acme", days=5)

    assert (over.component, over.start, over.end) == ("the-api", NOW - 50 * HOUR, NOW - 49 * HOUR)
    assert (over.incident, over.level, over.precision) == ("i1", "partial_outage", "interval")
    assert (still.component, still.end, still.seconds) == ("web", None, 3600)
    assert [each.component for each in history.intervals("acme", "web")] == ["web"]


def test_incidents_have_their_messages(history) -> None:
    late, still = history.incidents("acme")

    assert [update.text for update in late.updates] == ["Sorry."]
    assert (still.resolved_at, still.duration_seconds, still.updates) == (None, None, ())
    assert [each.incident for each in history.incidents("acme", "web")] == ["i2"]
    assert len(history.incidents("acme", monitor.api.ALL)) == 2


def test_observations_are_what_polls_saw(history) -> None:
    (web,) = history.observations("acme", "web")

    assert (web.level, web.end, web.last_seen_at) == ("partial_outage", None, NOW)


def test_standing_says_how_it_is_now_and_what_is_open(history) -> None:
    now = history.standing("acme")

    assert (now.freshness, now.level, now.as_of) == ("fresh", "partial_outage", NOW)
    assert now.levels == {"the-api": "operational", "web": "partial_outage"}
    assert [each.title for each in now.open_incidents] == ["Web down"]
    assert now.open_maintenances == ()


def test_what_was_known_then_is_answered_by_what_was_learnt_until_then(history) -> None:
    then = FIRST_TOLD + MINUTE
    told = {"as_of": "2026-05-19", "days": 3, "known_at": then}

    assert history.record("acme", **told).outage_days == 0
    assert list(history.intervals("acme", **told)) == list(history.incidents("acme", **told)) == []
    assert {day.level for day in history.days("acme", **told)} == {"operational"}
    local = then.astimezone(timezone(9 * HOUR)).isoformat()
    assert history.record("acme", **told | {"known_at": local}).outage_days == 0
    assert history.record("acme", as_of=date(2026, 5, 19), days=3).outage_days == 2


def test_the_first_day_can_be_named(history) -> None:
    found = history.days("acme", since="2026-05-18", until="yesterday")

    assert [day.day.day for day in found] == [18, 19, 20]


def test_a_policy_weighs_the_downtime(history) -> None:
    usual, strict = (history.record("acme", days=5, policy=p) for p in (None, "strict"))

    assert (usual.policy, strict.policy) == ("statuspage", "strict")
    assert strict.downtime_ratio > usual.downtime_ratio > 0


def test_the_settings_of_a_vendor_count(file, tmp_path) -> None:
    text = "vendors:\n  - {slug: acme, url: 'https://acme.example/', exclude: [web]}\npolicy: any\n"
    (tmp_path / "mine.yaml").write_text(text)
    with monitor.api.open(file, tmp_path / "mine.yaml", now=NOW) as history:
        found = history.record("acme", days=5)
        _, web = history.components("acme")

    assert (found.policy, found.outage_days, web.excluded) == ("any", 2, True)


def test_without_a_settings_file_those_count_by_which_the_database_is_watched(file) -> None:
    kept = {"exclude": ["web"], "min_coverage": 0.5}
    with Store.open(f"sqlite:///{file}") as store:
        (acme, _) = store.pages()
        spec = acme_spec(acme)
        store.sync_pages([replace(spec, settings=kept)], now=NOW, keep_others=True)
    with monitor.api.open(file, now=NOW) as history:
        _, web = history.components("acme")

        assert (web.excluded, history.record("acme", days=5).outage_days) == (True, 2)


def test_what_is_kept_of_a_vendors_settings_is_what_figures_depend_on() -> None:
    decision = Override(
        incident="i*", reason="ours", decided=date(2026, 5, 1), level=Level.DEGRADED, start=NOW
    )
    vendor = VendorConfig(
        slug="acme",
        name="Acme",
        url="https://acme.example/",
        zone="Asia/Tokyo",
        interval_seconds=60,
        include=("a", "b"),
        exclude=("c",),
        min_outage_seconds=30,
        min_coverage=0.5,
        impact_mapping={"minor": Level.PARTIAL_OUTAGE},
        overrides=(decision, Override(incident="x", reason="no", decided=date(2026, 5, 2))),
    )
    kept = json.loads(json.dumps(kept_settings(vendor)))
    page = WatchedPage("acme", "Acme", vendor.url, vendor.zone, 60, None, kept)

    assert kept_vendor(page) == vendor
    usual = VendorConfig(
        slug="acme", name="Acme", url=vendor.url, zone=vendor.zone, interval_seconds=60
    )
    assert kept_vendor(page._replace(settings=None)) == usual


# questions that make no sense


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda h: h.days("acmee"), "NotFound", "acme"),
        (lambda h: h.record("acme", "wbe"), "NotFound", "acme: no component 'wbe'; did you mean"),
        (lambda h: h.days("acme", as_of="2026-06-01"), "BadQuestion", "in the future"),
        (lambda h: h.days("acme", since="2026-05-01", days=3), "BadQuestion", "^since names"),
        (lambda h: h.days("acme", as_of="today", until="today"), "BadQuestion", "until and as_of"),
        (lambda h: h.days("acme", days=0), "BadQuestion", "one day at least"),
        (lambda h: h.days("acme", as_of=NOW), "BadQuestion", "is an instant"),
        (lambda h: h.days("acme", as_of="May"), "BadQuestion", "'May' is not a day"),
        (lambda h: h.days("acme", known_at="2026-05-01T12:00"), "BadQuestion", "has no zone"),
        (lambda h: h.days("acme", known_at="noon"), "BadQuestion", "is no instant"),
        (lambda h: h.record("acme", policy="mild"), "BadQuestion", "statuspage, strict, any, raw"),
    ],
)
def test_a_question_that_makes_no_sense_says_why(history, ask, error, message) -> None:
    with pytest.raises(getattr(monitor.api, error), match=message) as raised:
        ask(history)

    assert isinstance(raised.value, MonitorError)
    assert str(raised.value) == raised.value.args[0]


def test_errors_are_also_those_of_the_language(history) -> None:
    with pytest.raises(LookupError):
        history.days("nobody-at-all")
    with pytest.raises(ValueError, match="policy"):
        history.days("acme", policy="mild")


# only reading


def test_a_database_is_never_written(file) -> None:
    before = file.read_bytes()
    with monitor.api.open(file, now=NOW) as history:
        history.record("acme")
        history.intervals()
        history.incidents()
        history.standing("acme")

    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["status.db"]


def test_a_database_that_is_not_there_is_not_made(file) -> None:
    missing = file.with_name("other.db")
    with pytest.raises(monitor.api.StoreError, match=r"no database at .*monitor backfill"):
        monitor.api.open(missing)

    assert not missing.exists()


@pytest.mark.parametrize(
    ("version", "remedy"), [("9999", "upgrade vendorstatus"), ("0001", "run `monitor report` once")]
)
def test_another_versions_database_is_left_alone(file, version, remedy, monkeypatch) -> None:
    monkeypatch.setattr(monitor.store.schema, "ensure_schema", ENSURE_SCHEMA)
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = ?", [version])
    connection.commit()
    connection.close()
    before = file.read_bytes()

    with pytest.raises(monitor.api.StoreError, match=remedy):
        monitor.api.open(file)
    assert file.read_bytes() == before


ENSURE_SCHEMA = monitor.store.schema.ensure_schema


def test_a_present_without_a_zone_is_refused(file) -> None:
    with pytest.raises(monitor.api.BadQuestion, match="has no zone"):
        monitor.api.open(file, now=datetime(2026, 5, 20))


# rows and tables


@pytest.mark.parametrize(
    ("row", "table"),
    [
        (monitor.api.Day, "days"),
        (monitor.api.Interval, "intervals"),
        (monitor.api.Incident, "incidents"),
        (monitor.api.IncidentUpdate, "incident_updates"),
        (monitor.api.Observation, "observations"),
    ],
)
def test_rows_have_the_names_and_kinds_of_the_exported_tables(row, table) -> None:
    assert list(columns_of(row).items()) == list(TABLES[table].columns.items())


def test_rows_cannot_be_changed_and_are_a_sequence(history) -> None:
    rows = history.days("acme", days=5)

    with pytest.raises(FrozenInstanceError):
        rows[0].level = "operational"
    assert repr(rows) == "<5 rows of Day>"
    assert rows[1:] == rows[1:5]
    assert {rows: 1}[history.days("acme", days=5)] == 1


@pytest.mark.slow  # pandas takes a second to be imported
def test_a_table_of_pandas_has_types_and_leaves_the_unknown_out(history) -> None:
    frame = history.intervals("acme", days=5).to_pandas()

    assert list(frame.columns) == list(TABLES["intervals"].columns)
    assert str(frame.start.dtype) == "datetime64[us, UTC]"
    assert frame.end.isna().tolist() == [False, True]
    assert frame.groupby("component").seconds.sum().to_dict() == {"the-api": 3600, "web": 3600}
    assert len(history.intervals("acme", days=5)[1:].to_pandas()) == 1
    days = history.days("bolt", days=2).to_pandas()
    assert days.level.isna().all()
    assert days.partial_seconds.isna().all()
    assert days.known_components.dtype == "Int64"


@pytest.mark.slow
def test_a_table_without_rows_has_its_columns_all_the_same(history) -> None:
    nothing = history.observations("bolt")

    assert list(nothing.to_pandas().columns) == list(TABLES["observations"].columns)
    assert nothing.to_arrow().schema.field("start").type == pa.timestamp("us", tz="UTC")


def test_a_table_of_arrow_is_what_the_rows_say(history) -> None:
    rows = history.incidents("acme")
    table = rows.to_arrow()

    assert table.column("components").to_pylist() == [["the-api"], ["web"]]
    assert table.column("resolved_at").to_pylist() == [rows[0].resolved_at, None]
    assert "updates" not in table.column_names


@pytest.mark.parametrize(("library", "form"), [("pandas", "to_pandas"), ("pyarrow", "to_arrow")])
def test_a_missing_library_is_named_with_a_remedy(history, monkeypatch, library, form) -> None:
    rows = history.days("acme", days=1)
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(monitor.api.MissingLibrary, match=f"pip install {library}"):
        getattr(rows, form)()


def test_importing_the_package_imports_nothing_of_it() -> None:
    tree = ast.parse(Path(monitor.__file__).read_text())
    imports = [each for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)]

    assert {getattr(each, "module", None) or each.names[0].name for each in imports} == {
        "importlib",
        "types",
    }
    with pytest.raises(AttributeError, match="no attribute 'apy'"):
        monitor.apy  # noqa: B018
