"""Which platform a watched page is on: detected, kept, and detected anew when the page has
moved.
"""

import logging
from collections.abc import Iterable, Sequence
from functools import partial

from monitor.collect.detection import Detection, detect
from monitor.collect.ownership import identity_changed
from monitor.collect.parts import Parts
from monitor.collect.session import FetchSession
from monitor.errors import Overloaded, PageError
from monitor.identity import Identity, at_home
from monitor.store import PageRecord
from monitor.witness import PageMatch, judge

log = logging.getLogger(__package__)

REDETECT_AFTER = 3
"""Consecutive unreadable answers after which the platform is detected anew: pages move."""


class Identification:
    """Finds the platforms of pages and keeps them in the store."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def in_doubt(self, page: PageRecord) -> bool:
        """Whether the page's answers were not its platform's several times in a row."""
        unreadable = page.parse_failures
        is_configured = self._parts.settings.vendors[page.slug].platform is not None
        return not is_configured and unreadable > 0 and unreadable % REDETECT_AFTER == 0

    async def identify(self, page: PageRecord, asking: FetchSession) -> PageRecord:
        """Return the page with its platform, detected from two independent signals; keep both.

        A page whose platform is in doubt keeps it where nothing else is recognised: then it is
        broken, not moved.
        """
        configured_name = self._parts.settings.vendors[page.slug].platform
        if configured_name is not None:
            return await self._set_platform(page, configured_name, ["configured"])
        detection = await self._detect(page, asking)
        if detection is None:
            return page
        return await self._set_platform(page, detection.platform, detection.why)

    async def _detect(self, page: PageRecord, asking: FetchSession) -> Detection | None:
        """Return the platform of a page; None when it keeps the one it has."""
        session = self._parts.settings.session(page, gives_way=asking.limits.gives_way)
        session.answers, session.keeps_answers = asking.answers, asking.keeps_answers
        try:
            ask = partial(self._parts.driver.ask, session=session)
            detection = await detect(page.url, ask)
        except Overloaded:
            raise
        except PageError:
            if page.platform is None:
                asking.bodies += session.bodies
                raise
            return None
        finally:
            asking.waits += session.waits
        await self._require_same_place(page, detection.platform, session.hosts, asking)
        return detection

    async def _set_platform(self, page: PageRecord, name: str, why: Sequence[str]) -> PageRecord:
        """Keep the page's platform; return the page as it is stored then."""
        store, db = self._parts.store, self._parts.writer.db
        if page.platform in {None, name}:
            await db(store.set_platform, page.id, name, why)
            log.info("platform vendor=%s platform=%s because %s", page.slug, name, "; ".join(why))
        else:
            await self._move(page, name, why)
        return await db(store.page, page.id)

    async def _require_same_place(
        self,
        page: PageRecord,
        name: str,
        hosts: Iterable[str],
        asking: FetchSession,
    ) -> None:
        """Raise IdentityChanged when a page of another platform was found at another host.

        Nothing vouches for it.
        """
        if page.platform in {None, name}:
            return
        asking.cache = await self._parts.writer.cached(page)
        own = at_home(asking.cache.identity, page.url)
        answer = Identity(platform=name, hosts=frozenset(hosts))
        if judge(own, answer) is PageMatch.ANOTHER:
            asking.other_identity = answer
            raise identity_changed(page, own, answer)

    async def _move(self, page: PageRecord, name: str, why: Sequence[str]) -> None:
        """Keep that the page is on another platform than before.

        Its history stays, what lies between is unknown.
        """
        parts = self._parts
        left_at = page.last_success_at or parts.clock()
        why = [*why, f"moved: was {page.platform} until {left_at:%Y-%m-%d %H:%M} UTC"]
        await parts.writer.db(
            parts.store.change_platform, page.id, name, why, left_at=left_at, now=parts.clock()
        )
        log.warning(
            "platform changed vendor=%s from=%s to=%s because %s",
            page.slug,
            page.platform,
            name,
            "; ".join(why),
        )
        parts.reports.observer.moved(page.slug, page.platform or "unknown", name)
