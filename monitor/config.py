"""The settings: `monitor.yaml`, the environment over it, and the catalogue of vendors we ship.

Every mistake in a file is collected and named with its line and its remedy before anything is refused. YAML is only
composed, never constructed, so no tag is ever executed. Only `load`, `locate` and `add_vendor` touch the disk; nothing
here opens the database or the network.

A bare number is only read where the key names its unit (`interval_seconds: 300`); everywhere else a duration carries
it (`interval: 5m`), because a bare number has been read as nanoseconds, milliseconds and minutes by other tools.
"""

import difflib
import ipaddress
import json
import os
import re
import zoneinfo
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs
import soupsieve
import yaml
from slugify import slugify

from monitor import platforms
from monitor.bounds import MAX_COMPONENTS, MAX_NAME_LENGTH, MAX_NEW_COMPONENTS, Bounds
from monitor.errors import ConfigError
from monitor.intervals import is_zone_name, utc
from monitor.load import Load, wanted_per_second
from monitor.model import Level
from monitor.overrides import Override
from monitor.protocol import FeedSettings, HtmlSettings
from monitor.ratios import DEFAULT_POLICY, POLICIES, RAW_POLICY
from monitor.standing import DEFAULT_MIN_COVERAGE

APP = "vendorstatus"
FILE_NAME = "monitor.yaml"
BUILT_IN = "built-in defaults"
IMPACT_MAPPING: Mapping[str, Level] = {
    "none": Level.OPERATIONAL,
    "minor": Level.DEGRADED,
    "major": Level.PARTIAL_OUTAGE,
    "critical": Level.MAJOR_OUTAGE,
    "maintenance": Level.MAINTENANCE,
}
"""What an incident's impact word is worth when no component state is known; `impact_mapping` changes single words."""

TIERS = ("critical", "standard", "low")
"""How much the user depends on a vendor, most first: the closed set of `tier`, which routes alerts."""

CATEGORIES = (
    "ai",
    "cloud",
    "network",
    "developer",
    "data",
    "observability",
    "security",
    "identity",
    "payments",
    "communication",
    "productivity",
    "business",
    "consumer",
    "government",
)
"""What the catalogue's vendors are for: the closed set of `category`, explained at the head of the file."""

CONFIDENCES = ("high", "medium", "low")
"""How firmly the catalogue's platform stands, firmest first: the closed set of `confidence`."""

UNKNOWN_PLATFORM = "unknown"
"""The catalogue's platform of a page that nobody is known to read; whether we can, detection says."""

COMPONENT_METRICS = ("all", "degraded", "none")
"""Of which components there are metrics: `degraded` are those that are not operational now, or had an outage day in the
longest window, or are marked `critical`."""

EVIDENCE_BAD_DAYS, EVIDENCE_ALL, EVIDENCE_NONE = EVIDENCE = ("bad_days", "all", "none")
"""Of which days raw answers are kept for good: of bad, disputed, revised and unreadable ones, of all, or of none."""

DAY_SECONDS = 86_400
MOST_FILE_BYTES = 64 << 20
"""Of a settings file; one of 100,000 vendors with several keys each has some 20 MB."""


# ----------------------------------------------------------------------------------------------------- the settings


@dataclass(frozen=True, slots=True)
class Header:
    """A header that a page is asked with, to its own host only. `kind`: "text" = `value` is sent, "env" = it names a
    variable, "file" = it names a file; these are read when the page is.
    """

    name: str
    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorConfig:
    """One monitored page. `url` ends in "/"; `platform` None = detect; `zone` None = what the page says, else UTC.

    `exclude` (ids, slugs, names or glob patterns of names) only leaves components out of the vendor's own figure;
    `include`, written like it, leaves all others out (empty = none are left out).
    `tier` (one of `TIERS`) and `critical`, written like `exclude`, change no figure: they say what matters to the user.
    `regions` (names or glob patterns) are those the user depends on, for pages that speak of many; empty = none chosen.
    `max_body_mib` None = the platform's limit; the other `max_` are the page's `bounds`. `feed` and `html` say how a
    page of no platform is read.
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
    impact_mapping: Mapping[str, Level] = field(default_factory=lambda: dict(IMPACT_MAPPING))
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
            components=self.max_components, new_components=self.max_new_components, name_length=self.max_name_length
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """How pages are reached. `proxy` None = the environment's; `no_proxy` as in NO_PROXY; the files are PEM."""

    proxy: str | None = field(default=None, repr=False)
    no_proxy: tuple[str, ...] = ()
    ca_file: Path | None = None
    client_cert: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything configured. `source` is the file's path or ``built-in defaults``; `contact` None = not set."""

    vendors: tuple[VendorConfig, ...]
    database_url: str
    policy: str = DEFAULT_POLICY
    window_days: int = 90
    host: str = "127.0.0.1"
    port: int = 9184
    contact: str | None = None
    snapshot_days: int = 30
    evidence: str = EVIDENCE_BAD_DAYS
    poll_days: int = 30
    component_metrics: str = "all"
    concurrency: int = 32
    backfill_days: int = 90
    network: NetworkSettings = field(default_factory=NetworkSettings)
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """A vendor we ship. `platform` is a hint as of `checked` (YYYY-MM or YYYY-MM-DD); detection decides.

    `category` is one of `CATEGORIES`, `confidence` one of `CONFIDENCES`; `source` says where the knowledge is from:
    keys of the file's head, commas between. `exclude`, written like a vendor's, names components that are services of
    other companies; it is the vendor's own until the user writes `include` or `exclude`. `regions` are those the page
    offers: a help to choose, never chosen.
    """

    slug: str
    name: str
    url: str
    platform: str
    category: str
    confidence: str
    checked: str
    source: str
    exclude: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    note: str | None = None
    default: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: in which file or variable, on which line (None = no line), at which key, and what to do."""

    source: str
    line: int | None
    where: str
    message: str

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return ": ".join(part for part in (place, self.where, self.message) if part)


class InvalidConfig(ConfigError):
    """The settings hold mistakes. `str()` is a line with their number, then one line for each."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 mistake" if len(self.problems) == 1 else f"{len(self.problems)} mistakes"
        super().__init__("\n".join([f"{source}: {count}", *map(str, self.problems)]))


# ---------------------------------------------------------------------------------------------------- the catalogue


