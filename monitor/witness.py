"""Whether an answer is the page's own or another company's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.identity import Identity, alike
from monitor.model import PageInfo


class PageMatch(StrEnum):
    """Whose an answer is. `MOVED` is the same page at an address that was not known for it."""

    SAME = "same"
    MOVED = "moved"
    ANOTHER = "another"


def judge(own: Identity, answer: Identity, *, other: Identity | None = None) -> PageMatch:
    """Return whether what an answer tells of itself is the page known as `own`.

    The same id is the same page, moved if it came from a host not known for it. Another id of the
    same platform is another page. Without two ids to compare another host is another page, since
    nothing vouches for it; on a known host, so is a name with nothing in common with the page's,
    unless the page changed its platform, when pages are named anew. What is not told contradicts
    nothing, with one exception: after a page of another id was read in its place (`other`), only an
    id can tell that it is gone again. A page of which nothing is known is what it tells to be.
    """
    is_elsewhere = bool(own.hosts) and not answer.hosts <= own.hosts
    if own.external_id and answer.external_id:
        if own.external_id == answer.external_id:
            return PageMatch.MOVED if is_elsewhere else PageMatch.SAME
        if _are_comparable(own, answer):
            return PageMatch.ANOTHER
    elif own.external_id and other is not None and other.external_id:
        return PageMatch.ANOTHER
    if is_elsewhere or (_are_comparable(own, answer) and not alike(own.name, answer.name)):
        return PageMatch.ANOTHER
    return PageMatch.SAME


def _are_comparable(own: Identity, answer: Identity) -> bool:
    return None in (own.platform, answer.platform) or own.platform == answer.platform


def lacks_proof(own: Identity, answer: Identity) -> bool:
    """Whether the answer leaves out what could still tell the page from another one: its id, else
    its name.
    """
    if own.external_id:
        return answer.external_id is None
    return own.name is not None and answer.name is None and answer.external_id is None


def extend_identity(own: Identity, answer: Identity) -> Identity:
    """Return what is known of a page after an answer that was judged to be its own: the newest of
    each, all hosts.

    The id that another platform gave it says nothing any more.
    """
    external_id = own.external_id if _are_comparable(own, answer) else None
    return Identity(
        platform=answer.platform or own.platform,
        external_id=answer.external_id or external_id,
        name=answer.name or own.name,
        hosts=own.hosts | answer.hosts,
    )


@dataclass(slots=True, kw_only=True)
class Witness:
    """What one reading tells of its page, piece by piece, against what is known as its `own`;
    `other` as `judge` has it.

    An id vouches for the hosts of all answers before it. A page of which nothing is known is what
    the first piece tells, and later pieces of the same reading may not contradict it.
    """

    own: Identity
    platform: str | None
    other: Identity | None = None
    testimony: Identity = field(init=False)
    has_moved: bool = False
    _vouched_hosts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.testimony = Identity(platform=self.platform)

    @property
    def lacks_proof(self) -> bool:
        """Whether no piece so far told what could tell the page from another one."""
        return lacks_proof(self.own, self.testimony)

    @property
    def identity(self) -> Identity:
        """What is known of the page after this reading."""
        return extend_identity(self.own, self.testimony)

    def hear(self, info: PageInfo | None, hosts: Iterable[str]) -> PageMatch:
        """Judge the next piece: what it says of the page, and the hosts the reading's answers came
        from so far.
        """
        info, hosts = info or PageInfo(), frozenset(hosts)
        piece = Identity(
            platform=self.platform,
            external_id=info.external_id,
            name=info.name,
            hosts=hosts - self._vouched_hosts,
        )
        other = None if self.testimony.external_id else self.other
        verdict = judge(self.own, piece, other=other)
        self.testimony = replace(
            self.testimony,
            external_id=piece.external_id or self.testimony.external_id,
            name=piece.name or self.testimony.name,
            hosts=hosts,
        )
        if verdict is PageMatch.ANOTHER:
            return verdict
        if piece.external_id is not None:
            self._vouched_hosts |= hosts
            self.own = replace(extend_identity(self.own, piece), hosts=self.own.hosts)
        self.has_moved |= verdict is PageMatch.MOVED
        return verdict


def difference(own: Identity, other: Identity) -> str:
    """Say in what the other page differs from the page's own identity, for people."""
    if own.external_id and other.external_id and own.external_id != other.external_id:
        return f"its id is {_name_id(other)}, before {_name_id(own)}"
    new = sorted(other.hosts - own.hosts)
    if new and own.hosts:
        return (
            f"it answers from {', '.join(new)}, before from {', '.join(sorted(own.hosts))}, and"
            " no id vouches for it"
        )
    if not alike(own.name, other.name):
        return f"its name is {other.name!r}, before {own.name!r}, and no id vouches for it"
    return "it does not tell the id that it had"


def _name_id(identity: Identity) -> str:
    name = f" ({identity.name})" if identity.name else ""
    return f"{identity.external_id}{name}"
