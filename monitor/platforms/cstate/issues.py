"""Issues of a cState page: what each hit, how badly and when. Pure."""

import re
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from monitor.errors import NotJson, Truncated, UnexpectedShape
from monitor.kit.events import Event, expire_stale, phase_at, spans_for
from monitor.kit.fields import Row, keyword, last_segment, maybe_text, row, text, texts
from monitor.kit.protocol import Response
from monitor.kit.responses import read_json
from monitor.kit.sequences import not_among
from monitor.kit.times import instant
from monitor.model import Level

VOCABULARY = {
    "ok": Level.OPERATIONAL,
    "notice": Level.MAINTENANCE,
    "disrupted": Level.PARTIAL_OUTAGE,
    "down": Level.MAJOR_OUTAGE,
}
"""Severities of issues, states of systems and of the page as a whole."""

MISSING = "<no value>"
"""How the site's generator writes what is not there."""

TEXT_LINE = re.compile(r'^([ \t]*"\w+": ?")(.{0,5000})("[ \t]*,?[ \t\r]*)$', re.MULTILINE)
UNESCAPED_CHARACTER = re.compile(r'\\(?!["\\/bfnrtu])|(?<!\\)"')


def read_answer(response: Response) -> Row:
    """Return an answer, with the quotation marks in its texts mended where they break it."""
    try:
        return row(read_json(response), "the answer")
    except (NotJson, Truncated):
        body = TEXT_LINE.sub(_escape_value, response.text)
        if body == response.text:
            raise
    mended_response = replace(response, body=body.encode(), text_encoding="utf-8")
    return row(read_json(mended_response), "the answer")


def _escape_value(line: re.Match[str]) -> str:
    return line[1] + UNESCAPED_CHARACTER.sub(r"\\\g<0>", line[2]) + line[3]


def read_issue(item: Row, now: datetime) -> Event:
    """Return an issue; an open one that was not changed for long is not rated for ever."""
    link = text(item.get("permalink"), "issue.permalink")
    key = last_segment(link) or link
    where = f"issue {key[:60]}"
    start = _time(item.get("createdAt"), f"{where}.createdAt")
    end = _end(item, start, where)
    severity = keyword(item.get("severity") or MISSING, f"{where}.severity")
    level = VOCABULARY.get(severity)
    informs = _is_true(item.get("informational"))
    systems = texts(item.get("affected"), f"{where}.affected")
    spans = () if informs else spans_for(systems, level, start, end, word=severity)
    is_bad = not informs and level not in {Level.OPERATIONAL, Level.MAINTENANCE}
    event = Event(
        id=key,
        title=text(item.get("title"), f"{where}.title"),
        phase=phase_at(start, end, now),
        start=start,
        end=end,
        status=_status(item, end),
        impact=severity,
        url=link if link.startswith("http") else None,
        maintenance=level is Level.MAINTENANCE,
        component_ids=tuple(systems),
        spans=spans,
        unattributed=is_bad and not spans,
        unknown_words=(severity,) if is_bad and level is None else (),
    )
    return expire_stale(event, _changed_at(item, start), now)


def _status(item: Row, end: datetime | None) -> str:
    if _is_true(item.get("informational")):
        return "informational"
    return "unresolved" if end is None else "resolved"


def _end(item: Row, start: datetime, where: str) -> datetime | None:
    """Return when an issue ended; None = it goes on. An informational one is of an instant."""
    if _is_true(item.get("informational")):
        return start
    if not _is_true(item.get("resolved")):
        return None
    resolved_at = maybe_text(item.get("resolvedAt"))
    if resolved_at in {None, MISSING}:
        return _changed_at(item, start)
    return _time(resolved_at, f"{where}.resolvedAt", _zone(item))


def _changed_at(item: Row, start: datetime) -> datetime:
    """Return when an issue was last changed; sites that do not know it give its beginning or the
    year 1.
    """
    try:
        return max(start, _time(item.get("lastMod"), "issue.lastMod"))
    except UnexpectedShape:
        return start


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _time(value: object, where: str, zone: tzinfo = UTC) -> datetime:
    """Return a time as Go writes it, or as people do without an offset."""
    day, *rest = (maybe_text(value) or "?").split()
    clock = "".join(not_among(rest[:2], {"UTC"}))
    return instant(f"{day} {clock}".strip(), where, zone)


def _zone(item: Row) -> tzinfo:
    """Return the site's zone, as far as the issue's beginning tells it."""
    offset = re.search(r" ([+-]\d{4})\b", str(item.get("createdAt")))
    try:
        return datetime.strptime(offset[1], "%z").tzinfo or UTC if offset else UTC
    except ValueError:
        return UTC
