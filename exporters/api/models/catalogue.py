"""The vendors that we know of, and the index of what can be asked for."""

from exporters.api.models.base import Now
from exporters.documents import Model


class CatalogueEntry(Model):
    """A vendor that we know of."""

    slug: str
    name: str
    aliases: list[str]
    page: str
    platform: str
    category: str
    confidence: str
    checked: str
    source: str
    regions: list[str]
    note: str | None
    watched: bool


class Catalogue(Now):
    """Vendors that we know of, by slug. `platform` is a hint of the day it was `checked`."""

    catalogue: list[CatalogueEntry]
    next_cursor: str | None


class Resource(Model):
    """What can be asked for."""

    path: str
    summary: str


class Index(Now):
    """What can be asked for, and by what version."""

    version: str
    openapi: str
    documentation: str
    resources: list[Resource]
