"""What an analyst does with the figures of a vendor in the walk first_argument.sh; ends with 1 where
two surfaces differ."""

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

VENDOR = "larkspur-ai"
OPEN_FOR = timedelta(minutes=22)
"""How long an incident of the demo has been going on when it begins."""
SECONDS = ("major_seconds", "partial_seconds", "degraded_seconds", "maintenance_seconds")
COUNTS = {"outage_days": ("partial_outage", "major_outage"), "degraded_days": ("degraded",)}
Sums = Counter[tuple[str, str, str]]
"""What is added up, by month, component ("" = the vendor) and name of the figure."""


def today() -> date:
    return datetime.now(UTC).date()


def fail_unless(holds: bool, said: str) -> None:
    if not holds:
        sys.exit(f"differs: {said}")


def months() -> None:
    """Print the first and the last of the twelve months that end with the latest whole one."""
    last = today().replace(day=1) - timedelta(days=1)
    first = date(last.year - 1, last.month, 1) + timedelta(days=31)
    print(f"{first:%Y-%m} {last:%Y-%m}")


def last_day() -> None:
    print(today().replace(day=1) - timedelta(days=1))


def page(html: str, report: str) -> None:
    text = Path(html).read_text(encoding="utf-8")
    (vendor,) = json.loads(Path(report).read_text(encoding="utf-8"))["vendors"]
    for asking in ("<script", "<link", "<img", "@import", "url(http"):
        fail_unless(asking not in text, f"{html} has {asking}")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    for span in vendor["spans"]:
        fail_unless(span["name"] in words, f"{span['name']} is not in {html}")
        days = f"{span['outage_days']} of {span['known_days']}"
        fail_unless(days in words, f"{days} days of {span['name']} are not in {html}")
    print(f"{len(vendor['spans'])} months are on the page")


def rows(file: str) -> list[dict[str, str]]:
    with Path(file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def worst(days: str) -> None:
    ours = [row for row in rows(days) if not row["component"]]
    print(max(ours, key=lambda row: float(row["major_seconds"] or 0))["day"])


def day(asked: str, days: str, explained: str, reported: str) -> None:
    (table,) = (row for row in rows(days) if row["day"] == asked and not row["component"])
    (told,) = json.loads(Path(explained).read_text(encoding="utf-8"))["days"]
    (vendor,) = (row for row in rows(reported) if not row["component"])
    for name in SECONDS:
        three = (float(table[name]), told[name], float(vendor[name]))
        fail_unless(len(set(three)) == 1, f"{name} of {asked}: {three}")
    fail_unless(float(table["major_seconds"]) > 0, f"{asked} has no major outage")
    print("the same seconds in the table, explain and report")


def added(every: Iterable[Any], value: Callable[[Any, str], Any]) -> Sums:
    """Add up days, whatever they are kept in."""
    sums: Sums = Counter()
    for each in every:
        key = (str(value(each, "day"))[:7], value(each, "component") or "")
        for name in SECONDS:
            sums[*key, name] += float(value(each, name) or 0)
        for name, levels in COUNTS.items():
            sums[*key, name] += value(each, "level") in levels
    return sums


def reported(file: str) -> Sums:
    return Counter(
        {
            (row["span"], row["component"], name): float(row[name] or 0)
            for row in rows(file)
            for name in (*SECONDS, *COUNTS)
        }
    )


def sums(months: str, days: str, parquet: str, settings: str, disputed: str) -> None:
    import pandas as pd

    import monitor.api

    report = reported(months)
    with monitor.api.open(config=settings) as history:
        since = min(span for span, _, _ in report) + "-01"
        window = {"since": since, "until": rows(days)[-1]["day"]}
        asked = [
            *history.days(VENDOR, **window),
            *history.days(VENDOR, monitor.api.ALL, **window),
        ]
        now = begun(history.incidents(VENDOR, days=2))
    frame = pd.read_parquet(parquet).astype(object)
    frame = frame.where(frame.notna(), None)
    found = {
        "csv": added(rows(days), lambda row, name: row[name]),
        "parquet": added(frame.to_dict("records"), lambda row, name: row[name]),
        "the API": added(asked, getattr),
    }
    for surface, other in found.items():
        compared(surface, report, other)
    print(f"{len(report)} sums of 12 months are equal in the report, csv, parquet and the API")
    count = sum(each.disputed for each in asked if each.component is None)
    said = Path(disputed).read_text(encoding="utf-8")
    fail_unless((count == 0) == ("no day is disputed" in said), f"{count} days are disputed")
    happened(asked, now)


def compared(surface: str, report: Sums, other: Sums) -> None:
    for key, value in report.items():
        fail_unless(abs(other[key] - value) < 0.001, f"{key}: {value}, in {surface} {other[key]}")
    fail_unless(sum(other.values()) > 0, f"{surface} has nothing but zeros")
    strange = {key for key, value in other.items() if value} - set(report)
    fail_unless(not strange, f"the report has no {strange}")


def begun(incidents: Iterable[Any]) -> datetime:
    """Return when the demo began, by the incident that goes on in it since then."""
    starts = [each.started_at for each in incidents if "latency of completions" in each.title]
    return max(starts) + OPEN_FOR


def happened(days: Iterable[Any], now: datetime) -> None:
    """Compare the days of components with what the demo's vendor really went through."""
    from monitor.demo import demo_truths

    (truth,) = (each for each in demo_truths(now, days=420) if each.slug == VENDOR)
    count = 0
    for each in days:
        if each.component is not None and each.level is not None:
            count += 1
            true = truth.seconds(each.component_id, each.day, now=now)
            told = tuple(getattr(each, name) for name in SECONDS)
            really = (true.major, true.partial, true.degraded, true.maintenance)
            fail_unless(told == really, f"{each.component} on {each.day}: {told}, but {really}")
    print(f"{count} days of components are what happened")


if __name__ == "__main__":
    command, *words = sys.argv[1:]
    {
        "months": months,
        "last-day": last_day,
        "page": page,
        "worst": worst,
        "day": day,
        "sums": sums,
    }[command](*words)
