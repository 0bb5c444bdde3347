"""Google's products, and products in a location, as components. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monitor.errors import FetchError, ParseError
from monitor.kit.fallback import gap_of, is_absent
from monitor.kit.fields import Row, optional_verbatim, rows, text, verbatim
from monitor.kit.protocol import StepsTo, get
from monitor.kit.responses import locate_errors, read_json, shape_error
from monitor.model import Component, Gap
from monitor.platforms.google.detection import PRODUCTS


class Catalogue(NamedTuple):
    """The page's own list: the names of its products by id, None where it has no such list or
    where it cannot be read; `gap` says that it cannot.
    """

    names: Mapping[str, str] | None = None
    gap: Gap | None = None


def read_catalogue() -> StepsTo[Catalogue]:
    """Ask for the list of products and return it. Never raises: the incidents count without it."""
    try:
        response = yield from get(PRODUCTS)
        with locate_errors(response.url):
            answer = read_json(response)
            products = answer.get("products") if isinstance(answer, dict) else answer
            return Catalogue(names=product_names(products, "products"))
    except (FetchError, ParseError) as error:
        if is_absent(error):
            return Catalogue()
        return Catalogue(gap=gap_of("the list of products", error))


def product_names(value: object, where: str) -> dict[str, str]:
    """Return the names of the products in a list, by id. A product that was renamed says its new
    name as `current_title`.
    """
    names = {}
    for row in rows(value, where):
        name = optional_verbatim(row.get("current_title"), f"{where}[].current_title")
        key = product_id(row, "id", f"{where}[]")
        names[key] = name or verbatim(row.get("title"), f"{where}[].title")
    return names


def product_id(row: Row, key: str, where: str) -> str:
    """Return a product's id, which must not look like that of a product in a location."""
    value = text(row.get(key), f"{where}.{key}")
    return value if "/" not in value else shape_error(where, "an id without a slash", value)


def in_location(product: str, location: str) -> str:
    """Return the id of the component that a product in a location is."""
    return f"{product}/{location}"


def components(names: Mapping[str, str], pairs: Iterable[str]) -> tuple[Component, ...]:
    """Return the products by name, each followed by its locations; `pairs` are ids as of
    `in_location`.
    """
    locations = defaultdict(set)
    for pair in pairs:
        product, _, location = pair.partition("/")
        locations[product].add(location)
    listing: list[Component] = []
    in_order = sorted(names, key=lambda product: (names[product].casefold(), product))
    for product in in_order:
        name = names[product]
        listing.append(Component(id=product, name=name, position=len(listing)))
        for location in sorted(locations[product]):
            listing.append(
                Component(
                    id=in_location(product, location),
                    name=f"{name} ({location})",
                    group=name,
                    region=location,
                    position=len(listing),
                )
            )
    return tuple(listing)
