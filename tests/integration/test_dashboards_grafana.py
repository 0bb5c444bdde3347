"""The dashboards in Grafana's own code: its TypeScript types, its intervals, its tables and words
over real answers."""

import copy
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asking import bars_by_label, frames, one, shown, shown_days
from panels import ROUNDED, YEAR, boards, interpolated, panels, resolved, rounded
from watched import REWRITTEN, VANISHED, reported

from grafana.generate.colours import GREY
from monitor.model import Phase

pytestmark = [pytest.mark.integration, pytest.mark.hours]

NEWEST = "@grafana/schema"
NEWER = {
    "grafana-schema-10": {
        "allowCustomValue",
        "enablePagination",
        "perPage",
        "percentChangeColorMode",
    },
    "grafana-schema-11": {
        "allowCustomValue",
        "enablePagination",
        "perPage",
        "percentChangeColorMode",
    },
    "grafana-schema-12": {"enablePagination"},
}
"""What the schema of an older Grafana, a package of its own, does not know; such a Grafana leaves
it out. docs/grafana.md says what it shows.
"""
PANEL_TYPES = {
    "stat": "Stat", "table": "Table", "timeseries": "TimeSeries", "status-history": "StatusHistory",
    "state-timeline": "StateTimeline",
}  # fmt: skip
LOOSE = """
type Loose<T> = T extends (infer U)[] ? Loose<U>[]
  : T extends string ? `${T}`
  : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;
"""
"""Enumerations as their words, so that plain JSON fits them."""


# ----------------------------------------------------------------------------------------------------------------
# types


def typed(board, schema) -> Iterator[str]:
    """Yield the dashboard, its panels' options, field settings and cells as constants of a schema's
    types."""
    yield f"import type {{ Dashboard }} from '{schema}';"
    yield f"import type {{ TableCellOptions }} from '{schema}';"
    for name in PANEL_TYPES.values():
        path = f"./node_modules/{schema}/dist/esm/raw/composable/{name.lower()}/panelcfg/x/{name}PanelCfg_types.gen"
        yield f"import type * as {name} from '{path}';"
    yield LOOSE
    # What of a mark is the Prometheus data source's own the schema does not know.
    own = {"titleFormat", "textFormat", "useValueForTime", "expr", "step", "target"}
    marks = [
        {key: each[key] for key in each.keys() - own}
        for each in board["annotations"].get("list", [])
    ]
    yield f"export const board: Loose<Dashboard> = {json.dumps({**board, 'annotations': {'list': marks}})};"
    for panel in panels(board):
        kind, number = PANEL_TYPES[panel["type"]], panel["id"]
        options = {**panel["options"]}
        if panel["type"] == "table":
            options.pop(
                "footer", None
            )  # Grafana 10 to 12 read it; 13 reads enablePagination beside it
        yield f"export const options{number}: Loose<{kind}.Options> = {json.dumps(options)};"
        if custom := panel["fieldConfig"]["defaults"].get("custom"):
            yield f"export const field{number}: Loose<{kind}.FieldConfig> = {json.dumps(custom)};"
        cells = [
            p["value"]
            for o in panel["fieldConfig"]["overrides"]
            for p in o["properties"]
            if "cellOptions" in p["id"]
        ]
        yield f"export const cells{number}: Loose<TableCellOptions>[] = {json.dumps(cells)};"


def compiled(folder, made) -> dict[str, str]:
    """Return what the TypeScript compiler complains of in dashboards, {name: (dashboard, schema)},
    asked once for all."""
    for name, (board, schema) in made.items():
        (folder / f"{name}.ts").write_text("\n".join(typed(board, schema)))
    flags = [
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        "nodenext",
        "--moduleResolution",
        "nodenext",
    ]
    files = [f"{name}.ts" for name in made]
    command = [str(folder / "node_modules" / ".bin" / "tsc"), *flags, "--target", "es2022", *files]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    # A complaint begins with its file; lines that belong to it are indented.
    found = [each for each in re.split(r"^(?=\S)", told, flags=re.MULTILINE) if each]
    assert all(each.startswith(tuple(files)) for each in found), told
    return {name: "".join(each for each in found if each.startswith(f"{name}.ts")) for name in made}


