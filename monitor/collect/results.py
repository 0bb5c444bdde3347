"""What a poll and a backfill come to. Plain data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import PageError
from monitor.model import Evidence, Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one poll came to. `outcome` is ok, unchanged or failed; `error` says why it failed."""

    slug: str
    outcome: str
    error: PageError | None = None


@dataclass(slots=True, kw_only=True)
class BackfillResult:
    """How far a backfill came. `reach` is the earliest covered instant per source; `error` ended it
    early.
    """

    slug: str
    reach: dict[str, datetime] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    requests: int = 0
    error: PageError | None = None

    @property
    def complete(self) -> bool:
        """Whether everything asked for was read."""
        return self.error is None and not self.gaps

    def add(self, evidence: Evidence) -> None:
        """Add what a piece of history says: what it covers, and what it could not read."""
        self.gaps += evidence.gaps
        for cover in evidence.coverage:
            source = f"{evidence.source} ({cover.aspect.value})"
            earliest = self.reach.get(source, cover.span.start)
            self.reach[source] = min(earliest, cover.span.start)


Progress = Callable[[BackfillResult, Evidence], None]
"""Is told what each piece of a backfill adds."""