@cache
def catalog() -> tuple[CatalogEntry, ...]:
    """Return the vendors we ship, in the file's order. Nothing is checked here: a wrong entry fails our tests."""
    text = resources.files("monitor").joinpath("catalog.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # safe too; SafeLoader alone takes a tenth of a second
    entries: list[dict[str, Any]] = yaml.load(text, Loader=loader)  # noqa: S506
    lists = ("exclude", "regions")
    return tuple(CatalogEntry(**entry | {key: tuple(entry.get(key, ())) for key in lists}) for entry in entries)


def default_slugs() -> tuple[str, ...]:
    """Return the catalogue slugs monitored when there is no file."""
    return tuple(entry.slug for entry in catalog() if entry.default)


def platform_hint(url: str) -> str | None:
    """Return the catalogue's platform for a normalised page URL; None when it names none for that page."""
    entry = _catalogued(None, url)
    return entry.platform if entry and entry.platform != UNKNOWN_PLATFORM else None


# ------------------------------------------------------------------------------------------------ words to values


class _Mistake(ConfigError, ValueError):
    """A value that cannot be used; the message is shown after the place it stands at."""


_DURATION = re.compile(r"(?:([0-9]{1,9})d)? ?(?:([0-9]{1,9})h)? ?(?:([0-9]{1,9})m)? ?(?:([0-9]{1,9})s)?")
_UNITS = {"d": DAY_SECONDS, "h": 3_600, "m": 60, "s": 1}


def parse_duration(text: str) -> int:
    """Return the seconds of ``90m``, ``1h30m``, ``2d 12h`` or ``300s``. Raises ConfigError for anything else.

    Units come in the order d, h, m, s, each at most once; a number without a unit is refused.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise _Mistake(f"{_shown(text)} is not a duration; write it like 5m, 1h30m, 300s or 2d")
    return sum(int(count) * unit for count, unit in zip(match.groups(), _UNITS.values(), strict=True) if count)


def format_duration(seconds: int) -> str:
    """Return the shortest text `parse_duration` reads back as the same seconds, e.g. ``1h30m``; 0 is ``0s``."""
    parts = []
    for letter, unit in _UNITS.items():
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"


def is_address(text: str) -> bool:
    """Whether a vendor is written as its page's address rather than as a catalogue slug."""
    return any(mark in text for mark in "./:")


_API_PATH = re.compile(r"/(?:api/v2(?:/[^/]*)?|history(?:\.[a-z]+)?|index\.(?:json|html?)|feed(?:\.[a-z]+)?)/?$")


def normal_url(text: str) -> str:
    """Return a page's address: scheme, lower-case host and path, ending in "/". Raises ConfigError.

    https is assumed; query, fragment, the default port and the path of an API, history or feed address are dropped.
    Credentials are refused, and never repeated in the message.
    """
    text = text.strip()
    if not text or re.search(r"[\s\x00-\x1f\x7f\\<>\"]", text):
        what = "this" if "@" in text else _shown(text)  # never repeat a password
        raise _Mistake(f"{what} is not an address; write it like https://status.example.com")
    parts, port = _split_url(text)
    if "@" in parts.netloc:
        raise _Mistake("the address carries a user name or password; remove it, a public page needs none")
    host = _host(parts.hostname or "")
    if not host:
        raise _Mistake(f"{_shown(text)} names no host; write it like https://status.example.com")
    at = "" if port is None or port == {"http": 80, "https": 443}[parts.scheme] else f":{port}"
    path = re.sub(r"/{2,}", "/", _API_PATH.sub("/", parts.path)).rstrip("/")
    return f"{parts.scheme}://{host}{at}{path}/"


def _split_url(text: str) -> tuple[Any, int | None]:
    """Return urlsplit's parts and the port, with https when no scheme is written."""
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+-]*):(?:(?=//)|(?![0-9/]))", text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise _Mistake(f"the scheme '{scheme[1]}' cannot be read; write an https:// address")
    try:
        parts = urlsplit(text if scheme else f"https://{text.lstrip('/')}")
        port = parts.port
    except ValueError as error:
        message = "the host or port of the address is malformed; write https://host or https://host:port"
        raise _Mistake(message) from error
    return parts, port


def _host(name: str) -> str:
    """Return the host as it is written in a URL; empty when it cannot be one."""
    if ":" in name:
        return f"[{name}]"
    name = name.removesuffix(".")
    return name if re.fullmatch(r"[\w-]+(?:\.[\w-]+)*", name) else ""


_HOSTERS = ("statuspage.io", "instatus.com", "betteruptime.com", "statuspal.io", "hund.io", "freshstatus.io")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


def slug_from_url(url: str) -> str:
    """Return the slug a page gets when none is written: status.example.com is ``example``, a path is added to it.

    Two pages may get the same slug; then one of them needs a `slug:` of its own.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    hoster = next((suffix for suffix in _HOSTERS if host.endswith(f".{suffix}")), None)
    words = [host.removesuffix(f".{hoster}")] if hoster else _telling_labels(host)
    return _slugified(" ".join([*words, str(parts.port or ""), parts.path]))


def _telling_labels(host: str) -> list[str]:
    """Return the labels of a host that tell vendors apart: without www, status and the public suffix."""
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit() or len(labels) == 1:
        return [host]
    labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return [label for label in labels if label not in ("www", "status")] or labels[-1:]


def _slugified(text: str) -> str:
    return slugify(text, max_length=63) or "page"


def _free_slug(url: str, taken: Collection[str]) -> str:
    """Return a slug for a page that nobody has: the short one, else the whole host's, else a numbered one."""
    parts = urlsplit(url)
    candidates = [slug_from_url(url), _slugified(f"{parts.netloc} {parts.path}")]
    candidates += [f"{candidates[0][:58]}-{number}" for number in range(2, len(taken) + 3)]
    return next(slug for slug in candidates if slug not in taken)


def _page(url: str) -> str:
    """Return what tells a page from another: its address without the scheme."""
    return url.partition("://")[2]


def _same_page(one: str, other: str) -> bool:
    return _page(one) == _page(other)


def _shown(text: str) -> str:
    """Return what was written, short enough for a message."""
    limit = 60
    return f"'{text}'" if len(text) <= limit else f"'{text[:limit]}…'"


def _near(word: str, known: Iterable[str]) -> str | None:
    lower = {name.lower(): name for name in sorted(known)}
    return next((lower[name] for name in difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.7)), None)


def _one_of(text: str, known: Collection[str], what: str) -> str:
    if text in known:
        return text
    near = _near(text, known)
    remedy = f"did you mean '{near}'?" if near else f"write one of {', '.join(known)}"
    raise _Mistake(f"{_shown(text)} is not {what}; {remedy}")


# ------------------------------------------------------------------------------------------- YAML with its places

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_READ_AS = {"int": "a number", "float": "a number", "bool": "true or false", "timestamp": "a date", "str": "text"}


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a file or variable: where it stands, and the list that collects the mistakes."""

    node: yaml.Node
    source: str
    where: str
    found: list[Problem]

    @property
    def line(self) -> int | None:
        return None if self.node.start_mark is None else self.node.start_mark.line + 1

    def wrong(self, message: str) -> None:
        """Note a mistake at this place and go on."""
        self.found.append(Problem(self.source, self.line, self.where, message))

    @property
    def kind(self) -> str:
        """YAML's word for what the value was read as: str, int, float, bool, null, timestamp, seq or map."""
        kind: str = self.node.tag.removeprefix(_TAG)
        if kind not in (*_READ_AS, "null", "seq", "map"):
            raise _Mistake(f"the tag '{kind}' is not allowed; write a plain value")
        return kind

    def written(self) -> str:
        """Return a scalar as it is written, whatever YAML would read it as. Raises _Mistake when there is none."""
        kind = self.kind
        if not isinstance(self.node, yaml.ScalarNode):
            raise _Mistake(f"is a {'list' if kind == 'seq' else 'mapping'}; write a single value")
        if kind == "null" or not self.node.value.strip():
            raise _Mistake("has no value; write one or remove the line")
        return str(self.node.value).strip()

    def text(self) -> str:
        """Return text. Raises _Mistake when YAML reads it as something else."""
        written = self.written()
        if self.kind != "str":
            raise _Mistake(f"{_shown(written)} is read as {_READ_AS[self.kind]}; put it in quotes")
        return written

    def whole(self) -> int:
        """Return a whole number. Raises _Mistake; octal-looking 010 is refused too."""
        written = self.written()
        if self.kind != "int" or not re.fullmatch(r"0|-?[1-9][0-9]{0,14}", written):
            quotes = " without quotes" if self.kind == "str" and written.isdigit() else ""
            raise _Mistake(f"{_shown(written)} is not a whole number; write it in digits{quotes}")
        return int(written)

    def items(self) -> list["_Value"]:
        """Return a list's values. Raises _Mistake when it is not a list."""
        if self.kind != "seq" or not isinstance(self.node, yaml.SequenceNode):
            raise _Mistake("is not a list; write one value a line, each after a dash")
        return [replace(self, node=node, where=f"{self.where}[{index}]") for index, node in enumerate(self.node.value)]

    def pairs(self) -> list[tuple["_Value", "_Value"]]:
        """Return a mapping's keys and values. Raises _Mistake when it is not a mapping."""
        if self.kind != "map" or not isinstance(self.node, yaml.MappingNode):
            raise _Mistake("is not a mapping; write `key: value` lines")
        pairs = []
        for key, node in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            where = f"{self.where}.{name}" if self.where else name
            pairs.append((replace(self, node=key, where=where), replace(self, node=node, where=where)))
        return pairs

    def entries(self) -> dict[str, "_Value"]:
        """Return a mapping's values by key, the last of doubled ones. Raises _Mistake when it is not a mapping."""
        return {str(key.node.value): value for key, value in self.pairs() if key.node.tag != _MERGE}

    def note_keys(self) -> None:
        """Note the keys that cannot stand: doubled ones, and merges, which would hide where a value comes from."""
        lines: dict[str, int | None] = {}
        for key, _ in self.pairs():
            name = str(key.node.value)
            if key.node.tag == _MERGE:
                key.wrong("merge keys are not supported; write what is shared under `defaults:`")
            elif name in lines:
                key.wrong(f"is written twice, first on line {lines[name]}; remove one")
            lines.setdefault(name, key.line)

    def get(self, name: str) -> "_Value":
        """Return the value of a key of this mapping, or this value itself when there is none."""
        return self.entries().get(name, self) if isinstance(self.node, yaml.MappingNode) else self


_READ_APART = re.compile(
    r"[?\t\ufeff\x85\u2028\u2029\\]|\r(?!\n)|(?:^|[\s\[\]{},:-])[|>!&*%@`]|^ {100}|(?:- +){20}", re.MULTILINE
)
"""What libyaml and PyYAML were seen to read otherwise, or to place on another line, and what may nest deeply."""
_BRACKETS = re.compile(r"[\[\]{}]")
DEEPEST = 100


def _read_alike(text: str) -> bool:
    """Whether libyaml, where it reads the text at all, reads it as PyYAML does, and does not run out of stack."""
    if _READ_APART.search(text) is not None:
        return False
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            return False
    return True


def _composed(text: str) -> yaml.Node | None:
    """Return the root node, read by libyaml where that is known to come to the same: it takes a sixth of the time.

    What it refuses is for PyYAML to refuse, or to read: messages and line numbers are PyYAML's.
    """
    quick = getattr(yaml, "CSafeLoader", None)
    if quick is not None and _read_alike(text):
        try:
            found: yaml.Node | None = yaml.compose(text, Loader=quick)
        except yaml.YAMLError:
            pass
        else:
            return found
    return _composed_exactly(text)


def _composed_exactly(text: str) -> yaml.Node | None:
    """Return the root node, read by PyYAML: its marks tell the exact place in the text, too."""
    found: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return found


def _compose(text: str, source: str, compose: Callable[[str], yaml.Node | None] = _composed) -> yaml.Node:
    """Return the root node. Raises InvalidConfig with the line where the text stops being YAML."""
    try:
        node = compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tab = "'\\t'" in str(error.problem)
        remedy = "indent with spaces" if tab else "check indentation, colons and quotes here and on the line before"
        problem = f"{error.context}, {error.problem}" if str(error.problem).startswith("but") else error.problem
        message = f"not YAML: {problem or error.context}; {remedy}"
        raise _invalid(source, message, mark.line + 1 if mark else None) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _invalid(source, "not YAML: a control character; remove it", line) from error
    except RecursionError as error:
        raise _invalid(source, "not YAML we can read: nested too deeply; flatten it") from error
    return node if node is not None else yaml.MappingNode(f"{_TAG}map", [])


def _invalid(source: str, message: str, line: int | None = None) -> InvalidConfig:
    return InvalidConfig(source, [Problem(source, line, "", message)])


# ----------------------------------------------------------------------------------------------- readers of values

_Reader = Callable[[_Value], Any]


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key sets: a field, or several at once when `field` is empty, and how its value is read."""

    field: str
    read: _Reader


@dataclass(frozen=True, slots=True)
class _Span:
    """A duration within bounds, counted in `unit` seconds; `bare` is the key that takes a plain number instead."""

    low: str
    high: str
    bare: str
    unit: int = 1

    def with_unit(self, value: _Value) -> int:
        written = value.written()
        if re.fullmatch(r"[0-9]{1,9}", written):
            letter = "d" if self.unit == DAY_SECONDS else "s"
            raise _Mistake(f"{_shown(written)} has no unit; write {written}{letter}, or `{self.bare}: {written}`")
        seconds = parse_duration(written)
        if seconds % self.unit:
            raise _Mistake(f"{_shown(written)} is not whole days; write it like {-(-seconds // self.unit)}d")
        self._check(written, seconds, str)
        return seconds // self.unit

    def number(self, value: _Value) -> int:
        count = value.whole()
        self._check(str(count), count * self.unit, lambda bound: str(parse_duration(bound) // self.unit))
        return count

    def _check(self, written: str, seconds: int, shown: Callable[[str], str]) -> None:
        if seconds < parse_duration(self.low):
            raise _Mistake(f"'{written}' is under the floor of {_spaced(self.low)}; write {shown(self.low)} or more")
        if seconds > parse_duration(self.high):
            raise _Mistake(f"'{written}' is over the limit of {_spaced(self.high)}; write {shown(self.high)} or less")


def _spaced(duration: str) -> str:
    return f"{duration[:-1]} {duration[-1]}"


def _span_keys(name: str, bare: str, field: str, low: str, high: str) -> dict[str, _Key]:
    """Return the two spellings of a duration: with a unit in the value, and with the unit in the key."""
    span = _Span(low, high, bare, DAY_SECONDS if bare.endswith("_days") else 1)
    return {name: _Key(field, span.with_unit), bare: _Key(field, span.number)}


def _between(low: int, high: int) -> _Reader:
    def read(value: _Value) -> int:
        number = value.whole()
        if not low <= number <= high:
            raise _Mistake(f"'{number}' is out of range; write a number from {low} to {high}")
        return number

    return read


def _share(value: _Value) -> float:
    written = value.written()
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s?%", written)
    if match is None:
        raise _Mistake(f"{_shown(written)} is not a share; write it like 90% or 99.5%")
    share = float(match[1]) / 100
    if not 0 < share <= 1:
        raise _Mistake(f"'{written}' is out of range; write a share above 0%, up to 100%")
    return share


def _choice(known: Callable[[], Collection[str]], what: str) -> _Reader:
    def read(value: _Value) -> str:
        return _one_of(value.written(), known(), what)

    return read


def _slug(value: _Value) -> str:
    text = value.text()
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", text):
        raise _Mistake(
            f"{_shown(text)} is not a slug; write lower-case letters, digits and hyphens, like {_slugified(text)}"
        )
    return text


def _name(value: _Value) -> str:
    text = value.text()
    if not text.isprintable():
        raise _Mistake("the name holds a line break or control character; write it on one line")
    return text


def _url(value: _Value) -> str:
    return normal_url(value.text())


def _truth(value: _Value) -> bool:
    written = value.written()
    if value.kind != "bool":
        raise _Mistake(f"{_shown(written)} is neither true nor false; write true or false")
    return written.lower() in ("true", "yes", "on")


def _mebibytes(value: _Value) -> float:
    limit = 1024
    written = value.written()
    if value.kind not in ("int", "float") or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", written):
        raise _Mistake(f"{_shown(written)} is not a number of MiB; write it like 8 or 0.5")
    if not 0 < float(written) <= limit:
        raise _Mistake(f"'{written}' is out of range; write a number above 0, up to {limit}")
    return float(written)


def _patterns(value: _Value) -> tuple[str, ...]:
    return tuple(_collected(value.items(), _Value.text))


def _collected(values: Iterable[_Value], read: Callable[[_Value], Any]) -> list[Any]:
    """Return what could be read; what could not is noted at its own place."""
    kept = []
    for value in values:
        try:
            kept.append(read(value))
        except _Mistake as mistake:
            value.wrong(str(mistake))
    return kept


def _impact_mapping(value: _Value) -> dict[str, Level]:
    levels = {level.word: level for level in Level}
    keys = {word: _Key(word, _choice(lambda: levels, "a level")) for word in IMPACT_MAPPING}
    return {word: levels[level] for word, level in _read(value, keys).items()}


FEED_MEANINGS = ("open", "ended", "scheduled", *(level.word for level in Level))
"""What a word of the user's own may mean in a feed."""


def _feed(value: _Value) -> FeedSettings:
    found = _read(value, FEED_KEYS)
    return FeedSettings(**found)


def _meanings(known: Sequence[str]) -> _Reader:
    """Return a reader of a mapping from what words mean to lists of the words."""

    def read(value: _Value) -> tuple[tuple[str, str], ...]:
        keys = {meaning: _Key(meaning, _patterns) for meaning in known}
        return tuple((word.casefold(), meaning) for meaning, words in _read(value, keys).items() for word in words)

    return read


def _html(value: _Value) -> HtmlSettings:
    found = _read(value, HTML_KEYS)
    for key, example in (("component", "`.service`"), ("words", "`{operational: [Up], major_outage: [Down]}`")):
        if key not in value.entries():
            raise _Mistake(f"needs `{key}`, like {example}")
    levels = {level.word: level for level in Level}
    words = tuple((word, levels[level]) for word, level in found.pop("words", ()))
    return HtmlSettings(**{"component": "*", **found, "words": words})


_OURS = {
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-modified-since",
    "if-none-match",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
}
"""Headers that a request has of itself."""


def _headers(value: _Value) -> tuple[Header, ...]:
    """Return the headers of a mapping. Their values may be secrets, so no message repeats them."""
    value.note_keys()
    return tuple(found for name, child in value.entries().items() for found in _collected([child], _header(name)))


def _header(name: str) -> Callable[[_Value], Header]:
    def read(value: _Value) -> Header:
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            raise _Mistake("is not the name of a header; write it like Authorization")
        if name.lower() in _OURS:
            raise _Mistake("is a header that every request sets of itself; remove it")
        if isinstance(value.node, yaml.MappingNode):
            found = _read(value, HEADER_KEYS)
            if len(found) != 1:
                raise _Mistake("takes its value from one place; write {env: NAME} or {file: PATH}")
            ((kind, written),) = found.items()
            return Header(name, kind, written)
        text = value.text()
        if not re.fullmatch(r"[ -~]+", text):
            raise _Mistake("holds what no header can; write plain ASCII in one line")
        return Header(name, "text", text)

    return read


def _selector(value: _Value) -> str:
    text = value.text()
    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError as error:
        raise _Mistake(f"{_shown(text)} is not a CSS selector: {str(error).splitlines()[0]}") from error
    return text


def _overrides(value: _Value) -> tuple[Override, ...]:
    return tuple(_collected(value.items(), _override))


_LEFT_OUT = "none"


def _override(value: _Value) -> Override:
    found = _read(value, OVERRIDE_KEYS)
    for key, why in (("incident", "which incident"), ("reason", "why"), ("date", "on which day it was decided")):
        if key not in value.entries():
            raise _Mistake(f"needs `{key}`: {why}")
    if not found.keys() & {"level", "start", "end"}:
        raise _Mistake(
            "changes nothing; write `level: none` to leave the incident out, another level, `start` or `end`"
        )
    if found.keys() >= {"start", "end"} and found["start"] >= found["end"]:
        raise _Mistake("ends before it starts; swap `start` and `end`")
    # A part that could not be read has been noted at its own place, and there is no configuration then.
    stub: dict[str, Any] = {"incident": "", "reason": "", "decided": date.min}
    return Override(**(stub | found))


def _policies() -> list[str]:
    """Return the policies that can be set: to leave overrides out is asked of a report, not set for all of them."""
    return [name for name in POLICIES if name != RAW_POLICY]


def _rating(value: _Value) -> Level:
    levels = {_LEFT_OUT: Level.OPERATIONAL} | {level.word: level for level in Level if level > Level.OPERATIONAL}
    return levels[_one_of(value.written(), levels, "a level, or none to leave the incident out")]


def _day(value: _Value) -> date:
    written = value.written()
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _Mistake(f"{_shown(written)} is not a day; write it like 2026-05-22") from None


def _moment(value: _Value) -> datetime:
    written = value.written()
    try:
        return utc(datetime.fromisoformat(written))
    except ValueError:
        raise _Mistake(f"{_shown(written)} is not an instant with its zone; write it like 2026-05-22T14:30Z") from None


def _contact(value: _Value) -> str:
    text = value.text()
    if not re.fullmatch(r"(?:https?://[!-~]+|[!-~]+@[!-~]+)", text):
        raise _Mistake(f"{_shown(text)} is not a contact; write a mail address or an https:// address")
    return text


def _host_name(value: _Value) -> str:
    text = value.text().removeprefix("[").removesuffix("]")
    if not re.fullmatch(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", text):
        raise _Mistake(f"{_shown(text)} is not a host; write it like 127.0.0.1, 0.0.0.0 or ::1")
    return text


_PORTS = range(1, 65_536)


def _address(value: _Value) -> dict[str, Any]:
    """Return host and port of ``127.0.0.1:9184`` or ``[::1]:9184``."""
    text = value.written()
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,9})", text)
    if match is None:
        raise _Mistake(f"{_shown(text)} is not host:port; write it like 127.0.0.1:9184, or 0.0.0.0:9184 for every host")
    if int(match[2]) not in _PORTS:
        raise _Mistake(f"the port of {_shown(text)} is out of range; write a number from 1 to 65535")
    return {"host": match[1].strip("[]"), "port": int(match[2])}


