"""What is logged and counted of the pages that are read."""

import logging
from collections.abc import Iterable
from datetime import datetime

from monitor.collect.observer import PollObserver
from monitor.collect.session import FetchSession
from monitor.errors import PageError
from monitor.plain import duration
from monitor.store import PageRecord

log = logging.getLogger(__package__)
news = logging.getLogger(f"{__package__}.news")
"""What is told to who runs a server, whatever else is logged: once when it begins or ends."""

MOST_LOGGED_WORDS = 10_000
"""So many unknown words are logged until the process ends: a page may invent one at each poll."""


class Reports:
    """Tells the log and the observer; each unknown word of a page is logged once, and so is that a
    page cannot be read, until it is read again.
    """

    def __init__(self, observer: PollObserver) -> None:
        self.observer = observer
        self._unread_since: dict[int, datetime] = {}
        self._logged_words: set[tuple[str, str]] = set()

    def report_readability(self, page: PageRecord, error: PageError | None, now: datetime) -> None:
        """Log that the page cannot be read any more, or is read again. `page` is as it was before.

        A page that could not be read before this process began is told of once more.
        """
        if error is not None and page.id not in self._unread_since:
            self._unread_since[page.id] = page.last_success_at or now
            news.warning(
                "page cannot be read vendor=%s reason=%s last_read=%s: %s",
                page.slug,
                error.reason,
                _utc(page.last_success_at),
                error,
            )
        elif error is None and (page.last_ok is False or page.id in self._unread_since):
            since = self._unread_since.pop(page.id, page.last_success_at)
            unread = "unknown" if since is None else duration((now - since).total_seconds())
            news.info("page is read again vendor=%s unread_for=%s", page.slug, unread)

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


def _utc(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
