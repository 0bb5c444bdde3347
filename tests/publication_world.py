"""A store of several vendors, and a folder into which they are published."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from store_support import HOUR, component, evidence, impact, incident, save
from watched_world import watched

from exporters.pages import Site
from exporters.publication import Folder, Scope, publish
from exporters.publication.data_files import Dataset, data_months
from exporters.publication.dead_links import target
from monitor import history
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, IncidentUpdate, Level, Phase
from monitor.stacks import Target
from monitor.store import PageSpec, Store

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FIRST = date(2026, 2, 1)
START = datetime(2026, 4, 12, 12, tzinfo=UTC)
HOSTILE = '<b>"Acme" & Co</b>\u202e\n' + "x" * 10_000
PROSE = "We are looking into it, they wrote"
MESSAGE = IncidentUpdate(incident_id="i1", key="u1", at=START, status="resolved", text=PROSE)


def vendors_of(*slugs: str, **more) -> list[VendorConfig]:
    """Return the settings of vendors of these slugs."""
    return [
        VendorConfig(slug=slug, name=slug.title(), url=f"https://{slug}.example/", **more)
        for slug in slugs
    ]


def watch(store: Store, vendors: list[VendorConfig]) -> None:
    """Watch these vendors."""
    specs = [PageSpec(slug=each.slug, name=each.name, url=each.url) for each in vendors]
    store.sync_pages(specs, now=NOW - timedelta(days=200))


def read(
    store: Store, vendor: VendorConfig, *, now: datetime = NOW, hours: int = 1, title="API errors"
) -> None:
    """Read a vendor that had an outage of so many hours on 12 April, and derive its days."""
    page = store.pages([vendor.slug])[0]
    told = incident(
        title=title, started_at=START, resolved_at=START + hours * HOUR, phase=Phase.CLOSED,
        url="javascript:alert(1)",
    )  # fmt: skip
    said = evidence(
        now,
        components=(component(), component("web", title)),
        incidents=(told,),
        updates=(MESSAGE,),
        impacts=(impact(START, START + hours * HOUR, level=Level.MAJOR_OUTAGE),),
        coverage=(Coverage(span=Interval(NOW - timedelta(days=111), now), aspect=Aspect.IMPACTS),),
    )
    save(store, page, said)
    page = store.pages([vendor.slug])[0]
    _, days = history.read(store, page, vendor, first=FIRST, last=now.date(), now=now)
    store.save_days(page.id, days, today=now.date(), now=now, revised_since=FIRST)


def scope_of(store: Store, vendors, *, now=NOW, months=1, base_url=None, has_texts=False) -> Scope:
    """Return what is published of these vendors, with a stack of the first."""
    world = watched(store, *vendors, now=now)
    stacks = {"checkout": (Target(vendors[0].slug),)}
    object.__setattr__(world, "stacks", lambda: MappingProxyType(stacks))
    site = Site(
        watched=world, version="1.2.3", published=True, base_url=base_url, with_texts=has_texts
    )
    return Scope(site=site, now=now, months=months)


def published(root: Path, store: Store, vendors, **more) -> Folder:
    """Publish and return the folder."""
    folder = Folder.open(root)
    for step in publish(scope_of(store, vendors, **more), folder):
        step()
    return folder


def published_data(root: Path, store: Store, vendors, **more) -> Folder:
    """Publish nothing but the dataset, and return the folder."""
    folder, scope = Folder.open(root), scope_of(store, vendors, **more)
    dataset = Dataset(scope, folder)
    for month in data_months(scope):
        dataset.add(month)
    folder.finish({"closed": sorted(dataset.closed)})
    return folder


def contents(root: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path."""
    files = (each for each in root.rglob("*") if each.is_file())
    return {each.relative_to(root).as_posix(): each.read_bytes() for each in files}


def check_links(root: Path) -> int:
    """Check that every page leads to files that are there, loads nothing from elsewhere and has
    each id that is linked; return how many links there are."""
    pages, count = {}, 0
    for file in root.rglob("*.html"):
        soup = BeautifulSoup(file.read_bytes(), "html.parser")
        ids = {each["id"] for each in soup.select("[id]")}
        loaded = soup.select("script, iframe, object, [style]")
        assert not loaded, (file, loaded)
        pages[file.relative_to(root).as_posix()] = (_addresses(soup), ids)
    for path, (addresses, _) in pages.items():
        place = path.rpartition("/")[0]
        for address in addresses:
            count += 1
            file = target(address, place)
            fragment = urlsplit(address).fragment
            if file is None and address.startswith("#"):
                file = path
            assert file is not None, (path, address)
            assert (root / file).is_file(), (path, address)
            if fragment:
                assert fragment in pages[file][1], (path, address)
    return count


def _addresses(soup: BeautifulSoup) -> list[str]:
    """Return the addresses of a page, but for links to vendors' own pages and its own pixel."""
    addresses = [each["href"] for each in soup.select("[href]")]
    addresses += [each["src"] for each in soup.select("[src]")]
    theirs = {each["href"] for each in soup.select('a[rel="nofollow noreferrer"]')}
    return [each for each in addresses if each not in theirs and each != "data:,"]
