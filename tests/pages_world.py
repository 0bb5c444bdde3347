"""Pages over a real store, with what every page promises checked at each look."""

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

from store_support import NOW
from watched_world import ask, watched

from exporters.pages import Site, page_routes
from monitor.config import VendorConfig
from monitor.stacks import Target
from monitor.store import Store

_VOID = {"meta", "link", "input", "br", "img", "hr"}
_TABLE_PARTS = {"table", "thead", "tbody", "tr", "th", "td"}


class Html(HTMLParser):
    """A page as its elements and its words. Raises where an element is closed that is not open."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag, **attributes):
        """Return the attributes of elements that have these."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        elements = (own for name, own in self.elements if name == tag)
        return [own for own in elements if wanted.items() <= own.items()]

    @property
    def links(self):
        return [own["href"] for own in self.all("a")]

    def cells(self):
        """Return (classes, title) of every day's cell."""
        return [(own["class"], own["title"]) for own in self.all("i")]


def site_routes(world):
    return page_routes(Site(watched=world, version="1.2.3"))


async def fetch(
    store: Store,
    path: str,
    *vendors: VendorConfig,
    now: datetime = NOW,
    stacks=None,
    is_empty=False,
    **asked,
):
    """Return the answer of a page's address as it comes; without `vendors` Acme is watched."""
    targets = {name: tuple(map(Target.parse, words)) for name, words in (stacks or {}).items()}
    world = replace(watched(store, *vendors, now=now), stacks=lambda: targets)
    if is_empty:
        world = replace(world, vendors=dict)
    return await ask(site_routes, world, path, **asked)


async def get(store: Store, path: str, *vendors: VendorConfig, status: int = 200, **asked) -> Html:
    """Return a page, having checked what all of them promise."""
    answer = await fetch(store, path, *vendors, **asked)
    assert answer.status_code == status, answer.text
    check(answer)
    return Html(answer.text)


def check(answer) -> None:
    """Check that a page is safe, relative and whole."""
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Html(answer.text)
    for tag, own in page.elements:
        assert tag not in {"script", "style", "iframe"}
        assert not [name for name in own if name == "style" or name.startswith("on")]
        # HTML forbids it, and browsers keep a table's meaning whatever its display.
        assert not (tag in _TABLE_PARTS and "role" in own), tag
    ids = [own["id"] for _, own in page.elements if "id" in own]
    assert len(ids) == len(set(ids)), ids
    ours = [own["href"] for own in page.all("a") if own.get("rel") != "nofollow noreferrer"]
    assert not [link for link in ours if re.match(r"/|[a-z]+:", link)], ours
    assert len(page.all("h1")) == 1
    assert page.all("main", id="main")
