"""The page itself, whose scripts carry its data, and the feed."""

import json
from html import escape
from typing import Any

from monitor.demo.incidentio.data import impact_data
from monitor.demo.incidentio.page import HEADERS, STATES, Page, iso, status_posts, status_word
from monitor.demo.incidentio.summary import page_summary
from monitor.demo.posts import Answer, Query, newest_first, ok
from monitor.demo.truth import TruthIncident

CHUNK = 700


def _with_undefined(value: Any) -> Any:  # noqa: ANN401
    """Return a value as the page's scripts carry it: what is absent is a text."""
    if isinstance(value, dict):
        return {key: _with_undefined(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_undefined(inner) for inner in value]
    return "$undefined" if value is None else value


def _flight(page: Page) -> str:
    """Return the lines of the page's server-side rendering; the data refers back to the summary."""
    summary = _with_undefined(page_summary(page))
    for slot in summary["structure"]["items"]:
        for key in ("component", "group", "sub_page"):
            slot.setdefault(key, "$undefined")
    data = _with_undefined(impact_data(page, *page.span))
    for impact in data["component_impacts"]:
        impact.setdefault("end_at", "$undefined")
    initial = {"isoDate": iso(page.now), "locale": "en-US", "zone": "UTC"}
    lines = {
        "1": "$Sreact.fragment",
        "5": [False, ["$", "$L1a", None, {"summary": summary}]],
        "1b": ["$", "$L1e", None, {"summary": "$5:1:props:summary", "data": data}],
        "20": [
            "$",
            "$L20",
            None,
            {"slug": page.truth.slug, "initialNow": initial, "summary": "$5:1:props:summary"},
        ],
    }
    text = ""
    for key, line in lines.items():
        text += f"{key}:{json.dumps(line, separators=(',', ':'))}\n"
    return text


def root(page: Page, _query: Query) -> Answer:
    """Answer with the page."""
    flight = _flight(page)
    pushes = ""
    for at in range(0, len(flight), CHUNK):
        pushes += f"<script>self.__next_f.push({_script([1, flight[at : at + CHUNK]])})</script>"
    name = escape(page.truth.name)
    body = (
        f'<!DOCTYPE html><html lang="en" class="h-full"><head><meta charSet="utf-8"/><title>{name}'
        ' Status</title><link rel="preload" as="image"'
        ' href="https://storage.googleapis.com/incident-io-status-page-logos/x"/><link'
        ' rel="alternate" type="application/atom+xml"'
        f' href="{page.truth.url}feed.atom"/></head><body><h1>{name}</h1><a'
        f' href="https://incident.io?utm_source={page.truth.slug}&amp;utm_medium=status-pages">'
        "Powered by</a><script>(self.__next_f=self.__next_f||[]).push([0])</script>"
        f"{pushes}</body></html>"
    )
    return ok(body.encode(), {**HEADERS, "content-type": "text/html; charset=utf-8"})


def _script(value: object) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e")


def feed(page: Page, _query: Query) -> Answer:
    """Answer with the Atom feed."""
    newest = newest_first(page.truth, page.now)
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"  <id>{page.truth.url}</id>\n  <title>{escape(page.truth.name)} - Incident"
        " history</title>\n"
        f"  <updated>{iso(page.truth.changed_at(page.now))}</updated>\n "
        " <generator>incident.io</generator>\n"
        f"{''.join(_entry(page, i) for i in newest)}</feed>\n"
    )
    return ok(body.encode(), {**HEADERS, "content-type": "application/atom+xml; charset=utf-8"})


def _entry(page: Page, incident: TruthIncident) -> str:
    last = status_posts(incident, page.now)[-1]
    rows = ""
    for key in incident.component_ids(page.now):
        state = _title(STATES[incident.level(key, page.now)])
        rows += f"<li>{escape(page.truth.component(key).name)} ({state})</li>"
    status = _title(status_word(last.status))
    summary = (
        f"<b>Status: {status}</b><br/><br/>{last.text}<br/><br/><b>Affected"
        f" components</b><ul>{rows}</ul>"
    )
    return (
        f"  <entry>\n    <id>{page.truth.url}/incidents/{incident.id}</id>\n"
        f"    <title>{escape(incident.title)}</title>\n    <updated>{iso(last.at)}</updated>\n"
        f'    <link href="{page.truth.url}/incidents/{incident.id}"/>\n'
        f"    <summary><![CDATA[{summary}]]></summary>\n  </entry>\n"
    )


def _title(word: str) -> str:
    return word.replace("_", " ").capitalize()
