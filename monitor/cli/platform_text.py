"""What a platform's pages are good for, in words, rows and JSON."""

from collections.abc import Mapping
from typing import Any

from monitor import platforms
from monitor.kit.protocol import About


def title(name: str, about: About) -> str:
    """Return a platform's title and the name it has in settings."""
    return f"{about.title} ({name})"


def verification(about: About) -> str:
    """Return whether real answers of the platform were seen, and when."""
    if about.verified is None:
        return (
            "unverified: no real answer of it was seen; please send a recording (`monitor record"
            " URL DIR`)"
        )
    return f"verified on answers of {about.verified}"


def reach(about: About) -> str:
    """Return how far back its history goes, and how exact it is."""
    if about.reach_days == 0:
        return "none"
    far = "since the page exists" if about.reach_days is None else f"{about.reach_days} days"
    return f"{far}, per {about.granularity}, {_exact(about)}"


def _exact(about: About) -> str:
    if about.precision == "as typed":
        return "with times as typed"
    return f"to the {about.precision.removesuffix('s')}"


def history(about: About) -> str:
    """Return the same in sentences; where there is none, only why."""
    return about.reach if about.reach_days == 0 else f"{reach(about)}. {about.reach}"


def labelled_lines(about: About) -> Mapping[str, str]:
    """Return what is good to know, by label, for a paragraph; some are empty."""
    regions = {
        "required": "nothing is rated until you choose yours",
        "optional": "you may choose yours",
        "none": "",
    }
    return {
        "live": about.live,
        "history": history(about),
        "regions": regions[about.regions],
        "trust": about.caveat,
    }


def platform_rows() -> list[dict[str, str]]:
    """Return what each platform's pages are good for, in words, for a table."""
    return [as_row(name, platforms.named(name).ABOUT) for name in platforms.names()]


def as_row(name: str, about: About) -> dict[str, str]:
    """Return the row of a table, in Markdown."""
    return {
        "platform": title(name, about),
        "verified on": str(about.verified or "unverified"),
        "live": about.live,
        "history": about.reach,
        "per": "" if about.reach_days == 0 else f"{about.granularity}, {about.precision}",
        "regions": about.regions,
        "trust": about.caveat,
    }


def as_json(name: str, about: About) -> dict[str, Any]:
    """Return the same for a program."""
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
