"""What one poll read, until it is written."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.fetch import Validators
from monitor.identity import Identity
from monitor.model import Component, Evidence
from monitor.store import Body, PageRecord, PollRecord


@dataclass(slots=True, kw_only=True)
class PollWrite:
    """What one poll read. `validators` are those learned; `derive` asks for the page's days to be
    derived from it.

    `conditional_urls` are those it asked for that may answer "unchanged"; `unreadable` the bodies
    that it could not read. `identity` is what the page is known by afterwards, None = as before;
    `other_identity` another page read in its place. `error` says why it could not be written.
    `may_be_stored`: it was sent to the database, which may not have said so; `is_done`: it is
    stored, or never will be.
    """

    page: PageRecord
    poll: PollRecord
    evidence: Sequence[Evidence] = ()
    validators: Mapping[str, Validators] = field(default_factory=dict)
    bodies: Sequence[Body] = ()
    conditional_urls: Collection[str] = ()
    unreadable: Sequence[Body] = ()
    derive: bool = False
    identity: Identity | None = None
    other_identity: Identity | None = None
    error: Exception | None = None
    may_be_stored: bool = False
    is_done: bool = False

    @property
    def is_news(self) -> bool:
        """Whether anything is to be written beside the poll itself."""
        return any(
            (self.evidence, self.validators, self.identity, self.other_identity, self.unreadable)
        )

    @property
    def tells_incidents(self) -> bool:
        """Whether it told or withdrew any incident."""
        return any(evidence.incidents or evidence.withdrawn for evidence in self.evidence)

    @property
    def component_list(self) -> tuple[Component, ...] | None:
        """The components as it told them last; None = it did not list them."""
        for evidence in reversed(self.evidence):
            if evidence.components is not None:
                return evidence.components
        return None

    @property
    def message_hashes(self) -> dict[str, int]:
        """By source, a hash of the messages it told last."""
        return {each.source: hash(each.updates) for each in self.evidence if each.updates}


def unwritten(batch: Iterable[PollWrite]) -> Iterator[PollWrite]:
    """Yield the polls that are still to be stored."""
    for write in batch:
        if not write.is_done:
            yield write


def rounds(batch: Iterable[PollWrite]) -> list[list[PollWrite]]:
    """Return the polls in rounds of one a page, each page's in their order.

    With what a poll says is stored when the page was read last before it, though nothing was new
    then: that poll must be written first.
    """
    by_round: list[list[PollWrite]] = []
    rounds_of_page: dict[int, int] = {}
    for write in batch:
        number = rounds_of_page.get(write.page.id, 0)
        rounds_of_page[write.page.id] = number + 1
        if number == len(by_round):
            by_round.append([])
        by_round[number].append(write)
    return by_round
