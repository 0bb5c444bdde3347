"""Scrapes of some vendors: what a query asks for, and the targets that Prometheus discovers."""

import re
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from exporters.prometheus import StateMetrics

_MAX_SHARDS = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """The vendors a scrape is about: those of `names`, else shard `number` of `count`."""

    names: frozenset[str]
    number: int = 0
    count: int = 0

    @classmethod
    def of(cls, query: QueryParams) -> "Part | None":
        """Read `vendor=a&vendor=b`, `vendor=a,b` or `shard=2/8`; None = everything. Raises
        HTTPException 400.
        """
        if "vendor" in query and "shard" in query:
            raise HTTPException(400, "ask for vendors or for a shard, not for both")
        if "vendor" in query:
            return cls(frozenset(",".join(query.getlist("vendor")).split(",")))
        if "shard" not in query:
            return None
        number, slash, count = query["shard"].partition("/")
        if not slash:
            raise HTTPException(400, "write a shard as number/count, such as shard=1/8")
        of = _number(count, "the count of shards", high=_MAX_SHARDS)
        return cls(frozenset(), _number(number, "the shard", high=of), of)

    def slugs(self, state: StateMetrics) -> Collection[str]:
        """Return the vendors' slugs. A vendor's shard depends on its slug alone, so that others
        never move it.
        """
        if not self.count:
            return self.names
        return [slug for slug in state.slugs() if self._is_in_shard(slug)]

    def _is_in_shard(self, slug: str) -> bool:
        return zlib.crc32(slug.encode()) % self.count == self.number - 1


def shard_count(query: QueryParams) -> int | None:
    """Read `shards=8`; None = a target a vendor. Raises HTTPException 400."""
    shards = query.get("shards")
    return None if shards is None else _number(shards, "shards", high=_MAX_SHARDS)


def _number(text: str, what: str, *, high: int) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= high:
        raise HTTPException(400, f"{what} must be a whole number from 1 to {high}")
    return int(text)


def target_groups(
    address: str, slugs: Iterable[str], shards: int | None
) -> Iterator[dict[str, object]]:
    """Yield Prometheus target groups. Each has an `instance` of its own: all have the same
    address.
    """
    yield _group(address, "monitor", __metrics_path__="/metrics/monitor")
    if shards is None:
        for slug in slugs:
            yield _group(address, slug, __param_vendor=slug)
        return
    for number in range(1, shards + 1):
        shard = f"{number}/{shards}"
        yield _group(address, shard, __param_shard=shard)


def _group(address: str, part: str, **labels: str) -> dict[str, object]:
    return {"targets": [address], "labels": {**labels, "instance": f"{address}/{part}"}}
