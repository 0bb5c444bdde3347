"""What the API answers from, and how a question becomes a response."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from anyio import CapacityLimiter, sleep, to_thread
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response

from exporters.api.caching import (
    Answers,
    Body,
    Stamp,
    changed_at,
    entity_tag,
    stamp,
    tick,
)
from exporters.api.problems import NotThere
from exporters.api.repeated import Question, Repeated
from exporters.latest import Latest
from exporters.negotiation import wants_gzip
from exporters.revalidation import is_known
from exporters.text_format import ON_SURROGATES
from monitor import answers
from monitor.component_names import find_component
from monitor.config import VendorConfig, catalog_names
from monitor.errors import MonitorError
from monitor.intervals import day_of
from monitor.lookups import by_key
from monitor.model import KnownComponent
from monitor.plain import json_text
from monitor.ratios import DEFAULT_POLICY
from monitor.stacks import NO_STACKS, Stacks, vendors_of
from monitor.store import PageRecord, Store
from monitor.suggestions import did_you_mean, keys_named, nearest_key

ANSWER_SECONDS = 3.0
"""How long the store may be silent while an answer is made."""

REFRESH_SECONDS = 0.25
"""How soon after a poll what is asked again and again is answered anew."""

_MOST_RECORDS, _LONGEST_KEPT = 4, 400
"""Records that are kept, and of how many days at most: a large page's over years takes tens of
megabytes."""

Records = Latest[Stamp, answers.Record]

_MOST_AT_ONCE = 2
"""Answers that are made at one time; the others wait, and keep no scrape and no probe waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One vendor that is asked about at `now`."""

    store: Store
    page: PageRecord
    vendor: VendorConfig
    now: datetime
    records: Records
    number: int

    @property
    def stamp(self) -> Stamp:
        """What an answer about it depends on, beside the settings and the question."""
        return stamp(self.page, self.vendor, self.now)

    def today(self, known_at: datetime | None) -> date:
        """Return the page's day at the moment of knowledge."""
        return day_of(min(self.now, known_at or self.now), self.page.zone)

    def record(self, query: answers.ReportQuery) -> answers.Record:
        """Return what it did over a window: one record for all resources that tell of it."""
        if query.window_days > _LONGEST_KEPT:
            return self._make(query)
        key = (
            *self.stamp,
            self.number,
            query.window_days,
            query.as_of,
            query.known_at,
            query.policy,
            query.spans,
            query.target,
        )
        return self.records.get(key, lambda: self._make(query))

    def _make(self, query: answers.ReportQuery) -> answers.Record:
        return answers.record(self.store, self.page, self.vendor, query)

    def component(self, name: str) -> KnownComponent:
        """Return the component of this slug, id or name. Raises NotThere."""
        components = self.store.known_components(self.page.id)
        try:
            return find_component(components, name)
        except ValueError as error:
            names = {each.slug: [each.component.full_name] for each in components}
            near = nearest_key(name, names)
            detail = f"{self.page.slug}: {error}"
            raise NotThere(detail, [near] if near else []) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The store and the settings as they are while one question is answered."""

    store: Store
    vendors: Mapping[str, VendorConfig]
    stacks: Stacks
    policy: str
    window_days: int
    now: datetime
    number: int
    records: Records

    def subjects(self, slugs: Sequence[str]) -> list[Subject]:
        """Return these vendors, of which there is a page in the store, by slug."""
        pages = self.store.pages(slugs, removed=True) if slugs else []
        return [self._subject(page) for page in sorted(pages, key=lambda page: page.slug)]

    def subject(self, word: str) -> Subject:
        """Return the vendor of this slug, or of this name in any case. Raises NotThere."""
        slug = self.slug(word)
        subjects = self.subjects([slug])
        if not subjects:
            raise NotThere(f"{slug} is not in the database yet")
        return subjects[0]

    def distinct_subjects(self, words: Iterable[str]) -> list[Subject]:
        """Return the vendors of these words, each once. Raises NotThere."""
        return list(by_key(map(self.subject, words), attrgetter("page.slug")).values())

    def _subject(self, page: PageRecord) -> Subject:
        return Subject(
            store=self.store,
            page=page,
            vendor=self.vendors[page.slug],
            now=self.now,
            records=self.records,
            number=self.number,
        )

    def slugs_of(self, stack: str) -> set[str]:
        """Return the vendors of a stack that are watched."""
        return vendors_of(self.stacks[stack]) & self.vendors.keys()

    def slug(self, word: str) -> str:
        """Return the slug of the vendor of this slug, or of this name in any case. Raises
        NotThere.
        """
        return word if word in self.vendors else self._slug(word)

    def _slug(self, word: str) -> str:
        names = {
            slug: [vendor.name, *catalog_names(vendor.url)] for slug, vendor in self.vendors.items()
        }
        match keys_named(word, names):
            case [slug]:
                return slug
            case []:
                near = nearest_key(word, names)
                what = did_you_mean(near) or "/api/v1/vendors lists those there are"
                raise NotThere(f"no vendor {word!r} is watched; {what}", [near] if near else [])
            case several:
                raise NotThere(f"{word!r} may be {' or '.join(several)}", several)


@dataclass(frozen=True, slots=True)
class Reply:
    """What answers a question: what it depends on, when that changed last, and how it is made. One
    `of_moment` is another one a second later, so that making it ahead helps nobody.
    """

    depends_on: Stamp
    changed_at: datetime
    make: Callable[[], Mapping[str, Any]]
    of_moment: bool = False

    def tag(self, path: str, query: str, moment: Moment) -> str:
        """Return what the answer at an address is told by."""
        return entity_tag(path, query, moment.number, self.depends_on)

    @classmethod
    def about(cls, subject: Subject, make: Callable[[], Mapping[str, Any]]) -> "Reply":
        """Return the reply that depends on one vendor."""
        return cls(subject.stamp, changed_at(subject.page, subject.now), make)

    @classmethod
    def about_all(
        cls, subjects: Sequence[Subject], now: datetime, make: Callable[[], Mapping[str, Any]]
    ) -> "Reply":
        """Return the reply that depends on several vendors, or on none."""
        changes = [changed_at(each.page, now) for each in subjects]
        stamps = tuple(each.stamp for each in subjects)
        return cls((tick(now), *stamps), max(changes, default=now), make)


class Desk:
    """Answers from a store, by the settings in force; from any thread.

    `vendors` are the settings by slug, `policy` and `window_days` what counts where a question does
    not say. `within` bounds how long the store is waited for. Raises what the store raises.
    """

    def __init__(
        self,
        store: Store,
        *,
        vendors: Mapping[str, VendorConfig],
        clock: Callable[[], datetime],
        stacks: Stacks = NO_STACKS,
        policy: str = DEFAULT_POLICY,
        window_days: int = 90,
        within: Callable[[float], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._store = store
        self._clock = clock
        self._within = within
        self._answers = Answers()
        self._records = Records(_MOST_RECORDS)
        self._limiter: CapacityLimiter | None = None
        self._refresher: CapacityLimiter | None = None
        self._repeated = Repeated[Callable[[Moment], Reply]]()
        self._number = 0
        self._settings = (0, dict(vendors), dict(stacks), policy, window_days)

    def configure(
        self,
        *,
        vendors: Mapping[str, VendorConfig],
        policy: str,
        window_days: int,
        stacks: Stacks = NO_STACKS,
    ) -> None:
        """Answer by these settings from now on."""
        self._number += 1
        self._settings = (self._number, dict(vendors), dict(stacks), policy, window_days)

    def moment(self) -> Moment:
        """Return the store and the settings as they are now."""
        number, vendors, stacks, policy, window_days = self._settings
        return Moment(
            store=self._store,
            vendors=vendors,
            stacks=stacks,
            policy=policy,
            window_days=window_days,
            now=self._clock(),
            number=number,
            records=self._records,
        )

    async def answer(self, request: Request, ask: Callable[[Moment], Reply]) -> Response:
        """Return the response to a question: in a thread, from what is kept where that still
        stands, and without a body where the client has it. Raises what `ask` raises.
        """
        if self._limiter is None:  # it belongs to the loop that answers
            self._limiter = CapacityLimiter(_MOST_AT_ONCE)
        known_tags = request.headers.get("if-none-match", "")
        url = request.url
        self._repeated.note(Question(url.path, url.query, ask, self._clock()))
        work = _Work(self, url, known_tags, ask)
        return await to_thread.run_sync(work.respond, _takes_gzip(request), limiter=self._limiter)

    async def keep_fresh(self) -> None:
        """Answer ahead, for ever, what is asked again and again, whenever it has changed."""
        self._refresher = CapacityLimiter(1)
        while True:
            await sleep(REFRESH_SECONDS)
            await to_thread.run_sync(self.refresh, limiter=self._refresher)

    def refresh(self) -> None:
        """Make the answers of repeated questions that are not those that are kept."""
        for question in self._repeated.lately(self._clock()):
            try:
                with self.patient():
                    moment = self.moment()
                    reply = question.ask(moment)
                    if reply.of_moment:
                        self._repeated.forget(question)
                        continue
                    self.body(reply.tag(question.path, question.query, moment), reply)
            except (LookupError, ValueError, MonitorError):
                # Whoever asks next is told what is wrong.
                self._repeated.forget(question)

    def body(self, tag: str, reply: Reply) -> Body:
        """Return the answer of a tag, made where it is not kept."""
        body = self._answers.get(tag)
        if body is None:
            text = f"{json_text(reply.make())}\n"
            body = Body.of(text.encode(errors=ON_SURROGATES))
            self._answers.keep(tag, body)
        return body

    def patient(self) -> AbstractContextManager[object]:
        """Wait for the store no longer than `ANSWER_SECONDS` inside."""
        return self._within(ANSWER_SECONDS)


@dataclass(frozen=True, slots=True)
class _Work:
    """One question, to be answered in a thread."""

    desk: Desk
    url: URL
    known_tags: str
    ask: Callable[[Moment], Reply]

    def respond(self, use_gzip: bool) -> Response:  # noqa: FBT001 - given by place to the thread
        with self.desk.patient():
            moment = self.desk.moment()
            reply = self.ask(moment)
            tag = reply.tag(self.url.path, self.url.query, moment)
            headers = {
                "etag": tag,
                "last-modified": format_datetime(reply.changed_at.astimezone(UTC), usegmt=True),
                "cache-control": "private, no-cache",
                "vary": "Accept-Encoding",
            }
            if self.known_tags and is_known(tag, self.known_tags):
                return Response(status_code=304, headers=headers)
            body = self.desk.body(tag, reply)
        if use_gzip and body.compressed is not None:
            headers["content-encoding"] = "gzip"
            return Response(body.compressed, media_type="application/json", headers=headers)
        return Response(body.plain, media_type="application/json", headers=headers)


def _takes_gzip(request: Request) -> bool:
    return wants_gzip(request.headers.get("accept-encoding", ""))


def desk_of(request: Request) -> Desk:
    """Return the desk that answers a request."""
    desk: Desk = request.app.state.desk
    return desk


def address(path: str, **parameters: object) -> str:
    """Return the address of a resource, as a path with its query."""
    query = urlencode(parameters)
    return f"/api/v1{path}?{query}" if query else f"/api/v1{path}"
