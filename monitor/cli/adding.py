"""`monitor add`: check a page and write it into the settings file."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple, Self

import typer

from monitor import config as configuration
from monitor.cli.detection import MOST_NAMED, FirstContact, contact_page
from monitor.cli.invocation import to_type
from monitor.cli.options import AllowPrivate, ConfigOption, Page
from monitor.component_patterns import named_ids
from monitor.config import Addition, Settings
from monitor.errors import ConfigError
from monitor.kit.patterns import match_any
from monitor.kit.states import components_of
from monitor.lookups import names_of
from monitor.model import Component
from monitor.picks import select
from monitor.plain import count_of, indent, join_names
from monitor.suggestions import did_you_mean, nearest
from monitor.terminal import ask as ask_person
from monitor.terminal import note, say

commands = typer.Typer()


class Choice(NamedTuple):
    """What of a page a user depends on; empty = no choice was made."""

    regions: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of_options(
        cls,
        regions: Sequence[str] | None,
        include: Sequence[str] | None,
        exclude: Sequence[str] | None,
    ) -> Self:
        """Return what the options say; each is None where it is not given."""
        return cls(tuple(regions or ()), tuple(include or ()), tuple(exclude or ()))


@commands.command(short_help="Check a page and configure it.")
def add(
    vendor: Page,
    slug: Annotated[
        str | None, typer.Option("--slug", help="Short name for labels and commands.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name shown to people.")] = None,
    include: Annotated[
        list[str] | None,
        typer.Option("--include", help="Count only this component; repeat it for more."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", help="Leave this component out; repeat it for more."),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Region you depend on; repeat it for more.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Ask nothing: all components count.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")
    ] = False,
    allow_private: AllowPrivate = False,
    config: ConfigOption = None,
) -> None:
    """Check a page and write it into the settings file.

    The page is named by its address, or as a vendor of the catalogue by slug or name, in any case.
    At a terminal it asks which regions and components you depend on, where there are several. In
    scripts say it with --region, --include and --exclude (names or patterns like "API*", each as
    often as needed), or --all.
    """
    page, own_file = configuration.page_url(vendor), configuration.locate(config, os.environ)
    settings = _settings_so_far(own_file)
    path = own_file or configuration.user_config_path()
    if slug is None:
        # What is watched already is said before anybody is asked; with a slug of its own it may
        # count other parts of the page.
        configuration.plan_addition(path, page, name=name, allow_private=allow_private)
    contact = contact_page(page, settings, allow_private=allow_private)
    if contact.error is not None:
        raise contact.error
    choice = Choice.of_options(region, include, exclude)
    if not every and choice == Choice() and sys.stdin.isatty():
        choice = ask(contact)
    _require_known_components(contact, choice)
    _doubt_regions(contact, choice.regions)
    addition = configuration.plan_addition(
        path,
        page,
        slug=slug,
        name=name,
        allow_private=allow_private,
        **choice._asdict(),
    )
    _say_plan(addition, default_vendors=None if own_file else len(settings.vendors))
    if not dry_run:
        configuration.write_addition(addition)
    _say_result(addition, contact.detection.platform, config, dry_run=dry_run)


def _settings_so_far(path: Path | None) -> Settings:
    """Return the settings of the file that is to be extended; of none where it is to be made.

    Raises ConfigError for a file with mistakes.
    """
    if path is not None and not path.exists():
        return configuration.load(None, {**os.environ, "MONITOR_CONFIG": ""})
    return configuration.load(path, os.environ)


def _say_plan(addition: Addition, default_vendors: int | None) -> None:
    """Say what will be written where, before it is, and that the built-in list of so many vendors
    will not be watched any more; None = it was not.
    """
    file = f"{addition.path}, a new file," if addition.is_new_file else f"{addition.path}"
    say(f"{file} gets:", *indent(addition.lines))
    if addition.is_new_file and default_vendors is not None:
        note(
            f"until now the built-in list of {count_of(default_vendors, 'vendor')} was watched;"
            f" from now on only those in {addition.path}"
        )


def _say_result(addition: Addition, platform: str, config: Path | None, *, dry_run: bool) -> None:
    """Say what was done, what is odd about it, and what to do next."""
    vendor = addition.vendor
    if dry_run:
        say(f"nothing was written; without --dry-run {vendor.slug} ({platform}) is added")
    else:
        say(f"added {vendor.slug} ({platform}) to {addition.path}")
    for warning in configuration.vendor_warnings(vendor, platform):
        note(warning, kind="warning")
    if os.environ.get("MONITOR_VENDORS", "").strip():
        problem = "MONITOR_VENDORS says which vendors are watched, whatever the file lists"
        note(f"{problem}; unset it", kind="warning")
    if not dry_run:
        say(f"next: {to_type('backfill', vendor.slug, config=config)}")
        say(f"then: {to_type('report', vendor.slug, config=config)}")


def ask(contact: FirstContact) -> Choice:
    """Ask which regions and which components count; all of them is no choice, so that new ones
    count too.
    """
    components = components_of(contact.state.components)
    regions = _regions_of(components)
    if regions and contact.about.regions != "none":
        return _ask_regions(regions, is_required=contact.about.regions == "required")
    names = list(dict.fromkeys(names_of(components)))
    if len(names) < 2:  # noqa: PLR2004
        return Choice()
    selection = _select("components", names)
    return Choice(include=selection) if len(selection) < len(names) else Choice()


def _regions_of(components: Iterable[Component]) -> list[str]:
    return sorted({component.region for component in components if component.region})


def _ask_regions(regions: Sequence[str], *, is_required: bool) -> Choice:
    selection = _select("regions", regions)
    is_choice = is_required or len(selection) < len(regions)
    return Choice(regions=selection) if is_choice else Choice()


def _select(what: str, names: Sequence[str]) -> tuple[str, ...]:
    """Show a numbered list and ask until the answer means something in it."""
    for number, name in enumerate(names, 1):
        say(f"{number:>5}  {name}")
    while True:
        answer = ask_person(f"Which {what} do you depend on? Numbers, 2-5, or names; Enter for all")
        try:
            return select(answer, names)
        except ConfigError as error:
            say(str(error), style="yellow", err=True)


def _require_known_components(contact: FirstContact, choice: Choice) -> None:
    """Raise ConfigError for a component that is not on the page: a typo would count nothing,
    silently.
    """
    components = contact.state.components
    for option, patterns in (("--include", choice.include), ("--exclude", choice.exclude)):
        for pattern in patterns:
            if not named_ids(components, [pattern]):
                names = names_of(components_of(components))
                near = did_you_mean(nearest(pattern, names))
                raise ConfigError(
                    f"{option} {pattern!r} names no component of {contact.url};"
                    f" {near or f'it has {join_names(names, MOST_NAMED)}'}"
                )


def _doubt_regions(contact: FirstContact, regions: Sequence[str]) -> None:
    """Say which regions are probably typos. A page may name a region only when something happens
    there, so one that it does not name now may be right.
    """
    names = _regions_of(components_of(contact.state.components))
    for region in regions:
        near = None if match_any(names, [region]) else nearest(region, names)
        if near:
            problem = f"the page names no region {region!r} now; {did_you_mean(near)}"
            note(problem, kind="warning")
