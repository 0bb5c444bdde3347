"""`monitor evidence`: the bodies kept for good behind a day, written out."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from monitor.cli.asked_days import Subject
from monitor.cli.options import ConfigOption, DatabaseOption, Vendor
from monitor.errors import ConfigError
from monitor.fetch import replace_file
from monitor.plain import count_of, json_text
from monitor.running import SOME_PAGE_FAILED
from monitor.runtime import open_context
from monitor.store import PageRecord, PinnedBody
from monitor.terminal import say

commands = typer.Typer()

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


@commands.command("evidence", short_help="Write out the answers kept for a day.")
def write_evidence(
    vendor: Vendor,
    day: Annotated[
        str,
        typer.Argument(
            metavar="DAY", help="Day in the page's zone: 2026-05-22, today, yesterday, latest."
        ),
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
        subject = Subject.of(context, vendor)
        page = subject.page
        asked_day = subject.day(day)
        bodies = [] if asked_day is None else context.store.pinned(page.id, asked_day)
        if asked_day is None or not bodies:
            what = "the latest bad day: there is none" if asked_day is None else f"{asked_day}"
            why = (
                f"no answer of {page.slug} is kept of {what}; `storage: evidence` is"
                f" {context.settings.evidence}"
            )
            say(why, err=True)
            raise typer.Exit(SOME_PAGE_FAILED)
        try:
            write(page, asked_day, bodies, folder, force=force)
        except OSError as error:
            raise ConfigError(
                f"cannot write {folder}: {error.strerror or error}; choose another folder"
            ) from error
    say(f"{count_of(len(bodies), 'answer')} of {page.slug} on {asked_day} in {folder}")


def write(
    page: PageRecord,
    day: date,
    bodies: Sequence[PinnedBody],
    folder: Path,
    *,
    force: bool,
) -> None:
    """Write bodies and their index. Raises ConfigError for a folder in use, OSError from the
    disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not force and any(folder.iterdir()):
        raise ConfigError(
            f"{folder} is not empty; choose another folder, or --force to write into it"
        )
    files = []
    for number, body in enumerate(bodies, 1):
        name = file_name(number, body)
        replace_file(folder / name, body.body)
        files.append(_entry(name, body))
    index = {
        "vendor": page.slug,
        "page": page.url,
        "day": day.isoformat(),
        "zone": page.zone_name,
        "files": files,
    }
    replace_file(folder / INDEX, json_text(index, indent=2).encode())


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
