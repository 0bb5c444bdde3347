"""One request for several readers of the same page: two teams, or two regions, that count other
parts of it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from monitor.errors import FetchError
from monitor.fetch.base import Fetches, FetchResult, Limits, Validators, settle

YOUNG_SECONDS = 5.0
"""How long an answer may be given to another reader: polls that are due together begin within a few
seconds."""

Key = tuple[str, str, Limits]


@dataclass(slots=True)
class _Answer:
    """What a request came to, when, and who has had it."""

    outcome: FetchResult | FetchError
    at: float
    readers: set[str]


@dataclass(slots=True)
class _Line:
    """The readers of one request: one asks, the others wait for what it is answered."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    answer: _Answer | None = None


class SharedFetcher:
    """Asks another fetcher once for readers that ask the same within `YOUNG_SECONDS`.

    Nobody is given an answer twice: who asks again gets a new one. An "unchanged" answer is only
    for readers whose validators stand for the same body; anyone else asks for itself. Errors are
    shared too: a host that is down, or that asked us to wait, is not asked again for each reader.
    `clock` is in seconds. Unknown to it are other processes.
    """

    def __init__(self, fetcher: Fetches, clock: Callable[[], float]) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._lines: dict[Key, _Line] = {}

    async def get(
        self,
        reader: str,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        """Return the answer for this reader; see `Fetches.get`."""
        self._forget_old()
        line = self._lines.setdefault((url, accept, limits), _Line())
        async with line.turn:
            outcome = self._reuse(line, reader, validators)
            if outcome is None:
                try:
                    outcome = await self._fetcher.get(
                        url, accept=accept, limits=limits, validators=validators, provider=provider
                    )
                except FetchError as error:
                    outcome = error
                line.answer = _Answer(_copy(outcome), self._clock(), {reader})
        if isinstance(outcome, FetchError):
            raise outcome
        return outcome

    def _reuse(
        self, line: _Line, reader: str, validators: Validators | None
    ) -> FetchResult | FetchError | None:
        """Return what another reader was answered, as it is for this one; None when it must ask for
        itself.
        """
        answer = line.answer
        if answer is None or reader in answer.readers or not self._is_young(answer):
            return None
        outcome = _for(answer.outcome, validators)
        if outcome is not None:
            answer.readers.add(reader)
        return outcome

    def _is_young(self, answer: _Answer) -> bool:
        # a clock that was set back makes nothing young
        return abs(self._clock() - answer.at) <= YOUNG_SECONDS

    def _forget_old(self) -> None:
        for key, line in list(self._lines.items()):
            is_in_use = line.turn.locked() or (line.answer and self._is_young(line.answer))
            if not is_in_use:
                del self._lines[key]


def _for(
    result: FetchResult | FetchError, validators: Validators | None
) -> FetchResult | FetchError | None:
    """Return an answer as it is for a reader with these validators; None when its body is needed
    and not there.
    """
    if isinstance(result, FetchError):
        return _copy(result)
    response = result.response
    if response.unchanged:
        digest = None if validators is None else validators.sha256
        is_same = digest is not None and digest == result.validators.sha256
        return replace(result, elapsed_seconds=0.0, wire_bytes=0) if is_same else None
    if response.status == HTTPStatus.NOT_MODIFIED:
        return None
    response, new_validators = settle(response, validators)
    return FetchResult(response=response, validators=new_validators)


def _copy(outcome: FetchResult | FetchError) -> FetchResult | FetchError:
    """Return an error of its own for each reader, who writes its name on it."""
    if not isinstance(outcome, FetchError):
        return outcome
    error = type(outcome).__new__(type(outcome), *outcome.args)
    error.__dict__.update(outcome.__dict__ | {"page": ""})
    return error
