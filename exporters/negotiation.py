"""What a client accepts, as its headers say. Pure.

Source: https://www.rfc-editor.org/rfc/rfc9110#name-content-negotiation
"""

from collections.abc import Iterator
from typing import NamedTuple


class _Preference(NamedTuple):
    """One entry of a header, in lower case."""

    name: str
    parameters: dict[str, str]
    weight: float


def wants_openmetrics(accept: str) -> bool:
    """Whether an Accept header prefers OpenMetrics 1 to text. Only when it is named: ``*/*`` and
    nothing mean text.
    """
    openmetrics = text = 0.0
    for media_type, parameters, weight in _preferences(accept):
        if media_type == "application/openmetrics-text":
            if parameters.get("version", "1").split(".")[0] == "1":
                openmetrics = max(openmetrics, weight)
        elif media_type in ("text/plain", "text/*", "*/*"):
            text = max(text, weight)
    return openmetrics > 0 and openmetrics >= text


def wants_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header takes gzip."""
    weights = {coding: weight for coding, _, weight in _preferences(accept_encoding)}
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _preferences(header: str) -> Iterator[_Preference]:
    """Yield what a header accepts. What cannot be read weighs 1."""
    for entry in header.lower().split(","):
        name, *rest = entry.split(";")
        parameters = {}
        for part in rest:
            key, _, value = part.partition("=")
            parameters[key.strip()] = value.strip().strip(' "')
        try:
            weight = float(parameters.get("q", "1"))
        except ValueError:
            weight = 1.0
        yield _Preference(name.strip(), parameters, weight)
