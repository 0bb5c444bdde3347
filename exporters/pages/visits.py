"""What a page is asked with, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from starlette.datastructures import QueryParams

from exporters.boards import Board, Entry
from exporters.pages.dossiers import Dossiers
from exporters.pages.figures import Figures, figures_of
from exporters.pages.links import Links
from exporters.pages.row_heads import RowHeads
from exporters.watched import Watched
from monitor import answers
from monitor.answers import Record
from monitor.ratios import DEFAULT_POLICY
from monitor.store import Store

LONGEST_SECONDS = 300
"""How long a page may be kept at most."""


@dataclass(slots=True, kw_only=True)
class Site:
    """What all pages are made from. `policy` is the one in force, a name of
    `monitor.ratios.POLICIES`; `with_texts` also shows what vendors' messages say. `base_url` is the
    address of what is published, with a slash at its end; None = it is not known. Safe to use from
    several threads.
    """

    watched: Watched
    version: str = ""
    policy: Callable[[], str] = lambda: DEFAULT_POLICY
    with_texts: bool = True
    published: bool = False
    base_url: str | None = None
    board: Board[Figures] = field(init=False)
    heads: RowHeads = field(init=False)
    dossiers: Dossiers = field(default_factory=Dossiers, init=False)

    def __post_init__(self) -> None:
        self.heads = RowHeads(Links(published=self.published))
        self.board = Board(self.watched, self._figures)

    def _figures(self, entry: Entry, record: Record) -> Figures:
        store, now = self.watched.store, record.query.now
        changes = answers.revised_days(store, record.page, record.window, moment=now)
        revised = {change.date for change in changes if change.component is None}
        return figures_of(entry, record, Links(published=self.published), revised)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at a page, at `now` (aware). `told_at` is since when all that it shows is as it is;
    None = that is not asked. `path` are the parts of its address by their names, `question` its
    parameters, `links` the addresses that it may print, `base_url` what we were asked by, with a
    slash at its end; None = it is not asked over HTTP.
    """

    site: Site
    now: datetime
    told_at: datetime | None = None
    base_url: str | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    question: QueryParams = field(default_factory=QueryParams)
    links: Links = field(default_factory=Links)

    @property
    def as_of(self) -> datetime:
        """The moment that the page says it is of."""
        return self.told_at or self.now

    @property
    def watched(self) -> Watched:
        """The vendors that are watched."""
        return self.site.watched

    @property
    def store(self) -> Store:
        """The store, which is only read."""
        return self.site.watched.store


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is to be printed: its template, with the values it prints beside those of every
    page (`routes.frame`). `navigation` is its title in the header, "" when it is not there.
    """

    template: str
    title: str
    values: Mapping[str, object] = field(default_factory=dict)
    navigation: str = ""
    status: int = 200
    max_age_seconds: int = LONGEST_SECONDS


@dataclass(frozen=True, slots=True)
class PageKind:
    """Pages of one kind: the path of their addresses, as Starlette writes it, and what makes one
    of them. It may raise NotThere, NoSuchVendor, HTTPException and StoreError.
    """

    path: str
    make: Callable[[Visit], Page]


@dataclass(frozen=True, slots=True)
class Offer:
    """Where else to go: a text and its address."""

    text: str
    address: str


class NotThere(LookupError):
    """There is no such page; the sentence says what there is not, the offers what there is."""

    def __init__(self, sentence: str, offers: Sequence[Offer] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.offers = tuple(offers)
