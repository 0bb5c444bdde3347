"""The addresses of feeds: of all vendors, of a tier, of a vendor and of one of its components."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.feeds import atom, json_feed
from exporters.feeds.chronicles import Chronicles
from exporters.feeds.entries import KINDS, Entry, entries_of, unread_entry, urn
from exporters.feeds.feed import Feed, newest
from exporters.feeds.texts import title
from exporters.revalidation import Content, revalidated
from exporters.watched import Watched
from monitor import answers
from monitor.answers import Target
from monitor.config import VendorConfig
from monitor.config.settings import TIERS
from monitor.model import Level

FORMS: Mapping[str, tuple[str, Callable[[Feed], bytes]]] = {
    "atom": (atom.MEDIA_TYPE, atom.atom),
    "json": (json_feed.MEDIA_TYPE, json_feed.json_feed),
}
"""A feed's forms by the endings of their addresses."""

PATHS = ("all", "tier/{tier}", "vendor/{vendor}", "vendor/{vendor}/{component}")

LONGEST_SECONDS = 300
"""How long a feed may be kept, where no vendor of it is polled more often."""


def feed_routes(watched: Watched) -> list[BaseRoute]:
    """Return the routes of the feeds."""
    desk = _Desk(watched, Chronicles(watched))
    return [
        Route(f"/feeds/{path}.{form}", _endpoint(desk, form)) for form in FORMS for path in PATHS
    ]


def _endpoint(desk: "_Desk", form: str) -> Callable[[Request], object]:
    media_type, write = FORMS[form]

    async def answer(request: Request) -> Response:
        level, kinds = _level(request), _kinds(request)

        def make() -> Content:
            vendors = desk.vendors(request.path_params)
            feed = desk.feed(request, vendors, level, kinds)
            intervals = (vendor.interval_seconds for vendor in vendors)
            return Content(
                body=write(feed),
                media_type=media_type,
                max_age_seconds=min([LONGEST_SECONDS, *intervals]),
            )

        return await revalidated(request, make)

    return answer


def _level(request: Request) -> Level | None:
    """Read `level=partial_outage`; None = any. Raises HTTPException 400."""
    words = {level.word: level for level in Level}
    word = request.query_params.get("level")
    if word is not None and word not in words:
        raise HTTPException(400, f"there is no such level; there are {', '.join(words)}")
    return None if word is None else words[word]


def _kinds(request: Request) -> Sequence[str]:
    """Read `kind=incident&kind=level`; none = all. Raises HTTPException 400."""
    kinds = ",".join(request.query_params.getlist("kind")).split(",")
    if kinds == [""]:
        return KINDS
    if not set(kinds) <= set(KINDS):
        raise HTTPException(400, f"there is no such kind; there are {', '.join(KINDS)}")
    return kinds


@dataclass(frozen=True, slots=True)
class _Desk:
    """Makes feeds of what the store holds."""

    watched: Watched
    chronicles: Chronicles

    def vendors(self, path: Mapping[str, str]) -> list[VendorConfig]:
        """Return the vendors that a path asks about, by slug. Raises NoSuchVendor, and
        HTTPException 404 for a tier that is none.
        """
        if "vendor" in path:
            return [self.watched.vendor(path["vendor"])]
        tier = path.get("tier")
        if tier not in (None, *TIERS):
            raise HTTPException(404, f"there is no such tier; there are {', '.join(TIERS)}")
        vendors = sorted(self.watched.vendors().values(), key=lambda vendor: vendor.slug)
        return [vendor for vendor in vendors if tier in (None, vendor.tier)]

    def feed(
        self,
        request: Request,
        vendors: Sequence[VendorConfig],
        level: Level | None,
        kinds: Sequence[str],
    ) -> Feed:
        """Return the feed of these vendors. Raises HTTPException 404 for a component that is
        none, and StoreError.
        """
        component, now = request.path_params.get("component"), self.watched.clock()
        found: list[Entry] = []
        with self.watched.patiently():
            for vendor in vendors:
                found += self._entries(vendor, component, now)
        is_of_one = "vendor" in request.path_params
        what = title(_title(request.path_params, vendors))
        return Feed(
            id=urn("feed", vendors[0].url if is_of_one else request.url.netloc, what),
            title=what,
            url=str(request.url.replace(path=quote(request.url.path))),
            home=vendors[0].url if is_of_one else None,
            entries=newest(found, level=level, kinds=kinds),
        )

    def _entries(
        self, vendor: VendorConfig, component: str | None, now: datetime
    ) -> Iterator[Entry]:
        page = self.watched.page(vendor.slug)
        if page is None:
            return
        try:
            chronicle = self.chronicles.of(page, vendor, component, now)
        except ValueError as error:
            raise HTTPException(404, str(error)) from None
        yield from entries_of(chronicle)
        status = answers.status(self.watched.store, page, vendor, Target(vendor.slug), now)
        unread = unread_entry(status, vendor.name, page.added_at)
        if unread is not None:
            yield unread


def _title(path: Mapping[str, str], vendors: Sequence[VendorConfig]) -> str:
    if "vendor" in path:
        return " ".join([vendors[0].name, path.get("component", "")])
    return f"Vendors of tier {path['tier']}" if "tier" in path else "All vendors"
