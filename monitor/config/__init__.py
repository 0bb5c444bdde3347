"""The settings: `monitor.yaml`, the environment over it, and the catalogue of vendors we ship.

Every mistake in a file is collected and named with its line and its remedy before anything is
refused. YAML is only composed, never constructed, so no tag is ever executed. Only `load`, `locate`
and what `edit` holds touch the disk; nothing here opens the database or the network.

A bare number is only read where the key names its unit (`interval_seconds: 300`); everywhere else a
duration carries it (`interval: 5m`), because a bare number has been read as nanoseconds,
milliseconds and minutes by other tools.

Each file knows those below it, never one above:

    revision        taking a vendor out of a file, or giving it another slug
    edit            adding a vendor to a file
    items           the text of a list with one item less, or another slug
    insertion       the text of one more vendor: comments stay
    schema          the JSON Schema of the file
    warnings        what is said of settings that are allowed and odd
    files           a file from the disk; the settings in force
    parsing         a whole text and the environment to settings
    environment     the variables
    vendor_list     the vendors of the list, and what two cannot share
    vendors         one vendor, with the catalogue's word and the defaults
    file_keys       keys of the file and its sections, and where each belongs
    vendor_shape    the JSON Schema of the list of vendors
    vendor_keys     keys of a vendor and of `defaults`
    headers         what is written under `headers`
    override_keys   what is written under `overrides`
    web_config      a web configuration file: TLS, users and headers
    web_tls         its keys of TLS
    access_keys     tokens and names of the web server
    unknown_pages   what is written under `feed` and `html`
    keys            a mapping read by a table of keys
    stacks          what is written under `stacks`
    endpoints       contact, host and port, proxy, files, the database
    values          durations, sizes, words, levels: raw to checked
    readers         a function that reads a value, and the value's JSON Schema
    nodes           a value that knows its line and notes what is wrong
    composing       YAML to nodes
    vendor_names    the names a vendor has beside its slug
    catalog         the vendors we ship
    catalog_text    the same, as text: an entry is read when it is asked for
    settings        the model of it all
    web_settings    the model of a web configuration file
    paths           where a user's files are
    addresses       URLs of pages and the slugs made of them
    durations       `1h30m` to seconds and back
    mistakes        how a mistake is said
"""

from monitor.config.addresses import normal_url, slug_from_url
from monitor.config.catalog import (
    CATEGORIES,
    CONFIDENCES,
    UNKNOWN_PLATFORM,
    CatalogEntry,
    catalog,
    catalog_names,
    default_slugs,
    find_entry,
    nearest_vendor,
    page_url,
    platform_hint,
    search_catalog,
)
from monitor.config.durations import format_duration, parse_duration
from monitor.config.edit import (
    Addition,
    add_vendor,
    begin,
    plan_addition,
    replace_text,
    write_addition,
)
from monitor.config.environment import ENVIRONMENT, read_database, read_listen
from monitor.config.file_keys import SERVER_KEYS, STORAGE_KEYS, TOP_KEYS
from monitor.config.files import BUILT_IN, MOST_FILE_BYTES, load
from monitor.config.mistakes import InvalidConfig, Problem
from monitor.config.parsing import parse
from monitor.config.paths import default_database_path, locate, user_config_path, user_state_path
from monitor.config.revision import Revision, plan_removal, plan_renaming
from monitor.config.schema import settings_schema
from monitor.config.settings import (
    COMPONENT_METRICS,
    EVIDENCE,
    EVIDENCE_ALL,
    EVIDENCE_BAD_DAYS,
    EVIDENCE_NONE,
    TIERS,
    Header,
    NetworkSettings,
    Settings,
    Token,
    VendorConfig,
)
from monitor.config.vendor_keys import VENDOR_KEYS
from monitor.config.vendor_names import vendor_names
from monitor.config.warnings import vendor_warnings, warnings
from monitor.config.web_config import load_web_config, parse_web_config
from monitor.config.web_settings import ClientAuth, TlsSettings, WebConfig

__all__ = [
    "BUILT_IN",
    "CATEGORIES",
    "COMPONENT_METRICS",
    "CONFIDENCES",
    "ENVIRONMENT",
    "EVIDENCE",
    "EVIDENCE_ALL",
    "EVIDENCE_BAD_DAYS",
    "EVIDENCE_NONE",
    "MOST_FILE_BYTES",
    "SERVER_KEYS",
    "STORAGE_KEYS",
    "TIERS",
    "TOP_KEYS",
    "UNKNOWN_PLATFORM",
    "VENDOR_KEYS",
    "Addition",
    "CatalogEntry",
    "ClientAuth",
    "Header",
    "InvalidConfig",
    "NetworkSettings",
    "Problem",
    "Revision",
    "Settings",
    "TlsSettings",
    "Token",
    "VendorConfig",
    "WebConfig",
    "add_vendor",
    "begin",
    "catalog",
    "catalog_names",
    "default_database_path",
    "default_slugs",
    "find_entry",
    "format_duration",
    "load",
    "load_web_config",
    "locate",
    "nearest_vendor",
    "normal_url",
    "page_url",
    "parse",
    "parse_duration",
    "parse_web_config",
    "plan_addition",
    "plan_removal",
    "plan_renaming",
    "platform_hint",
    "read_database",
    "read_listen",
    "replace_text",
    "search_catalog",
    "settings_schema",
    "slug_from_url",
    "user_config_path",
    "user_state_path",
    "vendor_names",
    "vendor_warnings",
    "warnings",
    "write_addition",
]