def _server(value: _Value) -> dict[str, Any]:
    return _address(value) if isinstance(value.node, yaml.ScalarNode) else _read(value, SERVER_KEYS)


def _storage(value: _Value) -> dict[str, Any]:
    return _read(value, STORAGE_KEYS)


def _network(value: _Value) -> NetworkSettings:
    return NetworkSettings(**_read(value, NETWORK_KEYS))


def _proxy(value: _Value) -> str:
    """Return a proxy's URL. It may hold a password, so no message repeats it."""
    text = value.text()
    if not re.fullmatch(r"https?://(?:[^\s/@]+@)?[^\s/@]+/?", text):
        raise _Mistake("is no proxy; write it like http://host:3128 or http://user:password@host:3128")
    return text


def _file(value: _Value) -> Path:
    """Return a path; a relative one starts at the folder of the file it is written in."""
    return Path(value.source).parent / Path(value.text()).expanduser()


_DATABASES = "write a file's path, sqlite:///path or postgresql://user@host/name"


def _database(value: _Value) -> str:
    """Return the database's URL. What is written may hold a password, so no message repeats it.

    A relative path starts at the folder of the file it is written in, in a variable at the working directory.
    """
    text = value.text()
    scheme, separator, rest = text.partition("://")
    if not separator:
        if ":" in text:
            raise _Mistake(f"is neither a path nor a database URL; {_DATABASES}")
        return _sqlite(text, value.source)
    if scheme in ("postgresql", "postgres") and rest.strip("/"):
        return f"postgresql://{rest}"
    if scheme != "sqlite":
        raise _Mistake(f"cannot use the database '{scheme}'; {_DATABASES}")
    if rest in ("", "/", "/:memory:"):
        return "sqlite://"
    if not rest.startswith("/"):
        raise _Mistake("a SQLite URL has three slashes before the path, four when it is absolute; add them")
    return _sqlite(rest[1:], value.source)


