"""What is behind a day, and which days of a span are not quiet, as text, Markdown and JSON. Pure.

Instants are in the page's zone, with its offset, in what people read, and UTC in JSON.
"""

from exporters.explain.document import document
from exporters.explain.forms import Document, markdown_lines, text_lines
from exporters.explain.json_form import account_json, explained_json, overview_json
from exporters.explain.overviews import disputed_document, overview_document

__all__ = (
    "Document",
    "account_json",
    "disputed_document",
    "document",
    "explained_json",
    "markdown_lines",
    "overview_document",
    "overview_json",
    "text_lines",
)
