"""Which platform a page is: what is asked to recognise one, and what proves it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from monitor import platforms
from monitor.errors import FetchError, Throttled, UnknownPlatform
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import is_challenge

Ask = Callable[[Get], Awaitable[Response | FetchError]]
"""Asks the page, and returns what it answers or why it did not."""

Found = dict[str, dict[str, Signal]]
"""The signals of each platform, by their kind."""

DETECTION = (Get(path="", accept="text/html"), Get(path="/api/v2/summary.json"))
"""What is read to recognise a platform, in order; the second only when the first was not enough."""

SIGNALS_NEEDED = 2
"""Independent kinds of signal that prove a platform. That some address answers proves nothing: many
imitate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A page's platform, the independent signs that prove it, and the chains of addresses redirects
    led through.
    """

    platform: str
    signals: tuple[Signal, ...]
    redirects: tuple[tuple[str, ...], ...] = ()

    @property
    def why(self) -> list[str]:
        """The evidence, a line each."""
        chains = (f"redirected: {' -> '.join(chain)}" for chain in self.redirects)
        return [*(f"{signal.kind}: {signal.why}" for signal in self.signals), *chains]


async def detect(url: str, ask: Ask) -> Detected:
    """Return the platform of the page at this URL, the signals that prove it, and the redirects met
    on the way.

    Asks what a platform knows to ask of this host, then the root page, then the common summary
    address; at last what platforms answer on any host, those first that have shown a sign already.
    A host that refuses us, by a challenge or by asking us to wait, is not asked that. A platform of
    last resort is looked for when no other has shown any sign. Raises UnknownPlatform, naming what
    was seen, unless one platform shows two independent kinds of signal, and the FetchError when
    nothing could be read at all.
    """
    redirects: dict[tuple[str, ...], None] = {}
    found: Found = {name: {} for name in platforms.names()}
    failure: FetchError | None = None
    answered = refused = False
    first = (*platforms.probes_for(url), *DETECTION)
    hints: list[Get] = []
    for get in chain(first, _probe_candidates(found, first, hints)):
        if get not in first and (refused or not answered):
            break
        answer = await ask(get)
        if isinstance(answer, FetchError):
            failure, refused = failure or answer, refused or isinstance(answer, Throttled)
            continue
        answered, refused = True, refused or is_challenge(answer)
        if answer.redirects:
            redirects[(*answer.redirects, answer.final_url)] = None
        hints += platforms.follow_ups(answer)
        best = _collect_signals(answer, found)
        if len(found[best]) >= SIGNALS_NEEDED and _is_unambiguous(found, best):
            return Detected(
                platform=best, signals=tuple(found[best].values()), redirects=tuple(redirects)
            )
    if failure is not None and not answered:
        raise failure
    raise _not_recognised(url, found)


def _collect_signals(answer: Response, found: Found) -> str:
    """Add the signals every platform sees in the answer; return the platform that shows the most so
    far.
    """
    for name in platforms.names():
        for signal in platforms.named(name).detect(answer):
            found[name].setdefault(signal.kind, signal)
    return _leading(found)


def _leading(found: Found) -> str:
    """Return the platform with the most kinds of sign. One of last resort leads only when no other
    has any.
    """
    own = [name for name in found if not platforms.is_last_resort(name)]
    some = any(found[name] for name in own)
    return max(own if some else found, key=lambda name: len(found[name]))


def _probe_candidates(found: Found, first: Iterable[Get], hints: Sequence[Get]) -> Iterator[Get]:
    """Yield what platforms answer on any host, each once, to be taken one by one: what is found
    orders the rest.

    Last comes what the answers themselves suggested and what platforms of last resort would ask, if
    no other platform has shown any sign by then.
    """
    asked = {get.path for get in first}
    own = {
        name: list(platforms.anywhere(name)) for name in found if not platforms.is_last_resort(name)
    }
    while any(own.values()):
        name = max((name for name in own if own[name]), key=lambda name: len(found[name]))
        path = own[name].pop(0)
        if path not in asked:
            asked.add(path)
            yield Get(path=path)
    if not any(found[name] for name in own):
        last = (
            Get(path=path) for name in found if name not in own for path in platforms.anywhere(name)
        )
        yield from {get.path: get for get in (*hints, *last) if get.path not in asked}.values()


def _is_unambiguous(found: Found, best: str) -> bool:
    """Whether no other platform shows as many kinds of signal; beside one of its own, those of last
    resort are none.
    """
    others = (name for name in found if name != best and not platforms.is_last_resort(name))
    return all(len(found[name]) < len(found[best]) for name in others)


def _not_recognised(url: str, found: Found) -> UnknownPlatform:
    seen = [
        f"{name} {signal.kind}" for name, signals in found.items() for signal in signals.values()
    ]
    what = (
        f"only one kind of sign was seen ({', '.join(seen)})"
        if seen
        else "nothing familiar was seen"
    )
    return UnknownPlatform(f"no platform recognised: {what}", url=url)
