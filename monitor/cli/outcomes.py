"""What a poll and a backfill came to: facts for a program, and lines for people."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from exporters.wording import level_key, level_title, percent
from monitor.answers import Standing
from monitor.cli.rows import Facts, utc
from monitor.collect import BackfillResult, PollResult
from monitor.errors import PageError
from monitor.plain import count_of
from monitor.ratios import WindowFigures
from monitor.store import PageRecord


def error_facts(error: PageError | None) -> dict[str, Any]:
    """Return why a page could not be read; all None where it was."""
    if error is None:
        return {"reason": None, "error": None, "error_url": None, "remedy": None}
    return {
        "reason": error.reason,
        "error": error.message,
        "error_url": error.url or None,
        "remedy": error.remedy or None,
    }


def unread(error: PageError) -> str:
    """Return why a page was not read, and what to do, in a sentence for people."""
    remedy = error.remedy and f". {error.remedy[:1].upper()}{error.remedy[1:]}"
    return f"not read ({error.message}), state unknown{remedy}"


def poll_facts(result: PollResult, page: PageRecord, standing: Standing) -> Facts:
    """Return what a poll came to."""
    incidents = standing.incidents
    return {
        "vendor": result.slug,
        "page": page.url,
        "platform": page.platform,
        "zone": page.zone_name,
        "outcome": result.outcome,
        "current_level": None if result.error else level_key(standing.level),
        "open_incidents": None if result.error or incidents is None else len(incidents),
        "read_at": utc(page.last_success_at),
        "remark": page.remark or None,
        **error_facts(result.error),
    }


def poll_line(result: PollResult, page: PageRecord, standing: Standing | None = None) -> str:
    """Return what a poll came to, in a line for people."""
    if result.error is not None:
        return f"{result.slug}: {unread(result.error)}"
    level = "" if standing is None else f", {level_title(standing.level)}"
    remark = f"; {page.remark}" if page.remark else ""
    where = f"({page.platform}, days in {page.zone_name})"
    return f"{result.slug}: {result.outcome}{level} {where}{remark}"


def backfill_facts(
    result: BackfillResult,
    page: PageRecord,
    days: tuple[date, date],
    figures: WindowFigures,
) -> Facts:
    """Return what a backfill of these days, first and last, came to."""
    first, last = days
    return {
        "vendor": result.slug,
        "page": page.url,
        "platform": page.platform,
        "zone": page.zone_name,
        "first": f"{first}",
        "last": f"{last}",
        "days": (last - first).days + 1,
        "known_days": figures.known_days,
        "unknown_days": figures.unknown_days,
        "coverage_ratio": figures.coverage_ratio,
        "requests": result.requests,
        "complete": result.complete,
        "reach": {source: utc(start) for source, start in sorted(result.reach.items())},
        "gaps": [
            {"what": gap.what, "reason": gap.reason, "error": gap.message} for gap in result.gaps
        ],
        **error_facts(result.error),
    }


RESUME = "run the same command again to resume"


def backfill_lines(
    result: BackfillResult, days: tuple[date, date], figures: WindowFigures
) -> Iterator[str]:
    """Yield what a backfill came to, in lines for people."""
    yield (
        f"{result.slug}: {_reach(result)}; {_known_share(days, figures)};"
        f" {count_of(result.requests, 'request')}"
    )
    for gap in result.gaps:
        yield f"  could not read {gap.what}: {gap.message}; {RESUME}"
    if result.error is not None:
        yield f"  stopped: {result.error}; {RESUME}"


def _reach(result: BackfillResult) -> str:
    if result.reach:
        starts = sorted(result.reach.items())
        return "; ".join(f"{source} back to {start:%Y-%m-%d}" for source, start in starts)
    return "failed before anything was read" if result.error else "nothing new to read"


def _known_share(days: tuple[date, date], figures: WindowFigures) -> str:
    length = (days[1] - days[0]).days + 1
    if not figures.known_days:
        return "the day is unknown" if length == 1 else f"all {length} days are unknown"
    unknown = figures.unknown_days
    every = "the day" if length == 1 else f"all {length} days"
    text = f"{unknown} of {length} days unknown" if unknown else f"{every} known"
    return f"{text}, coverage {percent(figures.coverage_ratio)}"