def test_they_have_the_types_of_grafanas_schema_and_an_older_one_knows_all_but_a_few_keys(
    grafana_packages,
):
    newest = {uid: (board, NEWEST) for uid, board in boards().items()}
    older = {
        f"{uid} {schema}": (board, schema) for schema in NEWER for uid, board in boards().items()
    }
    known = {
        f"{name} known": (without(board, NEWER[schema]), schema)
        for name, (board, schema) in older.items()
    }
    told = compiled(grafana_packages, newest | older | known)

    assert {name: told[name] for name in (*newest, *known)} == dict.fromkeys((*newest, *known), "")
    for schema, keys in NEWER.items():
        unknown = "".join(told[name] for name, (_, of) in older.items() if of == schema)
        assert set(re.findall(r"and '\"(\w+)\"' does not exist", unknown)) == keys, schema


def without(value, keys):
    """Return the JSON without these keys, at every depth."""
    if isinstance(value, dict):
        return {key: without(each, keys) for key, each in value.items() if key not in keys}
    return [without(each, keys) for each in value] if isinstance(value, list) else value


def test_a_wrong_word_and_an_unknown_key_are_noticed(grafana_packages):
    board = copy.deepcopy(boards()["vendorstatus-vendors"])
    board["panels"][0]["options"]["graphMode"] = "sometimes"
    next(each for each in board["panels"] if each["type"] == "status-history")["options"][
        "perPge"
    ] = 20
    board["timezon"] = "utc"

    complaints = compiled(grafana_packages, {"wrong": (board, NEWEST)})["wrong"]

    assert "sometimes" in complaints
    assert "perPge" in complaints
    assert "timezon" in complaints


def test_our_steps_are_rounded_as_grafana_rounds_them(grafana):
    asked = [limit + offset for limit, _ in ROUNDED for offset in (-1, 0)] + [YEAR]

    assert grafana({"intervals": asked}) == [rounded(milliseconds) for milliseconds in asked]


# -------------------------------------------------------------------------------------------------------
# words and tables


def tables(grafana, prometheus, board, *titles, picked=None):
    """Return, for each panel, its rows as Grafana shows them: {column: text}."""
    values = resolved(board, prometheus, shown(prometheus), picked)
    chosen = [next(panel for panel in panels(board) if panel["title"] == title) for title in titles]
    asked = [
        {"panel": panel, "frames": frames(prometheus, board, panel, values)} for panel in chosen
    ]
    answers = grafana({"panels": asked})
    assert all(len(made) == 1 for made in answers), [
        [each["columns"] for each in made] for made in answers
    ]
    return [
        [dict(zip(made["columns"], row, strict=True)) for row in made["rows"]]
        for (made,) in answers
    ]


def percent(ratio, decimals):
    return "" if ratio is None else f"{ratio * 100:.{decimals}f}%"


def words(level):
    return "unknown" if level is None else level.replace("_", " ")


def test_the_ranking_says_what_the_report_says(grafana, prometheus_of_world, world):
    (rows,) = tables(grafana, prometheus_of_world, boards()["vendorstatus-vendors"], "Ranking")
    report = reported(world)

    assert list(rows[0]) == [
        "Vendor", "Now", "Outage ratio", "Outage days", "Known days", "Major days", "Downtime", "Coverage",
        "Disputed days", "Trend", "Slug",
    ]  # fmt: skip
    assert sorted(row["Slug"] for row in rows) == sorted(report)
    for row in rows:
        told = report[row["Slug"]]
        assert row["Vendor"] == world.vendors[row["Slug"]].name
        assert row["Now"] == (
            "unknown" if row["Slug"] == VANISHED else words(told["current_level"])
        )
        assert row["Outage ratio"] == percent(told["outage_day_ratio"], 1)
        assert int(row["Outage days"]) == told["outage_days"]
        assert int(row["Known days"]) == told["known_days"]
        assert int(row["Major days"]) == told["major_days"]
        assert int(row["Disputed days"]) == told["disputed_days"]
        assert row["Downtime"] == percent(told["downtime_ratio"], 3)
        assert row["Coverage"] == percent(told["coverage_ratio"], 1)
        assert row["Trend"] == f"{len(days_with_a_ratio(prometheus_of_world, told))} points"


def days_with_a_ratio(asked, told):
    """Return the days shown that have an outage ratio: from the page's first known day on there is
    one."""
    first = next(day["date"] for day in told["days"] if day["level"] is not None)
    return [day for day in shown_days(asked) if day >= first]


