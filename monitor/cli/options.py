"""Options and arguments that several commands have, and how their texts are read."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import suggested_words
from monitor.errors import ConfigError
from monitor.ratios import POLICIES


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


class ReportForm(StrEnum):
    """How a report is written; the last two are files to send and to print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"


PolicyName = StrEnum("PolicyName", {name.upper(): name for name in POLICIES})  # type: ignore[misc]

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="Settings file (default: the one `monitor check` names).",
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database", metavar="PATH|URL", help="Database, a path or URL; overrides the settings."
    ),
]
CreateOption = Annotated[
    bool, typer.Option("--create", help="Make the file that --database names, if it is missing.")
]
Vendor = Annotated[
    str,
    typer.Argument(help="Vendor: its slug or its name.", autocompletion=suggested_words.vendors),
]
Vendors = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="VENDOR",
        help="Slugs or names; without any, all vendors.",
        autocompletion=suggested_words.vendors,
    ),
]
Page = Annotated[
    str,
    typer.Argument(
        metavar="VENDOR|URL",
        help="Vendor of the catalogue, or address of a status page.",
        autocompletion=suggested_words.pages,
    ),
]
AllowPrivate = Annotated[
    bool,
    typer.Option(
        "--allow-private", help="Allow an address that is not public, for your own pages."
    ),
]
KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="INSTANT",
        help="Use only what was known by then, e.g. 2026-05-06T12:00Z.",
    ),
]
PortOption = Annotated[
    int | None, typer.Option("--port", min=1, max=65_535, help="Port of the web server.")
]
ListenOption = Annotated[
    str | None,
    typer.Option("--listen", metavar="HOST:PORT", help="Where the web server listens."),
]
ReportFormat = Annotated[
    ReportForm | None,
    typer.Option(
        "--format", "-f", help="How to write it (default: by the name of the file, else table)."
    ),
]
ReportOutput = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write it into this file; - is standard output."
    ),
]


def instant(text: str | None) -> datetime | None:
    """Return an ISO 8601 instant; a bare date is its midnight in UTC. None stays None.

    Raises ConfigError for anything else.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is not an ISO 8601 time; write 2026-05-06 or 2026-05-06T12:00:00Z"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day(text: str) -> date:
    """Return an ISO 8601 date. Raises ConfigError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is not a day; write it as 2026-05-22, after the component if there is one"
        ) from error