def _sqlite(path: str, source: str) -> str:
    return f"sqlite:///{Path(source).parent / Path(path).expanduser()}"


@cache
def _zones() -> frozenset[str]:
    return frozenset(filter(is_zone_name, zoneinfo.available_timezones()))


def _zone(value: _Value) -> str:
    text = value.text()
    if text in _zones():
        return text
    near = _near(text, _zones())
    remedy = f"did you mean '{near}'?" if near else "write an IANA name like UTC or Europe/Berlin"
    raise _Mistake(f"{_shown(text)} is not a time zone; {remedy}")


def _itself(value: _Value) -> _Value:
    return value


FEED_KEYS: dict[str, _Key] = {
    "path": _Key("path", _Value.text),
    "empty": _Key("empty", _choice(lambda: ("broken", "healthy"), "a meaning of an empty feed")),
    "words": _Key("words", _meanings(FEED_MEANINGS)),
}
HTML_KEYS: dict[str, _Key] = {
    "component": _Key("component", _selector),
    "name": _Key("name", _selector),
    "state": _Key("state", _selector),
    "attribute": _Key("attribute", _Value.text),
    "words": _Key("words", _meanings([level.word for level in Level])),
}
HEADER_KEYS: dict[str, _Key] = {
    "env": _Key("env", _Value.text),
    "file": _Key("file", lambda value: str(_file(value))),
}
OVERRIDE_KEYS: dict[str, _Key] = {
    "incident": _Key("incident", _Value.text),
    "level": _Key("level", _rating),
    "start": _Key("start", _moment),
    "end": _Key("end", _moment),
    "reason": _Key("reason", _Value.text),
    "date": _Key("decided", _day),
}
COMMON_KEYS: Mapping[str, _Key] = {
    "zone": _Key("zone", _zone),
    **_span_keys("interval", "interval_seconds", "interval_seconds", "60s", "30d"),
    "fast_while_open": _Key("fast_while_open", _truth),
    "include": _Key("include", _patterns),
    "exclude": _Key("exclude", _patterns),
    "tier": _Key("tier", _choice(lambda: TIERS, "a tier")),
    "critical": _Key("critical", _patterns),
    "impact_mapping": _Key("impact_mapping", _impact_mapping),
    **_span_keys("min_outage", "min_outage_seconds", "min_outage_seconds", "0s", "24h"),
    "min_coverage": _Key("min_coverage", _share),
    "allow_private": _Key("allow_private", _truth),
    "max_body_mib": _Key("max_body_mib", _mebibytes),
    "max_components": _Key("max_components", _between(1, 1_000_000)),
    "max_new_components": _Key("max_new_components", _between(1, 1_000_000)),
    "max_name_length": _Key("max_name_length", _between(100, 100_000)),
    **_span_keys("timeout", "timeout_seconds", "timeout_seconds", "1s", "10m"),
}
"""Keys of `defaults:`, and of a vendor."""