def test_a_vendors_components_say_what_the_report_says(grafana, prometheus_of_world, world):
    board, report = boards()["vendorstatus-vendor"], reported(world)
    for slug in ("northwind-cloud", "brightwater-logs"):
        (rows,) = tables(
            grafana, prometheus_of_world, board, "Components", picked={"vendor": [slug]}
        )
        told = {part["slug"]: part for part in report[slug]["components"]}

        assert sorted(row["Slug"] for row in rows) == sorted(told)
        for row in rows:
            part = told[row["Slug"]]
            assert row["Component"] == " / ".join(filter(None, (part["group"], part["name"])))
            assert row["Now"] == words(part["current_level"])
            assert row["Critical"] == (
                "yes" if slug == "northwind-cloud" and part["group"] == "EU" else "no"
            )
            assert row["Outage ratio"] == percent(part["outage_day_ratio"], 1)
            assert (int(row["Outage days"]), int(row["Known days"])) == (
                part["outage_days"],
                part["known_days"],
            )
            assert row["Downtime"] == percent(part["downtime_ratio"], 3)
            assert row["Budget left"] == percent(1 - part["downtime_ratio"] / 0.001, 1)


def test_our_figure_stands_beside_the_vendors_own(grafana, prometheus_of_world, world):
    board, report = boards()["vendorstatus-vendor"], reported(world)
    (rows,) = tables(
        grafana,
        prometheus_of_world,
        board,
        "Our figures beside the vendor's own",
        picked={"vendor": ["halcyon-pay"]},
    )
    told = {part["slug"]: part for part in report["halcyon-pay"]["components"]}

    assert sorted(row["Slug"] for row in rows) == sorted(told)
    for row in rows:
        part = told[row["Slug"]]
        assert row["The page prints"] == (percent(part["vendor_reported_uptime"], 2) or "–")
        assert row["By its formula"] == (percent(part["vendor_formula_uptime"], 2) or "–")
        assert row["By your policy"] == percent(1 - part["downtime_ratio"], 3)
    assert {row["Difference"] for row in rows} == {"0.00%", "–"}


def test_the_windows_of_a_vendor_are_told_apart(grafana, prometheus_of_world, world):
    board, report = boards()["vendorstatus-vendor"], reported(world)
    (rows,) = tables(
        grafana, prometheus_of_world, board, "By window", picked={"vendor": ["halcyon-pay"]}
    )
    by_window = {row["Window"]: row for row in rows}

    assert sorted(by_window) == ["30d", "7d", "90d"]
    assert [int(by_window[window]["Known days"]) for window in ("7d", "30d", "90d")] == [7, 30, 90]
    assert int(by_window["90d"]["Outage days"]) == report["halcyon-pay"]["outage_days"]
    assert [by_window[window]["Uptime the page prints"] for window in ("7d", "30d", "90d")] == [
        "–",
        "–",
        "99.87%",
    ]


def test_days_that_vendors_failed_together_are_counted_from_their_bars(
    grafana, prometheus_of_world
):
    board, prometheus = boards()["vendorstatus-compare"], prometheus_of_world
    values = resolved(board, prometheus, shown(prometheus))
    bars = bars_by_label(prometheus, one(board, "Day by day, side by side", "A"), "vendor", values)
    failed = {
        slug: {day for day, level in days.items() if level >= 3} for slug, days in bars.items()
    }
    together = [sum(day in days for days in failed.values()) for day in next(iter(bars.values()))]

    (pairs,) = tables(grafana, prometheus, board, "Failed together with the chosen vendor")

    reference = values["reference"]
    assert {row["Slug"]: int(row["Outage days"]) for row in pairs} == {
        slug: len(days) for slug, days in failed.items()
    }
    assert {row["Slug"]: int(row["Days together"]) for row in pairs} == {
        slug: len(days & failed[reference]) for slug, days in failed.items()
    }
    stats = ("Days two or more failed", "Days all failed", "Most on one day", "Days nobody failed")
    texts = [number(grafana, prometheus, board, title, values) for title in stats]
    assert texts == [
        str(sum(n >= 2 for n in together)),
        "0",
        str(max(together)),
        str(together.count(0)),
    ]
    assert max(together) >= 2, "the simulated vendors never fail together: this proves nothing"


