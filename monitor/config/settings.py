"""The model of the settings: what is configured, once it has been read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.bounds import MAX_COMPONENTS, MAX_NAME_LENGTH, MAX_NEW_COMPONENTS, Bounds
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.kit.protocol import FeedSettings, HtmlSettings
from monitor.lookups import slugs_of
from monitor.model import Level
from monitor.overrides import Override
from monitor.ratios import DEFAULT_POLICY
from monitor.stacks import Stacks
from monitor.standing import DEFAULT_MIN_COVERAGE

TIERS = ("critical", "standard", "low")
"""How much the user depends on a vendor, most first: the closed set of `tier`.

It routes alerts.
"""

COMPONENT_METRICS = ("all", "degraded", "none")
"""Of which components there are metrics.

`degraded` are those that are not operational now, or had an outage day in the longest window, or
are marked `critical`.
"""

EVIDENCE_BAD_DAYS, EVIDENCE_ALL, EVIDENCE_NONE = EVIDENCE = ("bad_days", "all", "none")
"""Of which days raw answers are kept for good.

Of bad, disputed, revised and unreadable ones, of all, or of none.
"""


SCOPES = ("read",)
"""What a token lets a program do: the closed set of `scopes`."""


@dataclass(frozen=True, slots=True)
class Token:
    """A program that may ask the web server; `sha256` is that of what it shows, in hexadecimal."""

    name: str
    sha256: str = field(repr=False)
    scopes: tuple[str, ...] = SCOPES


@dataclass(frozen=True, slots=True)
class Header:
    """A header that a page is asked with, to its own host only.

    `kind`: "text" = `value` is sent, "env" = it names a variable, "file" = it names a file; these
    are read when the page is.
    """

    name: str
    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorConfig:
    """One monitored page.

    `url` ends in "/"; `platform` None = detect; `zone` None = what the page says, else UTC.
    `exclude` (ids, slugs, names or glob patterns of names) only leaves components out of the
    vendor's own figure; `include`, written like it, leaves all others out (empty = none are left
    out).
    `tier` (one of `TIERS`) and `critical`, written like `exclude`, change no figure: they say what
    matters to the user.
    `regions` (names or glob patterns) are those the user depends on, for pages that speak of many;
    empty = none chosen.
    `max_body_mib` None = the platform's limit; the other `max_` are the page's `bounds`. `feed` and
    `html` say how a page of no platform is read.
    """

    slug: str
    name: str
    url: str
    platform: str | None = None
    regions: tuple[str, ...] = ()
    zone: str | None = None
    interval_seconds: int = 300
    fast_while_open: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    tier: str = "standard"
    critical: tuple[str, ...] = ()
    impact_mapping: Mapping[str, Level] = field(
        default_factory=lambda: dict(DEFAULT_IMPACT_MAPPING)
    )
    min_outage_seconds: int = 0
    min_coverage: float = DEFAULT_MIN_COVERAGE
    allow_private: bool = False
    max_body_mib: float | None = None
    max_components: int = MAX_COMPONENTS
    max_new_components: int = MAX_NEW_COMPONENTS
    max_name_length: int = MAX_NAME_LENGTH
    timeout_seconds: float = 20.0
    feed: FeedSettings = field(default_factory=FeedSettings)
    html: HtmlSettings | None = None
    overrides: tuple[Override, ...] = ()
    headers: tuple[Header, ...] = ()

    @property
    def bounds(self) -> Bounds:
        """How much the page may tell before it is unreadable."""
        return Bounds(
            components=self.max_components,
            new_components=self.max_new_components,
            name_length=self.max_name_length,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """How pages are reached.

    `proxy` None = the environment's; `no_proxy` as in NO_PROXY; the files are PEM.
    """

    proxy: str | None = field(default=None, repr=False)
    no_proxy: tuple[str, ...] = ()
    ca_file: Path | None = None
    client_cert: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything configured.

    `source` is the file's path, ``MONITOR_VENDORS`` where that names the vendors, or ``built-in
    defaults``; `contact` None = not set. `cors_origins` are those whose pages may read the API in a
    browser, "*" = any; `mcp` = assistants are answered over HTTP. `stacks` name vendors by
    slug; where a variable chooses the vendors, these may be others. `web_config` is the file of TLS
    and users, None = none; `hosts` are names we are asked by; `is_open` = everybody who reaches the
    web server may ask.
    """

    vendors: tuple[VendorConfig, ...]
    database_url: str
    stacks: Stacks = field(default_factory=dict)
    policy: str = DEFAULT_POLICY
    window_days: int = 90
    host: str = "127.0.0.1"
    port: int = 9184
    cors_origins: tuple[str, ...] = ()
    mcp: bool = False
    web_config: Path | None = None
    tokens: tuple[Token, ...] = ()
    hosts: tuple[str, ...] = ()
    is_open: bool = False
    contact: str | None = None
    snapshot_days: int = 30
    evidence: str = EVIDENCE_BAD_DAYS
    poll_days: int = 30
    component_metrics: str = "all"
    concurrency: int = 32
    backfill_days: int = 90
    network: NetworkSettings = field(default_factory=NetworkSettings)
    source: str

    @property
    def slugs(self) -> frozenset[str]:
        """The vendors by their slugs."""
        return frozenset(slugs_of(self.vendors))
