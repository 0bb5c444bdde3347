"""`/maintenance`: the work that vendors have announced, and that goes on."""

from exporters.pages import maintenance_view
from exporters.pages.visits import Page, PageKind, Visit
from monitor import answers


def maintenance_page(visit: Visit) -> Page:
    """Return the page."""
    found = list(answers.maintenances(visit.store, visit.watched.vendors(), visit.now))
    lists = maintenance_view.work_lists(found, visit.links, visit.now)
    vendors = len({each.page.slug for each in found})
    return Page(
        template="maintenance.html",
        title="Maintenance",
        navigation="Maintenance",
        values={"sentence": maintenance_view.sentence(lists, vendors), "lists": lists},
    )


MAINTENANCE = PageKind("/maintenance", maintenance_page)