@pytest.mark.parametrize("uid", ["vendorstatus-vendor", "vendorstatus-compare"])
def test_the_days_marked_on_lines_are_those_of_the_bars(prometheus_of_world, uid):
    board, window = boards()[uid], shown(prometheus_of_world)
    values = resolved(board, prometheus_of_world, window)
    title = "Day by day" if uid == "vendorstatus-vendor" else "Day by day, side by side"
    bars = bars_by_label(prometheus_of_world, one(board, title, "A"), "vendor", values)
    failed = [sum(days[day] >= 3 for days in bars.values()) for day in next(iter(bars.values()))]
    least = 1 if uid == "vendorstatus-vendor" else 2

    annotation = board["annotations"]["list"][0]
    start, end = window.aligned(86_400)
    asked = {
        "query": interpolated(annotation["target"]["expr"], values),
        "start": str(start),
        "end": str(end),
        "step": "86400",
    }
    (told,) = prometheus_of_world("query_range", asked)["result"]

    marked = {
        datetime.fromtimestamp(at, UTC).date().isoformat()
        for at, value in told["values"]
        if float(value) >= 1
    }
    assert marked == {
        day for day, count in zip(next(iter(bars.values())), failed, strict=True) if count >= least
    }
    assert marked


def number(grafana, prometheus, board, title, values):
    """Return what a stat panel of one series shows."""
    panel = next(panel for panel in panels(board) if panel["title"] == title)
    (made,) = grafana(
        {"panels": [{"panel": panel, "frames": frames(prometheus, board, panel, values)}]}
    )
    (only,) = made
    return only["rows"][-1][1]


def test_the_top_row_says_what_is_wrong_now(grafana, prometheus_of_world, world):
    board, report = boards()["vendorstatus-vendors"], reported(world)
    values = resolved(board, prometheus_of_world, shown(prometheus_of_world))
    titles = ("Vendors in outage now", "Open incidents", "Worst 90-day outage ratio", "Stale pages")
    told = [number(grafana, prometheus_of_world, board, title, values) for title in titles]

    out = [
        v for slug, v in report.items() if v["current_level"] in ("partial_outage", "major_outage")
    ]
    incidents = sum(len(vendor["open_incidents"]) for vendor in report.values())
    worst = max(v["outage_day_ratio"] for v in report.values() if v["coverage_ratio"] >= 0.9)
    assert out
    assert told == [str(len(out)), str(incidents), percent(worst, 1), "1"]


def test_of_a_monitor_that_is_dead_everything_about_now_is_unknown_and_what_was_known_stays(
    grafana, prometheus_of_world
):
    dead = replace(prometheus_of_world, now=prometheus_of_world.now + timedelta(minutes=40))
    ranking, components = (
        tables(grafana, dead, boards()[f"vendorstatus-{uid}"], title, picked={"vendor": ["halcyon-pay"]} if uid == "vendor" else None)[0]
        for uid, title in (("vendors", "Ranking"), ("vendor", "Components"))
    )  # fmt: skip

    assert {row["Now"] for row in (*ranking, *components)} == {"unknown"}
    assert all(row["Known days"] for row in (*ranking, *components))
    shown_now = {
        f"{uid} / {panel['title']}": told
        for uid in ("vendors", "vendor", "health")
        for panel, told in numbers(grafana, dead, boards()[f"vendorstatus-{uid}"])
    }
    gone = {
        "vendors / Vendors in outage now", "vendors / Open incidents", "vendors / Stale pages", "vendor / Now",
        "vendor / Open incidents", "health / Unreadable pages", "health / Stale pages", "health / Failing polls",
        "health / Unchanged (304)", "health / Scheduler lag", "health / Database", "health / Since days were derived",
        "health / Replicas up",
    }  # fmt: skip
    assert {name: told for name, told in shown_now.items() if name in gone} == {
        name: [["no polls" if name.endswith(("polls", "(304)")) else "unknown", GREY]]
        for name in gone
    }
    assert shown_now["vendor / Last read"][0][0] != "not in 8 days"


def numbers(grafana, prometheus, board):
    """Return (panel, [[text, colour]]) of each panel of large numbers."""
    values = resolved(board, prometheus, shown(prometheus))
    stats = [panel for panel in panels(board) if panel["type"] == "stat"]
    days = 1 if board["uid"] == "vendorstatus-health" else 90
    asked = [
        {"panel": panel, "frames": frames(prometheus, board, panel, values, days)}
        for panel in stats
    ]
    return zip(stats, grafana({"numbers": asked}), strict=True)


def test_what_cannot_be_read_is_listed_with_its_reason_and_since_when(
    grafana, prometheus_of_world, world
):
    unreadable, pages = tables(
        grafana,
        prometheus_of_world,
        boards()["vendorstatus-health"],
        "Unreadable pages, and since when",
        "Pages",
    )
    read = datetime.fromisoformat(reported(world)[VANISHED]["last_success_at"]).astimezone(UTC)

    (row,) = unreadable
    assert (row["Vendor"], row["Reason"]) == ("Tidepool Maps", "timeout")
    assert row["Last read"] == f"{read:%Y-%m-%d %H:%M:%S}"
    assert {page["Slug"]: page["Last poll"] for page in pages} == {
        slug: "failed" if slug == VANISHED else "read" for slug in world.vendors
    }


