"""The landing page, for people: every vendor as it stands."""

from collections.abc import Sequence
from datetime import UTC
from html import escape

from exporters.prometheus import VendorNow
from exporters.wording import level_title
from monitor.plain import visible

_LANDING = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>vendorstatus</title>{discovery}
<style>
body {{
  font: 1rem/1.5 system-ui, sans-serif; color-scheme: light dark;
  margin: 2rem auto; max-width: 60rem; padding: 0 1rem
}}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #8886 }}
</style>
</head>
<body>
<h1>vendorstatus <small>{version}</small></h1>
<p><a href="metrics">metrics</a> &middot; <a href="healthz">health</a>
&middot; <a href="readyz">readiness</a>{api}{feeds}</p>
{vendors}
</body>
</html>
"""
_TABLE = """<table>
<thead><tr>
<th scope="col">Vendor</th><th scope="col">Now</th><th scope="col">Last read</th>
</tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


_DISCOVERY = """
<link rel="alternate" type="application/atom+xml" title="All vendors" href="feeds/all.atom">"""
_FEEDS = (
    ' &middot; <a href="feeds/all.atom">feed</a> &middot; <a href="calendar/all.ics">calendar</a>'
)
_API = ' &middot; <a href="api/docs">API</a>'


def landing_page(
    version: str,
    vendors: Sequence[VendorNow],
    *,
    has_api: bool = False,
    has_feeds: bool = False,
) -> str:
    """Return the page as HTML; texts of vendors are escaped in it."""
    rows = "\n".join(map(_row, vendors))
    table = _TABLE.format(rows=rows) if vendors else "<p>No vendor is configured.</p>"
    api = _API if has_api else ""
    return _LANDING.format(
        version=escape(version),
        vendors=table,
        api=api,
        feeds=_FEEDS if has_feeds else "",
        discovery=_DISCOVERY if has_feeds else "",
    )


def _row(vendor: VendorNow) -> str:
    return (
        f'<tr><td><a href="{escape(vendor.url)}">{escape(visible(vendor.name))}</a></td>'
        f"<td>{escape(level_title(vendor.level))}</td><td>{escape(_last_read(vendor))}</td></tr>"
    )


def _last_read(vendor: VendorNow) -> str:
    if vendor.last_ok is None:
        return "not polled yet"
    read_at = vendor.last_success_at
    words = "never" if read_at is None else f"{read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return words if vendor.last_ok else f"{words}; the last poll failed"
