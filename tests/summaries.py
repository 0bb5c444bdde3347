"""What a poll or a backfill said, as the `expected.json` of a case writes it: lists in any order,
and once what several answers repeat."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from monitor.model import Bar, Coverage, Evidence, Impact, Level, Phase, level_word


def poll_summary(evidence: Iterable[Evidence]) -> dict[str, Any]:
    """Return the last states and remark, and the words, open incidents and withdrawals of all."""
    levels: dict[str, str | None] = {}
    remark, words, open_ids, withdrawn = None, set(), set(), set()
    for piece in evidence:
        if piece.observed is not None:
            levels = {one.component_id: word_of(one.level) for one in piece.observed}
        if piece.page is not None:
            remark = piece.page.remark
        words.update(piece.unknown_words)
        withdrawn.update(piece.withdrawn)
        open_ids.update(each.id for each in piece.incidents if each.phase is Phase.OPEN)
    return {
        "levels": levels,
        "unknown_words": distinct(words),
        "open": distinct(open_ids),
        "remark": remark,
        "withdrawn": distinct(withdrawn),
    }


def backfill_summary(evidence: Iterable[Evidence]) -> dict[str, Any]:
    """Return the impacts, bars, spans covered and gaps of all."""
    impacts: list[object] = []
    bars: list[object] = []
    coverage: list[object] = []
    gaps: list[str] = []
    for piece in evidence:
        impacts += map(impact_row, piece.impacts)
        bars += map(bar_row, piece.bars)
        coverage += map(coverage_row, piece.coverage)
        gaps += [gap.what for gap in piece.gaps]
    return {
        "impacts": distinct(impacts),
        "bars": distinct(bars),
        "coverage": distinct(coverage),
        "gaps": distinct(gaps),
    }


def impact_row(impact: Impact) -> list[str | None]:
    return [
        impact.component_id,
        word_of(impact.level),
        stamp(impact.start),
        impact.end and stamp(impact.end),
        str(impact.basis),
        impact.incident_id,
    ]


def bar_row(bar: Bar) -> list[str | int]:
    return [bar.component_id, bar.day.isoformat(), bar.partial_seconds, bar.major_seconds]


def coverage_row(cover: Coverage) -> list[str | None]:
    span = cover.span
    return [cover.component_id, str(cover.aspect), stamp(span.start), stamp(span.end)]


def word_of(level: Level | None) -> str | None:
    return None if level is None else level_word(level)


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return the values in an order of their own, each once."""
    return [json.loads(text) for text in sorted({json.dumps(value) for value in values})]
