"""`/stacks` and `/stacks/<name>`: whether what one's own services depend on works."""

from exporters.cells import KEYS
from exporters.pages import stacks_view
from exporters.pages.visits import NotThere, Offer, Page, PageKind, Visit
from monitor import answers
from monitor.answers import StackStatus
from monitor.lookups import by_slug
from monitor.suggestions import nearest


def stacks_page(visit: Visit) -> Page:
    """Return the page of all stacks."""
    statuses = [_status(visit, name) for name in visit.watched.stacks()]
    return Page(
        template="stacks.html",
        title="Stacks",
        navigation="Stacks",
        values={"stacks": stacks_view.stack_rows(statuses, visit.links)},
    )


def stack_page(visit: Visit) -> Page:
    """Return the page of one stack. Raises NotThere."""
    name, stacks = visit.path["stack"], visit.watched.stacks()
    if name not in stacks:
        near = nearest(name, stacks)
        offers = [Offer(near, visit.links.stack(near))] if near else []
        raise NotThere(answers.no_stack(name, stacks), offers)
    stack = _status(visit, name)
    slugs = {status.target.vendor for status in stack.statuses}
    pages = by_slug(visit.store.pages(slugs, removed=True))
    zones = {slug: page.zone for slug, page in pages.items()}
    return Page(
        template="stack.html",
        title=name,
        navigation="Stacks",
        values={
            "keys": KEYS,
            "sentence": stacks_view.sentence(stack, visit.links),
            "targets": stacks_view.target_rows(stack, zones, visit.links),
        },
    )


def _status(visit: Visit, name: str) -> StackStatus:
    targets = visit.watched.stacks()[name]
    return answers.stack_status(visit.store, visit.watched.vendors(), name, targets, visit.now)


STACKS = PageKind("/stacks", stacks_page)
STACK = PageKind("/stacks/{stack}", stack_page)
