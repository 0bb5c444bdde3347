"""`monitor vendors`: the configured vendors, those of the catalogue, and the platforms."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor import config as configuration
from monitor import platforms
from monitor.cli.invocation import to_type
from monitor.cli.options import ConfigOption, DatabaseOption
from monitor.cli.platform_text import as_json, as_row, labelled_lines, title, verification
from monitor.cli.rows import (
    NOTE,
    Facts,
    Shape,
    ShapeOption,
    markdown,
    print_facts,
    print_table,
    utc,
)
from monitor.config import CatalogEntry, Settings, VendorConfig
from monitor.drawing import paragraph
from monitor.errors import ConfigError
from monitor.kit.protocol import About
from monitor.lookups import by_slug, slugs_of
from monitor.own_settings import load_settings
from monitor.runtime import open_store
from monitor.store import PageRecord, places
from monitor.suggestions import did_you_mean, nearest
from monitor.terminal import say, tell
from monitor.watching import Command

commands = typer.Typer()

NEVER = "never"
MOST_TYPED = 5
"""How many vendors are named in a command that is told."""


@commands.command(short_help="List configured and catalogued vendors.")
def vendors(
    search: Annotated[
        str | None,
        typer.Option("--search", "-s", help="Only those with this text in name or address."),
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="Only catalogue vendors of this category.")
    ] = None,
    platform_table: Annotated[
        bool, typer.Option("--platforms", help="List the platforms, and what each can tell.")
    ] = False,
    form: ShapeOption = Shape.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """List the configured vendors, or the catalogue's (--search, --category), or the platforms
    (--platforms).
    """
    if platform_table:
        _print_platforms((search or "").casefold(), form)
    elif search is not None or category is not None:
        _print_catalogue(
            _catalogue_entries((search or "").casefold(), category), form, search or ""
        )
    else:
        _print_configured(config, database, form)


def _print_configured(config: Path | None, database: str | None, form: Shape) -> None:
    settings = load_settings(config, database)
    vendors = by_slug(settings.vendors)
    pages = _stored_pages(settings, is_named=database is not None)
    facts = [_vendor_facts(vendors[slug], pages.get(slug)) for slug in sorted(vendors)]
    if form is not Shape.TABLE:
        print_facts(facts, form)
        return
    rows = [_vendor_row(vendors[slug], pages.get(slug)) for slug in sorted(vendors)]
    say(f"configured in {settings.source}:")
    print_table(rows)
    for name in sorted({row["platform"] for row in rows}):
        if note := platforms.caveat(name):
            tell("", f"{name}: {note}")
    catalogue = slugs_of(configuration.catalog())
    others = len(catalogue) - len(vendors.keys() & catalogue)
    say("", f"{others} more in the catalogue: {to_type('vendors', '--search')} NAME")
    say(f"next: {_next_step(rows, config, database)}")


def _next_step(rows: Sequence[Mapping[str, str]], config: Path | None, database: str | None) -> str:
    """Return what to type next: reading those that were never read, else asking about all."""
    unread = [row["vendor"] for row in rows if row["last read"] == NEVER]
    if not unread:
        return to_type("report", config=config, database=database)
    some = unread if 0 < len(unread) <= MOST_TYPED and len(unread) < len(rows) else []
    return to_type("backfill", *some, config=config, database=database)


def _stored_pages(settings: Settings, *, is_named: bool) -> dict[str, PageRecord]:
    """Return the pages of the database by vendor; none where nothing was read yet. Raises
    StoreError where the command line names one that is not there.
    """
    if is_named:
        places.require(settings.database_url)
    if places.missing_file(settings.database_url) is not None:
        return {}
    with open_store(settings, command=Command.LOOK) as context:
        return by_slug(context.store.pages(removed=True))


def _vendor_facts(vendor: VendorConfig, page: PageRecord | None) -> Facts:
    """Return what is known of a vendor and of its page, None = it is not in the database yet."""
    platform = page.platform if page else vendor.platform
    return {
        "vendor": vendor.slug,
        "name": vendor.name,
        "page": vendor.url,
        "platform": platform,
        "last_read": utc(page.last_success_at if page else None),
        NOTE: platforms.caveat(platform) or None,
    }


def _vendor_row(vendor: VendorConfig, page: PageRecord | None) -> dict[str, str]:
    """Return the same as a table shows it."""
    platform = page.platform if page else vendor.platform
    read_at = page.last_success_at if page else None
    return {
        "vendor": vendor.slug,
        "page": vendor.url,
        "platform": platform or "not detected yet",
        "last read": f"{read_at:%Y-%m-%d %H:%M} UTC" if read_at else NEVER,
    }


def _catalogue_entries(text: str, category: str | None) -> list[CatalogEntry]:
    """Return the catalogue's entries of a category that a text is in. Raises ConfigError for an
    unknown category.
    """
    entries = configuration.catalog()
    categories = sorted({entry.category for entry in entries if entry.category})
    if category is not None and category not in categories:
        remedy = (
            did_you_mean(nearest(category, categories)) or f"there are: {', '.join(categories)}"
        )
        raise ConfigError(f"no category is called {category!r}; {remedy}")
    matches = configuration.search_catalog(text)
    return [entry for entry in matches if category in {None, entry.category}]


def _print_catalogue(entries: Sequence[CatalogEntry], form: Shape, text: str) -> None:
    if form is not Shape.TABLE:
        print_facts([_catalogue_facts(entry) for entry in entries], form)
        return
    print_table([_catalogue_row(entry) for entry in entries])
    for entry in entries:
        if entry.note:
            tell(f"{entry.slug}: {entry.note}")
    if entries:
        say("", f"next: {to_type('add', entries[0].slug if len(entries) == 1 else 'VENDOR')}")
    else:
        hint = _suggestion(text)
        say(f"no vendor of the catalogue matches; {hint}`monitor add URL` takes any page")


def _suggestion(text: str) -> str:
    near = configuration.nearest_vendor(text)
    return f"{did_you_mean(near)} " if near else ""


def _catalogue_facts(entry: CatalogEntry) -> Facts:
    return {
        "vendor": entry.slug,
        "name": entry.name,
        "page": entry.url,
        "platform": None if entry.platform == "unknown" else entry.platform,
        "category": entry.category or None,
        "checked": f"{entry.checked}",
        "confidence": entry.confidence,
        NOTE: entry.note or None,
    }


def _catalogue_row(entry: CatalogEntry) -> dict[str, str]:
    return {
        "vendor": entry.slug,
        "name": entry.name,
        "page": entry.url,
        "platform": entry.platform,
        "category": entry.category or "",
        "known": f"{entry.checked}, {entry.confidence}",
    }


def _platforms_with(text: str) -> list[tuple[str, About]]:
    matches = []
    for name in platforms.names():
        about = platforms.named(name).ABOUT
        if text in f"{name} {about.title}".casefold():
            matches.append((name, about))
    return matches


def _print_platforms(text: str, form: Shape) -> None:
    """Print the platforms whose name has the text in it: a paragraph each, since sentences do not
    fit columns.
    """
    matches = _platforms_with(text)
    if form in {Shape.JSON, Shape.CSV}:
        print_facts([as_json(name, about) for name, about in matches], form)
    elif form is Shape.MARKDOWN:
        rows = [as_row(name, about) for name, about in matches]
        if rows:
            # Markdown of our own: nothing in it is to be escaped.
            say(*markdown(list(rows[0]), (row.values() for row in rows)))
    else:
        for name, about in matches:
            tell(f"{title(name, about)}, {verification(about)}")
            say(paragraph(labelled_lines(about)))