VENDOR_KEYS: Mapping[str, _Key] = {
    "slug": _Key("slug", _slug),
    "name": _Key("name", _name),
    "url": _Key("url", _url),
    "platform": _Key("platform", _choice(platforms.names, "a platform")),
    "regions": _Key("regions", _patterns),
    "feed": _Key("feed", _feed),
    "html": _Key("html", _html),
    "overrides": _Key("overrides", _overrides),
    "headers": _Key("headers", _headers),
    **COMMON_KEYS,
}
"""Keys of one vendor."""

SERVER_KEYS: Mapping[str, _Key] = {
    "host": _Key("host", _host_name),
    "port": _Key("port", _between(_PORTS[0], _PORTS[-1])),
}
"""Keys of `server:`."""

NETWORK_KEYS: Mapping[str, _Key] = {
    "proxy": _Key("proxy", _proxy),
    "no_proxy": _Key("no_proxy", _patterns),
    "ca_file": _Key("ca_file", _file),
    "client_cert": _Key("client_cert", _file),
}
"""Keys of `network:`."""

STORAGE_KEYS: Mapping[str, _Key] = {
    **_span_keys("snapshots", "snapshot_days", "snapshot_days", "1d", "3650d"),
    **_span_keys("polls", "poll_days", "poll_days", "1d", "3650d"),
    "evidence": _Key("evidence", _choice(lambda: EVIDENCE, "a choice of evidence")),
}
"""Keys of `storage:`."""

TOP_KEYS: Mapping[str, _Key] = {
    "vendors": _Key("vendors", _itself),
    "defaults": _Key("defaults", _itself),
    "contact": _Key("contact", _contact),
    "policy": _Key("policy", _choice(_policies, "a policy")),
    **_span_keys("window", "window_days", "window_days", "1d", "366d"),
    "database": _Key("database_url", _database),
    "component_metrics": _Key("component_metrics", _choice(lambda: COMPONENT_METRICS, "a choice of components")),
    "server": _Key("", _server),
    "storage": _Key("", _storage),
    "network": _Key("network", _network),
    "concurrency": _Key("concurrency", _between(1, 1000)),
    **_span_keys("backfill", "backfill_days", "backfill_days", "0d", "3650d"),
}
"""Keys of the file."""

