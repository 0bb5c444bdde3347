"""The keys of the settings file and of its sections, and where each key belongs."""

from collections.abc import Mapping
from typing import Any

import yaml

from monitor.config.access_keys import hosts, tokens
from monitor.config.endpoints import (
    PORTS,
    contact,
    database,
    file,
    host_and_port,
    host_name,
    origins,
    proxy,
)
from monitor.config.keys import Key, duration_keys, read_fields, shape_of
from monitor.config.nodes import Value
from monitor.config.readers import Reader, Shape
from monitor.config.settings import COMPONENT_METRICS, EVIDENCE, NetworkSettings
from monitor.config.stacks import stacks_shape
from monitor.config.values import between, choice, patterns, truth
from monitor.config.vendor_keys import COMMON_KEYS, VENDOR_KEYS
from monitor.config.vendor_shape import list_shape
from monitor.ratios import POLICIES, RAW_POLICY


def _server(value: Value) -> dict[str, Any]:
    if isinstance(value.node, yaml.ScalarNode):
        fields: dict[str, Any] = host_and_port(value)
        return fields
    return read_fields(value, SERVER_KEYS)


def _storage(value: Value) -> dict[str, Any]:
    return read_fields(value, STORAGE_KEYS)


def _network(value: Value) -> NetworkSettings:
    return NetworkSettings(**read_fields(value, NETWORK_KEYS))


def _server_shape() -> Shape:
    return {"anyOf": [host_and_port.shape(), shape_of(SERVER_KEYS)]}


def _itself(value: Value) -> Value:
    return value


def _policies() -> list[str]:
    """Return the policies that can be set.

    To leave overrides out is asked of a report, not set for all of them.
    """
    return [name for name in POLICIES if name != RAW_POLICY]


policy: Reader = choice(_policies, "a policy")
"""Reads the name of a policy that can be set."""

_metrics = choice(lambda: COMPONENT_METRICS, "a choice of components")

SERVER_KEYS: Mapping[str, Key] = {
    "host": Key("host", host_name),
    "port": Key("port", between(PORTS[0], PORTS[-1])),
    "cors_origins": Key("cors_origins", origins),
    "mcp": Key("mcp", truth),
    "web_config": Key("web_config", file),
    "tokens": Key("tokens", tokens),
    "hosts": Key("hosts", hosts),
    "open": Key("is_open", truth),
}
"""Keys of `server:`."""

NETWORK_KEYS: Mapping[str, Key] = {
    "proxy": Key("proxy", proxy),
    "no_proxy": Key("no_proxy", patterns),
    "ca_file": Key("ca_file", file),
    "client_cert": Key("client_cert", file),
}
"""Keys of `network:`."""

STORAGE_KEYS: Mapping[str, Key] = {
    **duration_keys("snapshots", "snapshot_days", "snapshot_days", "1d", "3650d"),
    **duration_keys("polls", "poll_days", "poll_days", "1d", "3650d"),
    "evidence": Key("evidence", choice(lambda: EVIDENCE, "a choice of evidence")),
}
"""Keys of `storage:`."""

TOP_KEYS: Mapping[str, Key] = {
    "vendors": Key("vendors", Reader(_itself, list_shape)),
    "defaults": Key("defaults", Reader(_itself, lambda: shape_of(COMMON_KEYS))),
    "stacks": Key("stacks", Reader(_itself, stacks_shape)),
    "contact": Key("contact", contact),
    "policy": Key("policy", policy),
    **duration_keys("window", "window_days", "window_days", "1d", "366d"),
    "database": Key("database_url", database),
    "component_metrics": Key("component_metrics", _metrics),
    "server": Key("", Reader(_server, _server_shape)),
    "storage": Key("", Reader(_storage, lambda: shape_of(STORAGE_KEYS))),
    "network": Key("network", Reader(_network, lambda: shape_of(NETWORK_KEYS))),
    "concurrency": Key("concurrency", between(1, 1000)),
    **duration_keys("backfill", "backfill_days", "backfill_days", "0d", "3650d"),
}
"""Keys of the file."""


def _key_places() -> dict[str, str]:
    """Return where each key belongs; for a key of several tables, the first one here."""
    everywhere = "belongs at the top level of the file, it is the same for every vendor"
    homes = (
        (STORAGE_KEYS, "belongs under `storage:`"),
        (SERVER_KEYS, "belongs under `server:`"),
        (NETWORK_KEYS, "belongs under `network:`"),
        (TOP_KEYS, everywhere),
        (COMMON_KEYS, "belongs to a vendor, or under `defaults:` for all of them"),
        (VENDOR_KEYS, "belongs to one vendor of the list"),
    )
    places: dict[str, str] = {}
    for table, place in homes:
        for name in table:
            places.setdefault(name, place)
    return places


KEY_PLACES: Mapping[str, str] = _key_places()
"""Of every key, where it belongs, as a message says it."""
