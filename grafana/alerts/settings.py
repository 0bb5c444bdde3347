"""What `make alerts` is told by settings.yaml. Pure."""

from dataclasses import dataclass, fields

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `make alerts` is told by settings.yaml.

    `runbook_base` is the address, with its last slash, below which the runbooks' files are read.
    `keep_last`: whether the Grafana that evaluates the rules knows `KeepLast`, as from 10.4.1 on;
    an older one would not start.
    """

    runbook_base: str = "docs/runbooks/"
    keep_last: bool = True


def read_settings(text: str) -> Settings:
    """Return the settings; what is left out has its default. Raises ValueError for an unknown one
    or a bad value.
    """
    values = yaml.safe_load(text) or {}
    types = {field.name: type(field.default) for field in fields(Settings)}
    if not isinstance(values, dict) or not values.keys() <= types.keys():
        raise ValueError(f"the settings are {', '.join(types)}")
    for name, value in values.items():
        if not isinstance(value, types[name]):
            raise ValueError(f"{name}: {value!r} is no {types[name].__name__}")  # noqa: TRY004
    return Settings(**values)
