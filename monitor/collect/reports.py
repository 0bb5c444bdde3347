"""What is logged and counted of the pages that are read."""

import logging
from collections.abc import Iterable

from monitor.collect.observer import PollObserver
from monitor.collect.session import FetchSession
from monitor.store import PageRecord

log = logging.getLogger(__package__)

MOST_LOGGED_WORDS = 10_000
"""So many unknown words are logged until the process ends: a page may invent one at each poll."""


class Reports:
    """Tells the log and the observer; each unknown word of a page is logged once."""

    def __init__(self, observer: PollObserver) -> None:
        self.observer = observer
        self._logged_words: set[tuple[str, str]] = set()

    def report_unknown_words(self, page: PageRecord, session: FetchSession) -> None:
        """Count the words we have no meaning for, and log each of a page once."""
        for evidence in session.evidence:
            if evidence.unknown_words:
                self.observer.unknown_words(page.platform or "unknown", len(evidence.unknown_words))
                self._log_words(page.slug, evidence.unknown_words)

    def _log_words(self, slug: str, words: Iterable[str]) -> None:
        new = [word for word in words if (slug, word) not in self._logged_words]
        if new and len(self._logged_words) < MOST_LOGGED_WORDS:
            self._logged_words.update((slug, word) for word in new)
            log.warning("unknown words vendor=%s words=%s", slug, ", ".join(new))

    def report_move(self, page: PageRecord, session: FetchSession) -> None:
        """Log and count that the same page answers from a host that was not known for it."""
        witness = session.witness
        if witness is None or not witness.has_moved or session.other_identity is not None:
            return
        before = ", ".join(sorted(witness.own.hosts))
        after = ", ".join(sorted(session.hosts))
        log.warning(
            "address changed vendor=%s id=%s from=%s to=%s",
            page.slug,
            witness.testimony.external_id,
            before,
            after,
        )
        platform = page.platform or "unknown"
        self.observer.moved(page.slug, platform, platform)
