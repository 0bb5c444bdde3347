"""The command that writes out what vendors answered: the bodies kept for good behind a day."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from monitor.errors import ConfigError
from monitor.plain import json_text
from monitor.runtime import SOME_PAGE_FAILED, ConfigOption, DatabaseOption, open_context
from monitor.store import PageRecord, PinnedBody
from monitor.terminal import say

evidence = typer.Typer()

INDEX = "index.json"
_LONGEST_NAME = 60
_SUFFIXES = {
    "json": ".json",
    "html": ".html",
    "xml": ".xml",
    "csv": ".csv",
    "plain": ".txt",
    "javascript": ".js",
}


@evidence.command("evidence", short_help="Write out what was answered of one day.")
def write_evidence(
    vendor: Annotated[str, typer.Argument(help="Vendor slug.")],
    day: Annotated[
        datetime,
        typer.Argument(metavar="DAY", formats=["%Y-%m-%d"], help="Day in the page's zone."),
    ],
    folder: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write; made when it is missing.")
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that is not empty.")
    ] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write the answers kept as evidence of a vendor's day into a folder, as they were received,
    with an index.

    index.json says of each file what was asked, when it was read, and why it is kept. Exit code 1
    when none is kept.
    """
    with open_context(config, database) as context:
        page = context.pages([vendor])[0]
        found = context.store.pinned(page.id, day.date())
        if not found:
            why = (
                f"no answer of {vendor} is kept of {day.date()}; `storage: evidence` is"
                f" {context.settings.evidence}"
            )
            say(why, err=True)
            raise typer.Exit(SOME_PAGE_FAILED)
        try:
            written = write(page, day.date(), found, folder, force=force)
        except OSError as error:
            raise ConfigError(
                f"cannot write {folder}: {error.strerror or error}; choose another folder"
            ) from error
    say(f"{written} answers of {vendor} on {day.date()} in {folder}")


def write(
    page: PageRecord, day: date, found: Sequence[PinnedBody], folder: Path, *, force: bool
) -> int:
    """Write bodies and their index; return how many. Raises ConfigError for a folder in use,
    OSError from the disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not force and any(folder.iterdir()):
        raise ConfigError(
            f"{folder} is not empty; choose another folder, or --force to write into it"
        )
    names = [file_name(number, body) for number, body in enumerate(found, 1)]
    for name, body in zip(names, found, strict=True):
        _put(folder / name, body.body)
    index = {
        "vendor": page.slug,
        "page": page.url,
        "day": day.isoformat(),
        "zone": page.zone_name,
        "files": [_entry(name, body) for name, body in zip(names, found, strict=True)],
    }
    _put(folder / INDEX, json_text(index, indent=2).encode())
    return len(names)


def _put(path: Path, content: bytes) -> None:
    """Write a file of this name in its folder, never through a link that lies there."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def file_name(number: int, body: PinnedBody) -> str:
    """Return a name of letters, digits, ``.``, ``_`` and ``-`` that begins with a digit, whatever
    the URL is.
    """
    path = urlsplit(body.ref.url).path.strip("/").rsplit("/", 1)[-1]
    stem = (
        re.sub(r"[^A-Za-z0-9_-]+", "-", path.rsplit(".", 1)[0])[:_LONGEST_NAME].strip("-") or "page"
    )
    kind = re.split(r"[/+;\s]+", body.media_type.partition(";")[0].strip().lower())[-1]
    return f"{number:03d}-{stem}-{body.ref.sha256[:12]}{_SUFFIXES.get(kind, '.bin')}"


def _entry(name: str, body: PinnedBody) -> dict[str, Any]:
    return {
        "file": name,
        "url": body.ref.url,
        "status": body.ref.status,
        "read_at": body.ref.read_at.isoformat(),
        "sha256": body.ref.sha256,
        "bytes": body.size_bytes,
        "media_type": body.media_type,
        "why": list(body.why),
    }
