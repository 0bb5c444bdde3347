"""The commands about pages rather than figures: what a page is, adding it, the vendors we know,
checking settings.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from monitor import config as configuration
from monitor import platforms
from monitor.collect import Collector, Detected
from monitor.config import CatalogEntry, Settings, VendorConfig
from monitor.errors import ConfigError, IdentityChanged, PageError, StoreError
from monitor.history import named_ids
from monitor.kit.protocol import About
from monitor.model import Component, Level, level_word
from monitor.picks import picked
from monitor.plain import markdown_text
from monitor.runtime import (
    FINE,
    SOME_PAGE_FAILED,
    ConfigOption,
    DatabaseOption,
    ad_hoc_vendor,
    collecting,
    ephemeral,
    open_context,
    open_store,
    run,
)
from monitor.store import CurrentState, PageRecord, Store
from monitor.terminal import ask as question
from monitor.terminal import paragraph, say, say_json, table
from monitor.watching import named

pages = typer.Typer()


class Shape(StrEnum):
    """How a listing is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


# detecting


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page at first contact: its platform with the evidence, and its state; `error` says why that
    was not read.
    """

    url: str
    detected: Detected
    page: PageRecord
    state: CurrentState
    error: PageError | None

    @property
    def about(self) -> About:
        """What the platform's pages are good for."""
        return platforms.named(self.detected.platform).ABOUT

    @property
    def by_level(self) -> dict[Level | None, list[Component]]:
        """The components at each level, worst first, unknown before operational; the page's own
        order inside.
        """
        found: dict[Level | None, list[Component]] = {}
        for known in self.state.components:
            found.setdefault(self.state.levels.get(known.component.id), []).append(known.component)
        return dict(sorted(found.items(), key=lambda each: -(0.5 if each[0] is None else each[0])))


@pages.command(short_help="Say which platform a page runs on.")
def detect(
    url: Annotated[str, typer.Argument(help="Address of a status page.")],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Your own internal page.")
    ] = False,
    form: Annotated[
        Shape, typer.Option("--format", "-f", help="How to write it: table or json.")
    ] = Shape.TABLE,
    config: ConfigOption = None,
) -> None:
    """Say which platform a page runs on and why, how far back it can be read, and what it says now.

    It is reached as the settings say (`network`), and asked with the `headers` of the vendor that
    has its address.
    """
    settings = configuration.load(config, os.environ)
    seen = run(_look(configuration.normal_url(url), settings, allow_private=allow_private))
    if form is Shape.JSON:
        say_json(_as_json(seen))
    else:
        say(*_identity(seen), *_now(seen))
    raise typer.Exit(SOME_PAGE_FAILED if seen.error else FINE)


async def _look(url: str, settings: Settings, *, allow_private: bool) -> Seen:
    """Recognise a page and read its state once, reached as the settings say, in a store that is
    forgotten.
    """
    vendor = ad_hoc_vendor(url, allow_private=allow_private, like=settings)
    with open_store(ephemeral(vendor, like=settings)) as context:
        async with collecting(context) as collector:
            page = context.pages(None)[0]
            detected = await collector.detect(url, collector.session(page))
            await collector.db(context.store.set_platform, page.id, detected.platform, detected.why)
            if (
                not vendor.regions
                and platforms.named(detected.platform).ABOUT.regions == "required"
            ):
                collector.vendors[page.slug] = replace(vendor, regions=("*",))
            result = await collector.poll(context.pages(None)[0])
            await collector.flush()
            page = context.pages(None)[0]
            return Seen(
                url=url,
                detected=detected,
                page=page,
                state=context.store.current(page.id),
                error=result.error,
            )


def _identity(seen: Seen) -> Iterator[str]:
    about = seen.about
    yield f"{_titled(seen.detected.platform, about)}, {_standing(about)}"
    for line in seen.detected.why:
        yield f"  {line}"
    yield f"live: {about.live}"
    yield f"history: {_reach(about)}; {about.reach}"
    if about.caveat:
        yield f"note: {about.caveat}"


