"""The JSON Schema of the settings file, made of the tables by which the file is read."""

from typing import Any

from monitor.config.file_keys import TOP_KEYS
from monitor.config.keys import shape_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema() -> dict[str, Any]:
    """Return the schema of `monitor.yaml` as this version reads it on this machine, which names
    the catalogue's vendors, the platforms and the time zones.

    It refuses no file that is read, save one without vendors, which MONITOR_VENDORS can name.
    """
    about = {"$schema": DIALECT, "title": "Settings of vendorstatus (monitor.yaml)"}
    return {**about, **shape_of(TOP_KEYS), "required": ["vendors"]}
