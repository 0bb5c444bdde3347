"""`/definitions`: what every word and figure means."""

from exporters.cells import KEYS
from exporters.pages.definitions_view import all_definitions, weights
from exporters.pages.visits import Page, PageKind, Visit


def definitions_page(visit: Visit) -> Page:
    """Return the page; it reads nothing."""
    policy = visit.site.policy()
    return Page(
        template="definitions.html",
        title="Definitions",
        navigation="Definitions",
        values={
            "keys": KEYS,
            "words": all_definitions(visit.now, policy),
            "policies": list(weights(policy)),
        },
    )


DEFINITIONS = PageKind("/definitions", definitions_page)