def _now(seen: Seen) -> Iterator[str]:
    """Yield what the page says now: how many components at each level, and which where that is the
    news.
    """
    if seen.error is not None:
        yield f"now: could not be read: {seen.error}"
        return
    count = len(seen.state.components)
    yield f"now, {count} component{'' if count == 1 else 's'}, days in {seen.page.zone}:"
    for level, found in seen.by_level.items():
        names = [component.name for component in found]
        shown = "" if level is Level.OPERATIONAL else f": {named(names, MOST_NAMED)}"
        yield f"  {len(found)} {level_word(level).replace('_', ' ')}{shown}"
    for incident in seen.state.open_incidents:
        yield (
            f"  {incident.phase.value}: {incident.title} (since"
            f" {incident.started_at:%Y-%m-%d %H:%M} UTC)"
        )
    if seen.page.remark:
        yield f"  {seen.page.remark}"


MOST_NAMED = 8


def _standing(about: About) -> str:
    """Return whether real answers were seen."""
    if about.verified is None:
        return (
            "unverified: no real answer of it was seen; please send a recording (`monitor record"
            " URL DIR`)"
        )
    return f"verified on answers of {about.verified}"


def _reach(about: About) -> str:
    far = {None: "as far as the page's record goes", 0: "none"}.get(
        about.reach_days, f"{about.reach_days} days"
    )
    exact = "times as typed" if about.precision == "as typed" else f"in {about.precision}"
    return far if about.reach_days == 0 else f"{far}, per {about.granularity}, {exact}"


def _as_json(seen: Seen) -> dict[str, Any]:
    return {
        "page": seen.url,
        "platform": seen.detected.platform,
        "evidence": [{"kind": signal.kind, "why": signal.why} for signal in seen.detected.signals],
        "redirects": [list(chain) for chain in seen.detected.redirects],
        "about": _about_json(seen.detected.platform, seen.about),
        "error": (
            None
            if seen.error is None
            else {"reason": seen.error.reason, "message": str(seen.error)}
        ),
        "zone": seen.page.zone_name,
        "components": [
            {
                "id": known.component.id,
                "name": known.component.name,
                "group": known.component.group,
                "region": known.component.region,
                "level": level_word(seen.state.levels.get(known.component.id)),
            }
            for known in seen.state.components
        ],
    }


# adding


