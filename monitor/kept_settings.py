"""What a database keeps of a vendor's settings: all that figures and labels depend on. Pure.

How a page is reached is not kept: headers are secret, and a timeout changes no figure.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from monitor.config import Settings, VendorConfig

NOT_KEPT = frozenset({"slug", "headers", "timeout_seconds", "max_body_mib", "allow_private"})
_DEFAULTS = VendorConfig(slug="", name="", url="")


def kept_settings(vendor: VendorConfig) -> dict[str, Any]:
    """Return the settings to keep of a vendor, by field, as JSON has them.

    One that has its default is left out, so that a version with more settings keeps the same of a
    vendor that uses none of them.
    """
    settings = {}
    for field in fields(vendor):
        value = getattr(vendor, field.name)
        if field.name not in NOT_KEPT and value != getattr(_DEFAULTS, field.name):
            settings[field.name] = _plain(value)
    return settings


def default_of(name: str) -> Any:  # noqa: ANN401
    """Return what a setting is where it is not kept, as JSON has it; None for one that this version
    does not know.
    """
    return _plain(getattr(_DEFAULTS, name, None))


def digest(settings: Settings) -> str:
    """Return a short text that is another one where other vendors are watched, or with settings
    that make other figures.
    """
    from hashlib import sha256  # late: OpenSSL is loaded for it, and who only looks needs none

    vendors = {vendor.slug: kept_settings(vendor) for vendor in settings.vendors}
    text = json.dumps([settings.policy, vendors], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return a setting as JSON has it; texts of which the order says nothing are sorted."""
    if is_dataclass(value):
        return _plain({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        plain = [_plain(each) for each in value]
        return sorted(plain) if all(isinstance(each, str) for each in plain) else plain
    return value
