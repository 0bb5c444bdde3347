"""Records of vendors as reports: JSON, CSV, Markdown and a table for the terminal.

Each format is written vendor by vendor, so that no more than one record need be in memory.
"""

from exporters.report.csv_form import csv_lines, csv_span_lines
from exporters.report.json_form import head_json, incident_json, json_lines, record_json
from exporters.report.markdown import markdown_lines
from exporters.report.sentences import remarks, sentence
from exporters.report.span_forms import span_markdown, span_parts
from exporters.report.terminal import terminal_parts

__all__ = (
    "csv_lines",
    "csv_span_lines",
    "head_json",
    "incident_json",
    "json_lines",
    "markdown_lines",
    "record_json",
    "remarks",
    "sentence",
    "span_markdown",
    "span_parts",
    "terminal_parts",
)
