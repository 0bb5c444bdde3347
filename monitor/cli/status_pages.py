"""What `monitor status --now` says: the pages themselves are asked."""

from dataclasses import replace

from monitor import answers
from monitor.answers import Status, TargetQuery
from monitor.cli.detection import contact_page
from monitor.cli.status_question import Place
from monitor.config import Settings
from monitor.errors import PageError
from monitor.lookups import by_slug
from monitor.own_settings import load_settings, page_named
from monitor.runtime import ad_hoc_vendor
from monitor.stacks import Target
from monitor.wall_clock import now


def ask_pages(query: TargetQuery, place: Place, *, allow_private: bool) -> list[Status]:
    """Return the targets' statuses as their pages tell them now, each page asked once.

    Raises ConfigError for a vendor that is no address and has no name in the settings or the
    catalogue.
    """
    settings = load_settings(place.config, place.database)
    targets = query.among(by_slug(settings.vendors), settings.stacks)
    addresses = [page_named(target.vendor, settings) for target in targets]
    pages = {url: _Page(url, settings, allow_private) for url in addresses}
    return [pages[url].status(target) for target, url in zip(targets, addresses, strict=True)]


class _Page:
    """One page, asked when it is made."""

    def __init__(self, url: str, settings: Settings, allow_private: bool) -> None:
        namesakes = (vendor for vendor in settings.vendors if vendor.url == url)
        self._vendor = next(namesakes, None) or ad_hoc_vendor(url)
        try:
            self._contact = contact_page(url, settings, allow_private=allow_private)
        except PageError as error:
            self._error: PageError | None = error
        else:
            self._error = None

    def status(self, target: Target) -> Status:
        """Return how a target of this page is."""
        if self._error is not None:
            why = f"the page could not be read: {self._error}"
            return replace(answers.never_read(self._vendor, target, now()), why_unknown=why)
        contact = self._contact
        return answers.target_status(contact.page, contact.state, self._vendor, target, now())
