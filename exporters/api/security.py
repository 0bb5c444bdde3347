"""By what a request shows who asks, as the OpenAPI document says it. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from exporters.api.models import Problem
from exporters.api.problems import MEDIA_TYPE

CERTIFICATE, BASIC, BEARER = "certificate", "basic", "bearer"

SCHEMES: Mapping[str, Mapping[str, str]] = {
    CERTIFICATE: {
        "type": "mutualTLS",
        "description": "A certificate that the authorities of the web configuration have signed.",
    },
    BASIC: {
        "type": "http",
        "scheme": "basic",
        "description": "A user of the web configuration, with the password.",
    },
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the settings, as `monitor token` makes them.",
    },
}
"""What there are, by their names in the document."""

_REFUSED = {
    "description": "Nobody showed who asks, or none that may.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
}


def secured(schema: Mapping[str, Any], schemes: Collection[str]) -> dict[str, Any]:
    """Return the OpenAPI document with the schemes by which a request shows who asks, and the
    answer to one that does not. Without schemes it is as it was: everybody may ask.

    A certificate must be shown with every request; of the others, either will do.
    """
    if not schemes:
        return dict(schema)
    objects = {scheme: dict(SCHEMES[scheme]) for scheme in schemes}
    return {
        **schema,
        "paths": {path: _refusing(item) for path, item in schema["paths"].items()},
        "components": {**schema["components"], "securitySchemes": objects},
        "security": _ways(schemes),
    }


def _ways(schemes: Collection[str]) -> list[dict[str, list[str]]]:
    always: dict[str, list[str]] = {}
    if CERTIFICATE in schemes:
        always[CERTIFICATE] = []
    others = [scheme for scheme in schemes if scheme != CERTIFICATE]
    return [{**always, name: []} for name in others] or [always]


def _refusing(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        method: {**operation, "responses": {**operation["responses"], "401": _REFUSED}}
        for method, operation in item.items()
    }
