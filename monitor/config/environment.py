"""The environment over the file: single values, and which vendors are monitored."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from monitor.config.addresses import same_page
from monitor.config.composing import TAG
from monitor.config.endpoints import contact, database, host_and_port
from monitor.config.file_keys import policy
from monitor.config.keys import Key
from monitor.config.mistakes import InvalidConfig, Problem
from monitor.config.nodes import Value
from monitor.config.readers import Reader
from monitor.config.settings import VendorConfig
from monitor.config.values import choice
from monitor.config.vendor_list import PlacedVendor, read_items, vendors_of
from monitor.lookups import by_slug

DATABASE = "MONITOR_DATABASE_URL"
LISTEN = "MONITOR_LISTEN"

_WORD = choice(lambda: ("true", "false"), "true or false")


def _truth(value: Value) -> bool:
    """Read true or false of a variable, whose every value is text."""
    return bool(_WORD(value) == "true")


ENVIRONMENT: Mapping[str, Key] = {
    DATABASE: Key("database_url", database),
    LISTEN: Key("", host_and_port),
    "MONITOR_CONTACT": Key("contact", contact),
    "MONITOR_POLICY": Key("policy", policy),
    "MONITOR_OPEN": Key("is_open", Reader(_truth, _WORD.shape)),
}
"""Variables that set one value each; MONITOR_CONFIG and MONITOR_VENDORS are read by themselves."""

VENDORS = "MONITOR_VENDORS"


def read_variables(env: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """Return the fields that variables set; blank ones count as unset."""
    fields: dict[str, Any] = {}
    for name, key in ENVIRONMENT.items():
        text = env.get(name, "").strip()
        if text:
            fields.update(key.fields(_variable(name, text, problems)))
    return fields


def read_database(text: str, source: str) -> str:
    """Return the URL of a database that an option names: what the setting and the variable take. A
    relative path starts at the working directory.

    Raises InvalidConfig, with `source` (the option) before the message.
    """
    problems: list[Problem] = []
    fields = ENVIRONMENT[DATABASE].fields(_variable(source, text, problems))
    if problems:
        raise InvalidConfig(source, problems)
    return str(fields["database_url"])


def read_listen(text: str, source: str) -> tuple[str, int]:
    """Return the host and port that an option names, as the setting `server` writes them.

    Raises InvalidConfig, with `source` (the option) before the message.
    """
    problems: list[Problem] = []
    fields = ENVIRONMENT[LISTEN].fields(_variable(source, text, problems))
    if problems:
        raise InvalidConfig(source, problems)
    return fields["host"], fields["port"]


def named_vendors(
    text: str,
    file_vendors: Iterable[PlacedVendor],
    common: Mapping[str, Any],
    problems: list[Problem],
) -> list[PlacedVendor]:
    """Return the vendors MONITOR_VENDORS names.

    Those the file lists, by slug or by page, have the file's settings.
    """
    listed_vendors = by_slug(vendors_of(file_vendors))
    vendors: list[PlacedVendor] = []
    for item in filter(None, map(str.strip, text.split(","))):
        value = _variable(VENDORS, item, problems)
        if item in listed_vendors:
            vendors.append((value, listed_vendors[item]))
            continue
        for _, vendor in read_items([value], common):
            vendors.append((value, _same_page(vendor, listed_vendors.values()) or vendor))
    if not vendors and not problems:
        remedy = "write slugs or addresses, comma between"
        _variable(VENDORS, text, problems).wrong(f"names no vendor; {remedy}")
    return vendors


def _same_page(vendor: VendorConfig, others: Iterable[VendorConfig]) -> VendorConfig | None:
    """Return the vendor of the same page."""
    for other in others:
        if same_page(other.url, vendor.url):
            return other
    return None


def _variable(name: str, text: str, problems: list[Problem]) -> Value:
    return Value(yaml.ScalarNode(f"{TAG}str", text), name, "", problems)