ENVIRONMENT: Mapping[str, _Key] = {
    "MONITOR_DATABASE_URL": _Key("database_url", _database),
    "MONITOR_LISTEN": _Key("", _address),
    "MONITOR_CONTACT": _Key("contact", _contact),
    "MONITOR_POLICY": _Key("policy", _choice(_policies, "a policy")),
}
"""Variables that set one value each; MONITOR_CONFIG and MONITOR_VENDORS are read by `locate` and `parse`."""

_HOMES = (
    (STORAGE_KEYS, "belongs under `storage:`"),
    (SERVER_KEYS, "belongs under `server:`"),
    (NETWORK_KEYS, "belongs under `network:`"),
    (TOP_KEYS, "belongs at the top level of the file, it is the same for every vendor"),
    (COMMON_KEYS, "belongs to a vendor, or under `defaults:` for all of them"),
    (VENDOR_KEYS, "belongs to one vendor of the list"),
)


def _read(value: _Value, keys: Mapping[str, _Key]) -> dict[str, Any]:
    """Return the fields a mapping sets; what cannot be read is noted and left out."""
    value.note_keys()
    fields: dict[str, Any] = {}
    setters: dict[str, str] = {}
    for name, child in value.entries().items():
        key = keys.get(name)
        if key is None:
            child.wrong(_unknown_key(name, keys))
        elif key.field and setters.setdefault(key.field, name) != name:
            child.wrong(f"sets the same as `{setters[key.field]}`; keep one of them")
        else:
            for found in _collected([child], key.read):
                fields.update({key.field: found} if key.field else found)
    return fields


def _unknown_key(name: str, keys: Mapping[str, _Key]) -> str:
    home = next((where for table, where in _HOMES if name in table), None)
    if home:
        return f"is not read here; it {home}"
    near = _near(name, keys)
    return f"unknown key; did you mean '{near}'?" if near else f"unknown key; known here are {', '.join(keys)}"


# ----------------------------------------------------------------------------------------------------- the vendors


def _vendor(value: _Value, common: Mapping[str, Any]) -> VendorConfig | None:
    """Return one vendor of the list; None when it cannot be told which page is meant, which is noted."""
    own, written = _own(value)
    slug, url = own.get("slug"), own.get("url")
    if any(name in written and name not in own for name in ("slug", "url")):
        return None
    entry = _catalogued(slug, url)
    if url is None and entry is None:
        value.get("slug").wrong(_unidentified(slug))
        return None
    own |= _read_by_hand(value, own)
    identity = {
        "url": url or (entry.url if entry else ""),
        "slug": slug or (entry.slug if entry else slug_from_url(url or "")),
    }
    identity["name"] = own.get("name") or (entry.name if entry else identity["slug"].replace("-", " ").title())
    mapping = {**IMPACT_MAPPING, **common.get("impact_mapping", {}), **own.get("impact_mapping", {})}
    chosen = {**common, **own}
    return VendorConfig(**{**_components(identity["url"], chosen), **chosen, **identity, "impact_mapping": mapping})


def _components(url: str, written: Collection[str]) -> dict[str, Any]:
    """Return what the catalogue leaves out of a page's figure, unless the user says which components count."""
    entry = _catalogued(None, url)
    return {} if entry is None or {"include", "exclude"} & set(written) else {"exclude": entry.exclude}


def _read_by_hand(value: _Value, own: Mapping[str, Any]) -> dict[str, str]:
    """Return the platform that `html` or `feed` implies. Notes what contradicts them, and `html` without settings."""
    platform, implied = own.get("platform"), next((key for key in ("html", "feed") if key in own), None)
    if platform == "html" and implied != "html":
        value.get("platform").wrong(
            "says how to read a page that nobody knows; say where its components are under `html`"
        )
    elif implied is not None and platform not in {None, implied}:
        value.get(implied).wrong(f"is not read on a page of {platform}; remove one of the two")
    return {"platform": implied} if implied is not None and platform is None else {}


def _own(value: _Value) -> tuple[dict[str, Any], Collection[str]]:
    """Return what an item of the list sets and the keys it writes; a bare word is a slug or an address."""
    if isinstance(value.node, yaml.MappingNode):
        return _read(value, VENDOR_KEYS), value.entries()
    text = value.text()
    return ({"url": normal_url(text)} if is_address(text) else {"slug": text}), ()


def _catalogued(slug: str | None, url: str | None) -> CatalogEntry | None:
    """Return the catalogue's entry for a slug, or for a URL when no slug is written."""
    by_slug, by_page = _catalog_index()
    if slug is not None:
        return by_slug.get(slug)
    return None if url is None else by_page.get(_page(url))


@cache
def _catalog_index() -> tuple[dict[str, CatalogEntry], dict[str, CatalogEntry]]:
    """Return the catalogue by slug and by page; the first of several that share one."""
    entries = catalog()[::-1]
    return {entry.slug: entry for entry in entries}, {_page(entry.url): entry for entry in entries}


def _unidentified(slug: str | None) -> str:
    if slug is None:
        return "names no page; write the `slug` of a vendor in the catalogue or the page's `url`"
    near = _near(slug, [entry.slug for entry in catalog()])
    near = near or next((entry.slug for entry in catalog() if slug.lower() in entry.name.lower()), None)
    remedy = f"did you mean '{near}'? If not, give" if near else "give"
    return f"{_shown(slug)} is not in the catalogue; {remedy} the page's address as `url`"


_Placed = list[tuple[_Value, VendorConfig]]


def _vendors(items: Iterable[_Value], common: Mapping[str, Any]) -> _Placed:
    """Return the vendors that could be read, each with its place."""
    pairs = _collected(items, lambda value: (value, _vendor(value, common)))
    return [(value, vendor) for value, vendor in pairs if vendor is not None]


def _note_doubles(placed: _Placed) -> None:
    """Note every page that is listed before to count the same of it, and every slug that another vendor has."""
    pages: dict[tuple[object, ...], tuple[_Value, VendorConfig]] = {}
    slugs: dict[str, tuple[_Value, VendorConfig]] = {}
    for value, vendor in placed:
        page = _counted(vendor)
        if page in pages:
            at = _listed_at(*pages[page])
            value.get("url").wrong(f"the page {vendor.url} is already listed as {at}; remove one of them")
        elif vendor.slug in slugs:
            at, free = _listed_at(*slugs[vendor.slug]), _free_slug(vendor.url, slugs)
            value.get("slug").wrong(f"the slug '{vendor.slug}' belongs to {at}; give one a `slug`, like {free}")
        pages.setdefault(page, (value, vendor))
        slugs.setdefault(vendor.slug, (value, vendor))


def _counted(vendor: VendorConfig) -> tuple[object, ...]:
    """Return which page a vendor is, and what of it counts: one page may be several vendors, for several teams."""
    address = vendor.url.partition("://")[2]
    return address, frozenset(vendor.include), frozenset(vendor.exclude), frozenset(vendor.regions)


def _listed_at(value: _Value, vendor: VendorConfig) -> str:
    return f"'{vendor.slug}'" if value.line is None else f"{value.where} on line {value.line}"


