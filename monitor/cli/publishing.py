"""`monitor publish`: the pages, feeds, badges and tables as a folder of files."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from exporters import publication
from exporters.pages import Site
from exporters.watched import Watched
from monitor import __version__
from monitor.cli import suggested_words
from monitor.cli.options import ConfigOption, DatabaseOption, instant
from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.extras import install_hint
from monitor.plain import count_of
from monitor.progress import counting
from monitor.runtime import Context, open_context
from monitor.stacks import Stacks, Target
from monitor.terminal import note, say

commands = typer.Typer()

MOST_MONTHS = 120


@commands.command(short_help="Write the pages as a site of files.")
def publish(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files.")],
    vendors: Annotated[
        list[str] | None,
        typer.Option(
            "--vendor",
            help="Only this vendor, as often as needed (default: all).",
            autocompletion=suggested_words.vendors,
        ),
    ] = None,
    months: Annotated[
        int,
        typer.Option(
            "--months", min=1, max=MOST_MONTHS, help="How many months, the present one included."
        ),
    ] = 3,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Where the folder will be, for the feeds."),
    ] = None,
    has_texts: Annotated[
        bool, typer.Option("--with-texts", help="With what vendors wrote about incidents.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="INSTANT", help="The moment that is shown (default: now)."),
    ] = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write pages, feeds, badges and tables as a folder of files for any web server."""
    base_url = _base(base_url)
    with open_context(config, database) as context, context.store.at_one_moment():
        now = _moment(as_of, context.clock())
        chosen = _vendors(context, vendors)
        stacks = _stacks_of(chosen, context.settings.stacks)
        site = _site(context, chosen, stacks, now)
        site.base_url, site.with_texts = base_url, has_texts
        scope = publication.Scope(site=site, now=now, months=months)
        target = publication.Folder.open(folder)
        steps = list(publication.publish(scope, target))
        read_until = scope.read_until()
        with counting("files", len(steps)) as advance:
            for step in steps:
                step()
                advance(f"{target.written:,} written")
    say(
        f"{folder}: {count_of(len(target.files), 'file', ',')} as of {now:%Y-%m-%dT%H:%M:%SZ};"
        f" {target.written:,} written, {target.removed:,} removed"
    )
    if read_until is not None and read_until > now:
        note(
            f"vendors were read until {read_until:%Y-%m-%dT%H:%M:%SZ}, which is later: what was"
            " read since of the days until then is in it too"
        )
    if "parquet" not in [form.value for form in publication.forms()]:
        note(f"no Parquet, which needs one more library (pyarrow): {install_hint('parquet')}")


def _base(text: str | None) -> str | None:
    """Return an address with a slash at its end. Raises ConfigError for what is none."""
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ConfigError(f"{text!r} is no address of a site; write https://example.com/status/")
    return text if text.endswith("/") else f"{text}/"


def _moment(text: str | None, now: datetime) -> datetime:
    """Return the moment that is shown, in whole seconds. Raises ConfigError for one to come."""
    moment = instant(text)
    if moment is None:
        # Rounded up: what was read in this second is not later than what is shown.
        return (now + timedelta(seconds=1)).astimezone(UTC).replace(microsecond=0)
    if moment > now:
        raise ConfigError(f"{text!r} has not come yet; nothing is known of it")
    return moment.astimezone(UTC)


def _vendors(context: Context, words: list[str] | None) -> dict[str, VendorConfig]:
    """Return the vendors that are published. Raises ConfigError for a word that names none."""
    if words:
        context.pages(words)
    slugs = context.slugs(words) if words else sorted(context.vendors)
    return {slug: context.vendors[slug] for slug in slugs if slug not in context.unread}


def _stacks_of(vendors: Mapping[str, VendorConfig], stacks: Stacks) -> Stacks:
    """Return the stacks that need none but these vendors."""
    names = (name for name, targets in stacks.items() if _vendors_of(targets) <= vendors.keys())
    return {name: stacks[name] for name in names}


def _vendors_of(targets: Iterable[Target]) -> set[str]:
    return {target.vendor for target in targets}


def _site(
    context: Context, vendors: Mapping[str, VendorConfig], stacks: Stacks, now: datetime
) -> Site:
    """Return what the pages are made from, all of it as of one moment."""
    watched = Watched(
        store=context.store,
        vendors=lambda: vendors,
        clock=lambda: now,
        stacks=lambda: stacks,
    )
    policy = context.settings.policy
    return Site(watched=watched, version=__version__, policy=lambda: policy, published=True)
