"""What the store knows of a page, so that its next poll is cheap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.fetch import Validators
from monitor.identity import Identity
from monitor.model import Component, Evidence, Phase, id_set
from monitor.store import PageRecord, Store
from monitor.writer.poll_write import PollWrite


@dataclass(frozen=True, slots=True)
class PageCache:
    """What the store knew of a page at one version of it; valid as long as the version is.

    `unfinished_incidents` are the incidents and maintenances that have not ended, announced ones
    included. `component_ids` are those of what is on the page; `component_list` is the list as the
    page told it last, None = not since this process began. `message_hashes` has, by source, a hash
    of the messages it told last. `identity` is what the page is known by, `other_identity` the
    other page that was read in its place.
    """

    version: int
    validators: Mapping[str, Validators] = field(default_factory=dict)
    unfinished_incidents: Mapping[str, Phase] = field(default_factory=dict)
    component_ids: frozenset[str] = frozenset()
    component_list: tuple[Component, ...] | None = None
    message_hashes: Mapping[str, int] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)
    other_identity: Identity | None = None

    @property
    def has_open_incident(self) -> bool:
        """Whether something is going on now; what is only announced is not."""
        return Phase.OPEN in self.unfinished_incidents.values()


class PageCaches:
    """The caches of the pages that this process reads. All but `get` is called by the writer's
    thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._caches: dict[int, PageCache] = {}

    def get(self, page_id: int, version: int | None) -> PageCache | None:
        """Return the page's cache if it is of this version."""
        cache = self._caches.get(page_id)
        return cache if cache is not None and cache.version == version else None

    def load(self, page: PageRecord) -> PageCache:
        """Read the page's cache from the store."""
        now = self._store.page(page.id)  # first: what changes meanwhile has a later version
        validators = {}
        for url, row in self._store.validators(page.id).items():
            validators[url] = Validators(
                etag=row.etag, last_modified=row.last_modified, sha256=row.sha256
            )
        cache = PageCache(
            now.version,
            validators,
            self._store.unfinished_incidents(page.id),
            self._store.component_ids(page.id),
            identity=now.identity,
            other_identity=now.refused,
        )
        self._caches[page.id] = cache
        return cache

    def drop(self, page_id: int) -> None:
        """Read the page's cache from the store again before its next poll."""
        self._caches.pop(page_id, None)

    def drop_unchanged(self, page_id: int, version: int | None, evidence: Evidence) -> Evidence:
        """Return the evidence without the components and the messages that are those written last.

        To compare them with the rows is expensive, and there is nothing to write.
        """
        cache = self.get(page_id, version)
        if cache is None:
            return evidence
        if evidence.components is not None and evidence.components == cache.component_list:
            evidence = replace(evidence, components=None)
        if evidence.updates and hash(evidence.updates) == cache.message_hashes.get(evidence.source):
            evidence = replace(evidence, updates=())
        return evidence

    def update(self, batch: Sequence[PollWrite], before: Mapping[int, int]) -> None:
        """Bring the caches up to what was written, unless another process changed the page
        meanwhile.

        `before` are the versions that the pages had when the transaction began.
        """
        after = self._store.page_versions([write.page.id for write in batch])
        for write in batch:
            page_id = write.page.id
            cache = self.get(page_id, before.get(page_id))
            self.drop(page_id)
            if cache is not None:
                self._caches[page_id] = self._after(cache, write, after[page_id])

    def _after(self, cache: PageCache, write: PollWrite, version: int) -> PageCache:
        incidents, component_ids = cache.unfinished_incidents, cache.component_ids
        if write.tells_incidents:
            incidents = self._store.unfinished_incidents(write.page.id)
        component_list = write.component_list
        if component_list is not None:
            component_ids = frozenset(id_set(component_list))
        other = write.other_identity or cache.other_identity
        return PageCache(
            version,
            {**cache.validators, **write.validators},
            incidents,
            component_ids,
            cache.component_list if component_list is None else component_list,
            {**cache.message_hashes, **write.message_hashes},
            write.identity or cache.identity,
            None if write.identity is not None else other,
        )

    def bump_versions(self, before: Mapping[int, int]) -> None:
        """Let caches of these versions be of the page's new one: deriving its days has changed
        nothing in them.
        """
        for page_id, version in self._store.page_versions(list(before)).items():
            cache = self.get(page_id, before[page_id])
            if cache is not None:
                self._caches[page_id] = replace(cache, version=version)