def _listed(value: _Value | None, common: Mapping[str, Any]) -> _Placed:
    """Return the vendors of the file's list. Raises _Mistake when it is not a list."""
    if value is None or value.kind == "null":
        return []
    return _vendors(value.items(), common)


def _from_variable(text: str, placed: _Placed, common: Mapping[str, Any], found: list[Problem]) -> _Placed:
    """Return the vendors MONITOR_VENDORS names, with the file's settings for those the file lists."""
    by_slug = {vendor.slug: vendor for _, vendor in placed}
    chosen: _Placed = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        value = _variable("MONITOR_VENDORS", item, found)
        if item in by_slug:
            chosen.append((value, by_slug[item]))
            continue
        for _, vendor in _vendors([value], common):
            known = (other for other in by_slug.values() if _same_page(other.url, vendor.url))
            chosen.append((value, next(known, vendor)))
    if not chosen and not found:
        _variable("MONITOR_VENDORS", text, found).wrong("names no vendor; write slugs or addresses, comma between")
    return chosen


def _variable(name: str, text: str, found: list[Problem]) -> _Value:
    return _Value(yaml.ScalarNode(f"{_TAG}str", text), name, "", found)


# ----------------------------------------------------------------------------------------------- reading a whole file


def parse(text: str, source: str, env: Mapping[str, str] | None = None) -> Settings:
    """Return the settings a text and the environment say. Reads no file.

    `source` names the text in messages, and its folder is where a relative database path starts. Variables override
    the text; blank ones count as unset. Raises InvalidConfig with every mistake of the text and the variables.
    """
    env = env or {}
    found: list[Problem] = []
    top = _Value(_compose(text, source), source, "", found)
    fields: dict[str, Any] = next(iter(_collected([top], lambda value: _read(value, TOP_KEYS))), {})
    common = _defaults(fields.pop("defaults", None))
    vendors = _choose(top, fields.pop("vendors", None), common, env.get("MONITOR_VENDORS", "").strip())
    for name, key in ENVIRONMENT.items():
        if env.get(name, "").strip():
            for value in _collected([_variable(name, env[name].strip(), found)], key.read):
                fields.update({key.field: value} if key.field else value)
    if found:
        raise InvalidConfig(source, sorted(found, key=_reading_order))
    fields.setdefault("database_url", f"sqlite:///{default_database_path()}")
    return Settings(vendors=vendors, source=source, **fields)


def _reading_order(problem: Problem) -> tuple[bool, int]:
    """Sort by line; mistakes of variables come last."""
    return problem.source.startswith("MONITOR_"), problem.line or 0


def _defaults(value: _Value | None) -> dict[str, Any]:
    if value is None:
        return {}
    return next(iter(_collected([value], lambda defaults: _read(defaults, COMMON_KEYS))), {})


def _choose(top: _Value, listed: _Value | None, common: Mapping[str, Any], names: str) -> tuple[VendorConfig, ...]:
    """Return the vendors of the variable when it names some, else of the file."""
    before = len(top.found)
    read = _collected([listed or top], lambda _: _listed(listed, common))
    placed: _Placed = read[0] if read else []
    _note_doubles(placed)
    if names:
        placed = _from_variable(names, placed, common, top.found)
        _note_doubles(placed)
    elif not placed and len(top.found) == before and isinstance(top.node, yaml.MappingNode):
        place = listed or _Value(top.node, top.source, "vendors", top.found)
        place.wrong("no vendors are listed; write `vendors: [anthropic, openai]` or addresses of status pages")
    return tuple(vendor for _, vendor in placed)


def default_database_path() -> Path:
    """Return where the SQLite file is when no database is configured. Creates nothing."""
    return platformdirs.user_data_path(APP, appauthor=False) / f"{APP}.db"


def user_config_path() -> Path:
    """Return the user's own `monitor.yaml`, which need not exist."""
    return platformdirs.user_config_path(APP, appauthor=False) / FILE_NAME


def user_state_path() -> Path:
    """Return the folder for what may be lost, which need not exist."""
    return platformdirs.user_state_path(APP, appauthor=False)


def locate(path: Path | None, env: Mapping[str, str]) -> Path | None:
    """Return the file to read: `path`, else $MONITOR_CONFIG, ./monitor.yaml, the user's file; None = built-in list.

    The first two are returned whether or not they exist: what was asked for is never silently replaced.
    """
    named = env.get("MONITOR_CONFIG", "").strip()
    if path is not None or named:
        return path or Path(named).expanduser()
    return next((candidate for candidate in (Path(FILE_NAME), user_config_path()) if _present(candidate)), None)


