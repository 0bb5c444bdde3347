"""`monitor detect`: what a page runs on, and what it says now."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from exporters.wording import level_key, level_title
from monitor import config as configuration
from monitor import platforms
from monitor.cli import platform_text
from monitor.cli.invocation import to_type
from monitor.cli.options import AllowPrivate, ConfigOption, Page
from monitor.cli.outcomes import unread
from monitor.cli.rows import Plain, PlainOption, utc
from monitor.collect import Detection
from monitor.collecting import collecting
from monitor.config import Settings, VendorConfig
from monitor.errors import PageError
from monitor.kit.protocol import About
from monitor.model import Incident, Level
from monitor.own_settings import page_named
from monitor.plain import count_of, join_names
from monitor.running import FINE, SOME_PAGE_FAILED, run
from monitor.runtime import ad_hoc_vendor, ephemeral, open_store
from monitor.store import CurrentState, PageRecord
from monitor.terminal import say, say_json, tell

commands = typer.Typer()

MOST_NAMED = 8
"""How many components are named in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContact:
    """A page at first contact: its platform with the evidence, and its state; `error` says why that
    was not read.
    """

    url: str
    detection: Detection
    page: PageRecord
    state: CurrentState
    error: PageError | None

    @property
    def about(self) -> About:
        """What the platform's pages are good for."""
        return platforms.named(self.detection.platform).ABOUT

    @property
    def names_by_level(self) -> dict[Level | None, list[str]]:
        """The components' names at each level, worst first, unknown before operational; the page's
        own order inside.
        """
        names: dict[Level | None, list[str]] = {}
        for row in self.state.components:
            names.setdefault(self.state.levels.get(row.component.id), []).append(row.component.name)
        return dict(sorted(names.items(), key=_badness, reverse=True))


def _badness(item: tuple[Level | None, list[str]]) -> float:
    level, _ = item
    return 0.5 if level is None else level


@commands.command(short_help="Say which platform a page runs on.")
def detect(
    vendor: Page,
    allow_private: AllowPrivate = False,
    form: PlainOption = Plain.TABLE,
    config: ConfigOption = None,
) -> None:
    """Say which platform a page runs on and why, how far back it can be read, and what it says now.

    The page is named by its address, or by a vendor's slug or name, in any case.
    It is reached as the settings say (`network`), and asked with the `headers` of the vendor that
    has its address.
    """
    settings = configuration.load(config, os.environ)
    contact = contact_page(page_named(vendor, settings), settings, allow_private=allow_private)
    if form is Plain.JSON:
        say_json(_as_json(contact))
    else:
        tell(*_identity_lines(contact), *_state_lines(contact))
        if contact.error is None:
            step = _next_step(contact.url, vendor, settings, config, allow_private=allow_private)
            say(f"next: {step}")
    raise typer.Exit(SOME_PAGE_FAILED if contact.error else FINE)


def _next_step(
    url: str,
    word: str,
    settings: Settings,
    config: Path | None,
    *,
    allow_private: bool,
) -> str:
    """Return what to type after a page was looked at: watch it, or ask about it where it is."""
    for vendor in settings.vendors:
        if vendor.url == url:
            return to_type("report", vendor.slug, config=config)
    option = ["--allow-private"] if allow_private else []
    return to_type("add", word, *option, config=config)


def contact_page(url: str, settings: Settings, *, allow_private: bool) -> FirstContact:
    """Recognise a page and read its state once, reached as the settings say, in a store that is
    forgotten.
    """
    vendor = ad_hoc_vendor(url, allow_private=allow_private, like=settings)
    return run(_contact(vendor, settings))


async def _contact(vendor: VendorConfig, settings: Settings) -> FirstContact:
    with open_store(ephemeral(vendor, like=settings)) as context:
        async with collecting(context) as collector:
            page = context.pages(None)[0]
            detection = await collector.detect(vendor.url, collector.session(page))
            platform = detection.platform
            await collector.writer.db(context.store.set_platform, page.id, platform, detection.why)
            if not vendor.regions and platforms.named(platform).ABOUT.regions == "required":
                collector.vendors[page.slug] = replace(vendor, regions=("*",))
            result = await collector.poll(context.pages(None)[0])
            await collector.flush()
            page = context.pages(None)[0]
            return FirstContact(
                url=vendor.url,
                detection=detection,
                page=page,
                state=context.store.current(page.id),
                error=result.error,
            )


def _identity_lines(contact: FirstContact) -> Iterator[str]:
    about = contact.about
    title = platform_text.title(contact.detection.platform, about)
    yield f"{title}, {platform_text.verification(about)}"
    for line in contact.detection.why:
        yield f"  {line}"
    yield f"live: {about.live}"
    yield f"history: {platform_text.history(about)}"
    if about.caveat:
        yield f"note: {about.caveat}"


def _state_lines(contact: FirstContact) -> Iterator[str]:
    """Yield what the page says now: how many components at each level, and which where that is the
    news.
    """
    if contact.error is not None:
        yield f"now: {unread(contact.error)}"
        return
    count = len(contact.state.components)
    yield f"now, {count_of(count, 'component')}, days in {contact.page.zone_name}:"
    for level, names in contact.names_by_level.items():
        which = "" if level is Level.OPERATIONAL else f": {join_names(names, MOST_NAMED)}"
        yield f"  {len(names)} {level_title(level)}{which}"
    for incident in contact.state.open_incidents:
        yield (
            f"  {incident.phase.value}: {incident.title} (since"
            f" {incident.started_at:%Y-%m-%d %H:%M} UTC)"
        )
    if contact.page.remark:
        yield f"  {contact.page.remark}"


def _as_json(contact: FirstContact) -> dict[str, Any]:
    detection, error = contact.detection, contact.error
    return {
        "page": contact.url,
        "platform": detection.platform,
        "evidence": [{"kind": signal.kind, "why": signal.why} for signal in detection.signals],
        "redirects": [list(chain) for chain in detection.redirects],
        "about": platform_text.as_json(detection.platform, contact.about),
        "error": None if error is None else {"reason": error.reason, "message": str(error)},
        "zone": contact.page.zone_name,
        "remark": contact.page.remark or None,
        "open_incidents": list(map(_incident_json, contact.state.open_incidents)),
        "components": list(_components_json(contact.state)),
    }


def _incident_json(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "title": incident.title,
        "phase": incident.phase.value,
        "started_at": utc(incident.started_at),
    }


def _components_json(state: CurrentState) -> Iterator[dict[str, Any]]:
    for entry in state.components:
        yield {
            "id": entry.component.id,
            "name": entry.component.name,
            "group": entry.component.group,
            "region": entry.component.region,
            "level": level_key(state.levels.get(entry.component.id)),
        }