OPEN = "Open incidents, the newest of each vendor"


def test_what_is_open_is_listed_with_its_title_since_when_and_where_to_read_of_it(
    grafana, prometheus_of_world, world
):
    opened = {
        page.slug: world.store.current(page.id).open_incidents for page in world.store.pages()
    }
    begun = {
        slug: [each for each in listed if each.phase is Phase.OPEN]
        for slug, listed in opened.items()
    }
    told = {
        slug: {(each.title, f"{each.started_at:%Y-%m-%d %H:%M:%S}") for each in listed}
        for slug, listed in begun.items()
        if listed and slug != VANISHED
    }
    (all_of_them,) = tables(grafana, prometheus_of_world, boards()["vendorstatus-health"], OPEN)
    found = {
        slug: {(row["Incident"], row["Since"]) for row in all_of_them if row["Slug"] == slug}
        for slug in told
    }

    assert len(told["northwind-cloud"]) >= 2
    assert found == told
    assert {row["Slug"] for row in all_of_them} == set(told)
    assert all(row["Page"].startswith("https://") for row in all_of_them)
    picked = {"vendor": ["northwind-cloud"]}
    (own,) = tables(
        grafana, prometheus_of_world, boards()["vendorstatus-vendor"], OPEN, picked=picked
    )
    assert {(row["Incident"], row["Since"]) for row in own} == told["northwind-cloud"]


def test_days_that_a_vendor_rewrote_are_counted(grafana, prometheus_of_world):
    board = boards()["vendorstatus-vendor"]
    values = resolved(
        board, prometheus_of_world, shown(prometheus_of_world), {"vendor": [REWRITTEN]}
    )

    assert int(number(grafana, prometheus_of_world, board, "Days revised", values)) >= 1
    # Our own second backfill, and that bars came after impacts, are no vendor's change.
    for vendor in ("northwind-cloud", "halcyon-pay"):
        values = resolved(
            board, prometheus_of_world, shown(prometheus_of_world), {"vendor": [vendor]}
        )
        assert number(grafana, prometheus_of_world, board, "Days revised", values) == "0", vendor


def test_bars_say_their_level_in_words_and_the_words_have_the_right_colours(
    grafana, prometheus_of_world
):
    board = boards()["vendorstatus-vendors"]
    values = resolved(board, prometheus_of_world, shown(prometheus_of_world))
    panel = next(panel for panel in panels(board) if panel["title"] == "Day by day")
    (made,) = grafana(
        {"panels": [{"panel": panel, "frames": frames(prometheus_of_world, board, panel, values)}]}
    )

    assert sorted(frame["columns"][1] for frame in made) == [
        "Ashgrove Identity", "Brightwater Logs", "Halcyon Pay", "Larkspur AI", "Northwind Cloud", "Quillmail", "Tidepool Maps",
    ]  # fmt: skip
    seen = {
        (row[1], colours[1]) for f in made for row, colours in zip(f["rows"], f["colours"], strict=True)
    }  # fmt: skip
    assert seen >= {
        ("operational", "#009E73"),
        ("degraded", "#F0E442"),
        ("major outage", "#D55E00"),
        ("unknown", "#999999"),
    }
    assert {text for text, _ in seen} <= {
        "operational", "maintenance", "degraded", "partial outage", "major outage", "unknown",
    }  # fmt: skip


def test_every_table_comes_out_as_one_table_with_its_columns_in_order(grafana, prometheus_of_world):
    for uid, board in boards().items():
        titles = [panel["title"] for panel in panels(board) if panel["type"] == "table"]
        made = []
        for title in titles:
            vendor = (
                "northwind-cloud" if title == OPEN else "halcyon-pay"
            )  # has something open; prints an uptime
            picked = {"vendor": [vendor]} if uid == "vendorstatus-vendor" else None
            made += tables(grafana, prometheus_of_world, board, title, picked=picked)
        for title, rows in zip(titles, made, strict=True):
            panel = next(panel for panel in panels(board) if panel["title"] == title)
            arranged = next(t for t in panel["transformations"] if t["id"] == "organize")["options"]
            wanted = sorted(arranged["renameByName"], key=arranged["indexByName"].get)
            assert rows, f"{uid}: {title} is empty"
            assert list(rows[0]) == [arranged["renameByName"][field] for field in wanted], (
                f"{uid}: {title}"
            )