def _present(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # a folder we may not enter: reading the file then says so


def load(path: Path | None, env: Mapping[str, str]) -> Settings:
    """Return the settings in force. Raises ConfigError, whose text lists every mistake with its line and remedy."""
    file = locate(path, env)
    if file is None:
        return parse(f"vendors: [{', '.join(default_slugs())}]", BUILT_IN, env)
    return parse(_read_text(file, "--config" if path is not None else "MONITOR_CONFIG"), str(file), env)


def _read_text(file: Path, asked_by: str) -> str:
    """Return a file's text. Raises ConfigError that says how to get a readable one."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_FILE_BYTES + 1)
    except FileNotFoundError as error:
        message = (
            f"there is no such file; make one with `monitor add URL`, or leave out {asked_by} for the default vendors"
        )
        raise _invalid(str(file), message) from error
    except IsADirectoryError as error:
        message = "is a folder (a container makes one when it mounts a file that is missing); put the file there"
        raise _invalid(str(file), message) from error
    except OSError as error:
        message = f"cannot be read: {error.strerror}; make it readable for this user"
        raise _invalid(str(file), message) from error
    if len(data) > MOST_FILE_BYTES:
        raise _invalid(str(file), f"is larger than {MOST_FILE_BYTES >> 20} MiB; is it a settings file?")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}; save the file as UTF-8"
        raise _invalid(str(file), message, line) from error


def warnings(settings: Settings) -> list[str]:
    """Return what is allowed and probably not meant, one sentence each, with the remedy."""
    found = []
    if settings.contact is None:
        found.append("no contact is set, so vendors cannot reach you before they block you; set `contact`")
    if settings.database_url == "sqlite://":
        found.append("the database is in memory, everything is forgotten at exit; set `database` to a file")
    if settings.backfill_days < settings.window_days:
        found.append(
            f"the window is {settings.window_days} days but only {settings.backfill_days} are backfilled, "
            "the days before are unknown at first; raise `backfill`"
        )
    load = Load(
        wanted_per_second=wanted_per_second(vendor.interval_seconds for vendor in settings.vendors),
        concurrency=settings.concurrency,
    )
    if load.problem is not None:
        found.append(load.problem)
    for vendor in settings.vendors:
        found += [f"{vendor.slug}: {warning}" for warning in vendor_warnings(vendor)]
    return found


def vendor_warnings(vendor: VendorConfig, detected: str | None = None) -> Iterable[str]:
    """Yield what is allowed for one vendor and probably not meant. `detected` is its platform where that is known."""
    hint = platform_hint(vendor.url)
    if vendor.platform and hint and vendor.platform != hint:
        yield f"the catalogue has this page on {hint}, not {vendor.platform}; leave out `platform` to detect it"
    platform = vendor.platform or detected or hint
    if platform in platforms.names() and platforms.named(platform).ABOUT.regions == "required" and not vendor.regions:
        yield "the page speaks of every region of the vendor, so nothing on it is rated; choose yours with `regions`"
    if vendor.url.startswith("http://"):
        yield "the address is not encrypted, anyone between can change the answers; write https://"
    if not vendor.allow_private and _is_private(urlsplit(vendor.url).hostname or ""):
        yield "the address is private and will be refused; set `allow_private: true` if it is your own page"
    if vendor.interval_seconds > DAY_SECONDS:
        yield "polled less than once a day, so days without a published record stay unknown; shorten `interval`"


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


# ----------------------------------------------------------------------------------------------------- adding a vendor

_HEADER = """\
# The vendors whose status pages are monitored. `monitor check` reads this file and names every mistake.
vendors:
  # The default vendors, monitored while this file did not exist; remove those you do not depend on.
"""


def add_vendor(
    path: Path,
    page: str,
    *,
    slug: str | None = None,
    name: str | None = None,
    platform: str | None = None,
    interval_seconds: int | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    regions: Sequence[str] = (),
    allow_private: bool = False,
) -> VendorConfig:
    """Append a vendor (a catalogue slug or an address) to a `monitor.yaml`, keeping the rest of it byte for byte.

    A file that does not exist is made, with the default vendors before the new one: adding a vendor must not end the
    monitoring of others. A slug that is not given is made unique. The new text is read before it replaces the file
    in one step. Raises ConfigError, and then nothing is written, when the page is listed already, the file has
    mistakes or its layout cannot be extended.
    """
    text = _read_text(path, "--config") if path.exists() else _HEADER + "".join(f"  - {s}\n" for s in default_slugs())
    listed = _vendors_node(text, str(path))
    before = parse(text, str(path)).vendors if listed is not None and listed.value else ()
    options = {
        "slug": slug, "name": name, "platform": platform, "interval_seconds": interval_seconds,
        "include": list(include) or None, "exclude": list(exclude) or None, "regions": list(regions) or None,
        "allow_private": allow_private or None,
    }  # fmt: skip
    entry = _entry(page.strip(), {key: value for key, value in options.items() if value is not None}, before)
    changed = _insert(text, listed, entry)
    try:
        after = parse(changed, str(path)).vendors
    except InvalidConfig as error:
        raise _invalid(str(path), f"{page} was not added: {error.problems[0].message}") from error
    if after[:-1] != before or len(after) != len(before) + 1:
        message = f"the list cannot be extended without rewriting it; add it yourself: `- {_flow(entry)}`"
        raise _invalid(str(path), message)
    _replace(path, changed)
    return after[-1]


def _vendors_node(text: str, source: str) -> yaml.Node | None:
    """Return the node of the `vendors` list, None when the key is missing."""
    root = _compose(text, source, _composed_exactly)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next((node for key, node in pairs if key.value == "vendors"), None)


def _entry(page: str, options: Mapping[str, Any], before: Sequence[VendorConfig]) -> dict[str, Any]:
    """Return the keys to write for a new vendor. Raises ConfigError when its page is listed or means nothing."""
    url = normal_url(page) if is_address(page) else None
    known = _catalogued(None, url) if url else _catalogued(page, None)
    if known is None and url is None:
        raise ConfigError(_unidentified(page))
    url = url or (known.url if known else "")
    for vendor in before:
        if _same_page(vendor.url, url) and not _counts_other(vendor, options):
            raise ConfigError(f"the page {url} is already monitored as '{vendor.slug}'; nothing was added")
    if known and options.get("slug", known.slug) == known.slug:
        return {"slug": known.slug, **options}
    taken = {vendor.slug for vendor in before} | {entry.slug for entry in catalog()}
    return {"slug": _free_slug(url, taken), **options, "url": url}


def _counts_other(vendor: VendorConfig, options: Mapping[str, Any]) -> bool:
    """Whether a new vendor of the same page, with a slug of its own, would count other parts of it."""
    wanted = (options.get("include"), options.get("exclude"), options.get("regions"))
    there = (vendor.include, vendor.exclude, vendor.regions)
    named = any(wanted) and options.get("slug", vendor.slug) != vendor.slug
    return named and any(frozenset(new or ()) != frozenset(old) for new, old in zip(wanted, there, strict=True))


def _insert(text: str, listed: yaml.Node | None, entry: Mapping[str, Any]) -> str:
    """Return the text with one more item at the end of its list, in the style of the list."""
    newline = "\r\n" if "\r\n" in text else "\n"
    if listed is None:
        at, block = len(text), ["vendors:", *_block(entry, 2)]
    elif isinstance(listed, yaml.SequenceNode) and listed.flow_style:
        return _insert_flow(text, listed, entry)
    else:
        indent = listed.start_mark.column if listed.value else 2
        at, block = _line_after(text, _end(listed)), _block(entry, indent)
    gap = newline if at and text[at - 1] != "\n" else ""
    return text[:at] + gap + "".join(line + newline for line in block) + text[at:]


def _insert_flow(text: str, listed: yaml.SequenceNode, entry: Mapping[str, Any]) -> str:
    if listed.value:
        at, comma = listed.value[-1].end_mark.index, ", "
    else:
        at, comma = listed.end_mark.index - 1, ""
    return text[:at] + comma + _flow(entry) + text[at:]


def _end(node: yaml.Node) -> int:
    """Return the index where a node's own text ends; a block's end mark lies beyond the comments after it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    index: int = node.end_mark.index
    return index


def _line_after(text: str, index: int) -> int:
    """Return where the line after `index` starts; `index` itself when it is the start of a line."""
    if index and text[index - 1] == "\n":
        return index
    return text.find("\n", index) + 1 or len(text)


def _block(entry: Mapping[str, Any], indent: int) -> list[str]:
    if list(entry) == ["slug"]:
        return [f"{' ' * indent}- {entry['slug']}"]
    dashes = ["- ", *["  "] * (len(entry) - 1)]
    return [f"{' ' * indent}{dash}{line}" for dash, line in zip(dashes, _lines(entry), strict=True)]


def _flow(entry: Mapping[str, Any]) -> str:
    return str(entry["slug"]) if list(entry) == ["slug"] else f"{{{', '.join(_lines(entry))}}}"


def _lines(entry: Mapping[str, Any]) -> list[str]:
    """Return `key: value` for each key; a JSON string is a YAML string too, whatever it holds."""
    spelt = {**entry}
    if "interval_seconds" in entry:
        spelt["interval"] = format_duration(spelt.pop("interval_seconds"))
    quoted = ("name", "url", "platform", "include", "exclude", "regions", "allow_private")
    return [
        f"{key}: {json.dumps(value, ensure_ascii=False) if key in quoted else value}" for key, value in spelt.items()
    ]


def _replace(path: Path, text: str) -> None:
    """Replace a file in one step, through a symbolic link and with the mode it had. Raises ConfigError."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(text.encode())
        if target.exists():
            draft.chmod(target.stat().st_mode)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _invalid(str(path), f"cannot be written: {error.strerror}; nothing was added") from error