@pages.command(short_help="Check a page and configure it.")
def add(
    url: Annotated[str, typer.Argument(help="Address of a status page.")],
    slug: Annotated[
        str | None, typer.Option("--slug", help="Short name for labels and commands.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name for people.")] = None,
    include: Annotated[
        list[str] | None, typer.Option("--include", help="Component that counts; others do not.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="Component that does not count.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Region you depend on.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Ask nothing: all components count.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Your own internal page.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Check a page and write it into the settings file.

    At a terminal it asks which regions and components you depend on, where there are several. In
    scripts say it with --region, --include and --exclude (names or patterns like "API*", each as
    often as needed), or --all.
    """
    page = configuration.normal_url(url)
    seen = run(_look(page, configuration.load(config, os.environ), allow_private=allow_private))
    if seen.error is not None:
        raise seen.error
    choice = Choice(tuple(region or ()), tuple(include or ()), tuple(exclude or ()))
    if not every and choice == Choice() and sys.stdin.isatty():
        choice = ask(seen)
    _require_known(seen, choice)
    path = configuration.locate(config, os.environ) or configuration.user_config_path()
    vendor = configuration.add_vendor(
        path,
        page,
        slug=slug,
        name=name,
        regions=choice.regions,
        include=choice.include,
        exclude=choice.exclude,
        allow_private=allow_private,
    )
    say(f"added {vendor.slug} ({seen.detected.platform}) to {path}")
    for warning in configuration.vendor_warnings(vendor, seen.detected.platform):
        say(f"warning: {warning}", style="yellow", err=True)
    say(f"next: monitor backfill {vendor.slug}")


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a page a user depends on; empty = no choice was made."""

    regions: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def ask(seen: Seen) -> Choice:
    """Ask which regions and which components count; all of them is no choice, so that new ones
    count too.
    """
    regions = sorted({c.component.region for c in seen.state.components if c.component.region})
    chosen = _pick("regions", regions) if seen.about.regions != "none" and regions else ()
    if chosen:
        return Choice(
            regions=(
                () if len(chosen) == len(regions) and seen.about.regions == "optional" else chosen
            )
        )
    names = list(dict.fromkeys(known.component.name for known in seen.state.components))
    include = _pick("components", names) if len(names) > 1 else ()
    return Choice(include=() if len(include) == len(names) else include)


def _pick(what: str, names: Sequence[str]) -> tuple[str, ...]:
    """Show a numbered list and ask until the answer means something in it."""
    for number, name in enumerate(names, 1):
        say(f"{number:>5}  {name}")
    while True:
        answer = question(f"Which {what} do you depend on? Numbers, 2-5, or names; Enter for all")
        try:
            return picked(answer, names)
        except ConfigError as error:
            say(str(error), style="yellow", err=True)


def _require_known(seen: Seen, choice: Choice) -> None:
    """Raise ConfigError for a component that is not on the page: a typo would count nothing,
    silently.
    """
    for option, patterns in (("--include", choice.include), ("--exclude", choice.exclude)):
        for pattern in patterns:
            if not named_ids(seen.state.components, [pattern]):
                names = named([known.component.name for known in seen.state.components], MOST_NAMED)
                raise ConfigError(
                    f"{option} {pattern!r} names no component of {seen.url}; it has {names}"
                )


# listing


@pages.command(short_help="List configured and catalogued vendors.")
def vendors(
    search: Annotated[
        str | None,
        typer.Option("--search", "-s", help="Only those with this text in name or address."),
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="Vendors of the catalogue of one category.")
    ] = None,
    platform_table: Annotated[
        bool, typer.Option("--platforms", help="The platforms, and what each is good for.")
    ] = False,
    form: Annotated[Shape, typer.Option("--format", "-f", help="How to write it.")] = Shape.TABLE,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """List the configured vendors, or the catalogue's (--search, --category), or the platforms
    (--platforms).
    """
    if platform_table:
        _print_platforms(search, form)
    elif search is not None or category is not None:
        _print_catalogue(_found(search, category), form)
    else:
        _print_configured(config, database, form)


def _configured(vendor: VendorConfig, page: PageRecord | None) -> dict[str, str]:
    """Return the row of a vendor and of its page, None = it is not in the database yet."""
    platform = page.platform if page else vendor.platform
    read_at = page.last_success_at if page else None
    return {
        "vendor": vendor.slug,
        "page": vendor.url,
        "platform": platform or "not detected yet",
        "last read": f"{read_at:%Y-%m-%d %H:%M} UTC" if read_at else "never",
        "note": platforms.caveat(platform),
    }


def _print_configured(config: Any, database: str | None, form: Shape) -> None:  # noqa: ANN401
    with open_context(config, database) as context:
        known = {page.slug: page for page in context.store.pages(removed=True)}
        rows = [
            _configured(vendor, known.get(slug)) for slug, vendor in sorted(context.vendors.items())
        ]
    if form is not Shape.JSON:
        say(f"configured in {context.settings.source}:")
    _print(rows, form, hidden=("note",))
    if form is Shape.TABLE:
        for name in sorted({row["platform"] for row in rows}):
            if note := platforms.caveat(name):
                say("", f"{name}: {note}")
        others = len(configuration.catalog()) - len(
            {entry.slug for entry in configuration.catalog()}
            & {vendor.slug for vendor in context.settings.vendors}
        )
        say("", f"{others} more in the catalogue: monitor vendors --search NAME")


def _found(search: str | None, category: str | None) -> list[CatalogEntry]:
    """Return the catalogue's entries of a category that a text is in. Raises ConfigError for an
    unknown category.
    """
    categories = sorted({entry.category for entry in configuration.catalog() if entry.category})
    if category is not None and category not in categories:
        raise ConfigError(f"no category is called {category!r}; there are: {', '.join(categories)}")
    wanted = (search or "").casefold()
    return [
        entry
        for entry in configuration.catalog()
        if category in {None, entry.category}
        and any(
            wanted in text.casefold()
            for text in (entry.slug, entry.name, entry.url, entry.note or "")
        )
    ]


def _print_catalogue(entries: Sequence[CatalogEntry], form: Shape) -> None:
    rows = [
        {
            "vendor": entry.slug,
            "name": entry.name,
            "page": entry.url,
            "platform": entry.platform,
            "category": entry.category or "",
            "known": f"{entry.checked}, {entry.confidence}",
            "note": entry.note or "",
        }
        for entry in entries
    ]
    _print(rows, form, hidden=("note",))
    if form is Shape.TABLE:
        for entry in entries:
            if entry.note:
                say(f"{entry.slug}: {entry.note}")
    if not rows:
        say("no vendor of the catalogue matches; `monitor add URL` takes any page")


def _print_platforms(search: str | None, form: Shape) -> None:
    """Print the platforms whose name has the text in it: a paragraph each, since sentences do not
    fit columns.
    """
    wanted = (search or "").casefold()
    found = {name: platforms.named(name).ABOUT for name in platforms.names()}
    found = {
        name: about for name, about in found.items() if wanted in f"{name} {about.title}".casefold()
    }
    if form is Shape.JSON:
        say_json([_about_json(name, about) for name, about in found.items()])
    elif form is Shape.MARKDOWN:
        rows = [_about_row(name, about) for name, about in found.items()]
        if rows:
            # Markdown of our own
            say(*markdown(list(rows[0]), (list(row.values()) for row in rows)))
    else:
        for name, about in found.items():
            say(f"{_titled(name, about)}, {_standing(about)}")
            say(paragraph(_paragraph(about)))


def _paragraph(about: About) -> Mapping[str, str]:
    regions = {
        "required": "nothing is rated until you choose yours",
        "optional": "you may choose yours",
        "none": "",
    }
    return {
        "live": about.live,
        "history": f"{about.reach} ({_reach(about)})",
        "regions": regions[about.regions],
        "trust": about.caveat,
    }


def _titled(name: str, about: About) -> str:
    return f"{about.title} ({name})"


def platform_rows() -> list[dict[str, str]]:
    """Return what each platform's pages are good for, in words, for a table."""
    return [_about_row(name, platforms.named(name).ABOUT) for name in platforms.names()]


def _about_row(name: str, about: About) -> dict[str, str]:
    return {
        "platform": _titled(name, about),
        "verified on": str(about.verified or "unverified"),
        "live": about.live,
        "history": about.reach,
        "per": "" if about.reach_days == 0 else f"{about.granularity}, {about.precision}",
        "regions": about.regions,
        "trust": about.caveat,
    }


def _about_json(name: str, about: About) -> dict[str, Any]:
    return {
        "platform": name,
        "title": about.title,
        "verified": None if about.verified is None else about.verified.isoformat(),
        "live": about.live,
        "reach_days": about.reach_days,
        "reach": about.reach,
        "per": about.granularity,
        "precision": about.precision,
        "regions": about.regions,
        "trust": about.caveat,
    }


def _print(rows: Sequence[dict[str, str]], form: Shape, hidden: Sequence[str] = ()) -> None:
    """Print rows with the same keys as a table, JSON or Markdown; a table leaves the hidden columns
    out.
    """
    if form is Shape.JSON:
        say_json(rows)
        return
    if not rows:
        return
    columns = [key for key in rows[0] if key not in hidden]
    if form is Shape.MARKDOWN:
        say(*markdown(columns, ([markdown_text(row[key]) for key in columns] for row in rows)))
        return
    say(table(columns, ([row[key] for key in columns] for row in rows), uncut=("vendor", "page")))


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table whose cells are Markdown already."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


# accepting


@pages.command(short_help="Take another page for a vendor's.")
def accept(
    vendor: Annotated[str, typer.Argument(help="Vendor slug.")],
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Take the page that answers in a vendor's place for the vendor's from now on.

    A page whose id changes, or that answers from another host without an id, is not read (`identity
    changed`): it may be another company's. Look at it first. The history stays; what was going on
    on the former page ends at its last reading. Exit code 2 when nothing waits to be accepted.
    """
    with open_context(config, database) as context:
        (page,) = context.pages([vendor])
        changed = context.store.accept(page.id, now=context.clock())
    if changed is None:
        raise ConfigError(
            f"nothing to accept for {vendor}: its last reading was of the page it had before; "
            f"`monitor poll {vendor}` reads it again"
        )
    before, after = changed
    say(f"{vendor} is now {after}, was {before}")
    say(f"next: monitor poll {vendor}; monitor backfill {vendor}")


# checking


@pages.command(short_help="Check the settings file.")
def check(
    live: Annotated[
        bool, typer.Option("--live", help="Also look at each page once, and say what moved.")
    ] = False,
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="With --live: the catalogue's pages instead.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Check the settings file and name every mistake with file, line and remedy.

    With --live each page is looked at once, and what is not as it was known is printed: another
    platform, another address, another company's page, a page that cannot be read. Nothing is
    stored.
    """
    settings = configuration.load(config, os.environ)
    for warning in configuration.warnings(settings):
        say(f"warning: {warning}", style="yellow", err=True)
    say(f"{settings.source}: {len(settings.vendors)} vendors, no mistakes")
    if live:
        asked = (
            [_of_catalogue(entry) for entry in configuration.catalog()]
            if catalogue
            else settings.vendors
        )
        known = {} if catalogue else _stored_identities(settings)
        raise typer.Exit(run(_check_live(asked, known, settings)))


def _of_catalogue(entry: CatalogEntry) -> VendorConfig:
    return VendorConfig(slug=entry.slug, name=entry.name, url=entry.url)


def _stored_identities(settings: Settings) -> dict[str, PageRecord]:
    """Return the pages of the configured database by vendor; none where there is no database
    yet.
    """
    try:
        if not Store.exists(settings.database_url):
            return {}
        with Store.open(settings.database_url, migrate=False) as store:
            return {page.slug: page for page in store.pages()}
    except StoreError as error:
        say(f"warning: not compared with what is stored: {error}", style="yellow", err=True)
        return {}


async def _check_live(
    asked: Sequence[VendorConfig], stored_pages: Mapping[str, PageRecord], settings: Settings
) -> int:
    """Look at every page, print what moved as it is found, and return the exit code."""
    with open_store(ephemeral(*asked, like=settings)) as context:
        async with collecting(context) as collector:
            found = [
                _moved(collector, page, stored_pages.get(page.slug)) for page in context.pages(None)
            ]
            lines = [line for done in asyncio.as_completed(found) if (line := _told(await done))]
    say(f"{len(asked)} pages looked at, {len(lines)} not as known")
    return SOME_PAGE_FAILED if lines else FINE


def _told(line: str | None) -> str | None:
    if line is not None:
        say(line)
    return line


async def _moved(
    collector: Collector, page: PageRecord, stored_page: PageRecord | None
) -> str | None:
    """Return what is not as it was known of a page; None when all is."""
    known = collector.vendors[page.slug].platform or configuration.platform_hint(page.url)
    try:
        detected = await collector.detect(page.url, collector.session(page))
    except PageError as error:
        return f"{page.slug}: not read ({error.reason}): {error}"
    moved = (
        [f"was {known}, is {detected.platform} ({'; '.join(detected.why)})"]
        if known not in {None, detected.platform}
        else []
    )
    moved += [f"redirects to {chain[-1]}" for chain in detected.redirects if _leaves(chain)]
    if stored_page is not None and (
        changed := await _another(collector, page, stored_page, detected.platform)
    ):
        moved.append(changed)
    return f"{page.slug}: {'; '.join(dict.fromkeys(moved))}" if moved else None


async def _another(
    collector: Collector, page: PageRecord, stored_page: PageRecord, platform: str
) -> str | None:
    """Say that another company's page answers where the stored one did; None when it does not, or
    cannot be read.
    """
    await collector.db(collector.store.set_platform, page.id, platform, [])
    await collector.db(collector.store.know, page.id, stored_page.identity)
    error = (
        await collector.poll((await collector.db(collector.store.pages, [page.slug]))[0])
    ).error
    return error.message if isinstance(error, IdentityChanged) else None


def _leaves(chain: Sequence[str]) -> bool:
    """Whether redirects lead to another host."""
    return urlsplit(chain[0]).hostname != urlsplit(chain[-1]).hostname
