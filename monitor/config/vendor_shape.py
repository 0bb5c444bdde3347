"""The JSON Schema of the list of vendors: what may stand in it, and which keys need which."""

from monitor.config.addresses import ADDRESS
from monitor.config.catalog import catalog
from monitor.config.keys import shape_of
from monitor.config.readers import Shape
from monitor.config.vendor_keys import VENDOR_KEYS
from monitor.lookups import slugs_of


def list_shape() -> Shape:
    """Return the shape of the list: slugs of the catalogue, addresses, or mappings."""
    slugs = sorted(set(slugs_of(catalog())))
    address = {"type": "string", "pattern": ADDRESS, "allOf": [{"pattern": "[./:]"}]}
    items = {"anyOf": [{"enum": slugs}, address, _mapping(slugs)]}
    return {"type": "array", "items": items, "minItems": 1}


def _mapping(slugs: list[str]) -> Shape:
    shape = shape_of(VENDOR_KEYS)
    of_catalogue = {"required": ["slug"], "properties": {"slug": {"enum": slugs}}}
    shape["anyOf"] = [{"required": ["url"]}, of_catalogue]
    shape["allOf"] += [
        {"if": _platform("html"), "then": {"required": ["html"]}},
        {"if": {"required": ["html"]}, "then": _platform("html", or_none=True)},
        {
            "if": {"required": ["feed"], "not": {"required": ["html"]}},
            "then": _platform("feed", or_none=True),
        },
    ]
    return shape


def _platform(name: str, *, or_none: bool = False) -> Shape:
    """Return the shape of a vendor of a platform."""
    shape = {"properties": {"platform": {"const": name}}}
    return shape if or_none else {**shape, "required": ["platform"]}
