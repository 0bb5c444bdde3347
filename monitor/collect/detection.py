"""Which platform a page is: what is asked to recognise one, and what proves it."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from monitor import platforms
from monitor.errors import FetchError, Throttled, UnknownPlatform
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import is_challenge
from monitor.lookups import by_key

Ask = Callable[[Get], Awaitable[Response | FetchError]]
"""Asks the page, and returns what it answers or why it did not."""

DETECTION = (Get(path="", accept="text/html"), Get(path="/api/v2/summary.json"))
"""What is read to recognise a platform, in order; the second only when the first was not enough."""

SIGNALS_NEEDED = 2
"""Independent kinds of signal that prove a platform. That some address answers proves nothing: many
imitate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A page's platform, the independent signs that prove it, and the chains of addresses redirects
    led through.
    """

    platform: str
    signals: tuple[Signal, ...]
    redirects: tuple[tuple[str, ...], ...] = ()

    @property
    def why(self) -> list[str]:
        """The evidence, a line each."""
        lines = [f"{signal.kind}: {signal.why}" for signal in self.signals]
        return lines + [f"redirected: {' -> '.join(chain)}" for chain in self.redirects]


async def detect(url: str, ask: Ask) -> Detection:
    """Return the platform of the page at this URL, the signals that prove it, and the redirects met
    on the way.

    Asks what a platform knows to ask of this host, then the root page, then the common summary
    address; at last what platforms answer on any host, those first that have shown a sign already.
    A host that refuses us, by a challenge or by asking us to wait, is not asked that. A platform of
    last resort is looked for when no other has shown any sign. Raises UnknownPlatform, naming what
    was seen, unless one platform shows two independent kinds of signal, and the FetchError when
    nothing could be read at all.
    """
    search = _Search(url)
    for get in search.requests():
        answer = await ask(get)
        if isinstance(answer, FetchError):
            search.note_failure(answer)
        elif (platform := search.platform_after(answer)) is not None:
            signals = tuple(search.signals[platform].values())
            return Detection(platform=platform, signals=signals, redirects=tuple(search.redirects))
    raise search.error


class _Search:
    """The search for one page's platform: what the answers so far have shown."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._first_requests = (*platforms.probes_for(url), *DETECTION)
        self._suggestions: list[Get] = []
        self._failure: FetchError | None = None
        self._has_answer = False
        self._is_refused = False
        self.signals: dict[str, dict[str, Signal]] = {name: {} for name in platforms.names()}
        """The signals of each platform, by their kind."""
        self.redirects: dict[tuple[str, ...], None] = {}
        self._ordinary = [name for name in self.signals if not platforms.is_last_resort(name)]

    def requests(self) -> Iterator[Get]:
        """Yield what is asked, to be taken one by one: the answers decide what comes next."""
        yield from self._first_requests
        for get in self._probe_candidates():
            if self._is_refused or not self._has_answer:
                return
            yield get

    def note_failure(self, error: FetchError) -> None:
        """Note that the page did not answer."""
        self._failure = self._failure or error
        self._is_refused |= isinstance(error, Throttled)

    def platform_after(self, answer: Response) -> str | None:
        """Return the platform that is proved with this answer; None when none is yet."""
        self._has_answer = True
        self._is_refused |= is_challenge(answer)
        if answer.redirects:
            self.redirects[*answer.redirects, answer.final_url] = None
        self._suggestions += platforms.follow_ups(answer)
        self._collect_signals(answer)
        best = self._leading()
        is_proved = len(self.signals[best]) >= SIGNALS_NEEDED and self._is_unambiguous(best)
        return best if is_proved else None

    def _collect_signals(self, answer: Response) -> None:
        """Add the signals every platform sees in the answer."""
        for name, signals in self.signals.items():
            for signal in platforms.signals(name, answer):
                signals.setdefault(signal.kind, signal)

    def _leading(self) -> str:
        """Return the platform with the most kinds of sign. One of last resort leads only when no
        other has any.
        """
        return max(self._ordinary if self._has_ordinary_sign else self.signals, key=self._count)

    @property
    def _has_ordinary_sign(self) -> bool:
        return any(map(self._count, self._ordinary))

    def _count(self, name: str) -> int:
        return len(self.signals[name])

    def _is_unambiguous(self, best: str) -> bool:
        """Whether no other platform shows as many kinds of signal; beside one of its own, those of
        last resort are none.
        """
        rivals = (name for name in self._ordinary if name != best)
        return self._count(best) > max(map(self._count, rivals), default=0)

    def _probe_candidates(self) -> Iterator[Get]:
        """Yield what platforms answer on any host, each once: those first that have shown most.

        Last comes what the answers themselves suggested and what platforms of last resort would
        ask, if no other platform has shown any sign by then.
        """
        past = {get.path for get in self._first_requests}
        for path in self._ordinary_paths():
            if path not in past:
                past.add(path)
                yield Get(path=path)
        if self._has_ordinary_sign:
            return
        last = by_key(self._last_candidates(), attrgetter("path"))
        for path, get in last.items():
            if path not in past:
                yield get

    def _last_candidates(self) -> Iterator[Get]:
        """Yield what the answers suggested, and what platforms of last resort would ask."""
        yield from self._suggestions
        for name in self.signals:
            if name not in self._ordinary:
                for path in platforms.anywhere(name):
                    yield Get(path=path)

    def _ordinary_paths(self) -> Iterator[str]:
        paths = {name: list(platforms.anywhere(name)) for name in self._ordinary}
        while any(paths.values()):
            names = [name for name, rest in paths.items() if rest]
            name = max(names, key=self._count)
            yield paths[name].pop(0)

    @property
    def error(self) -> FetchError | UnknownPlatform:
        """Why no platform was recognised: the page could not be read, or showed too little."""
        if self._failure is not None and not self._has_answer:
            return self._failure
        signs = []
        for name, signals in self.signals.items():
            signs += [f"{name} {kind}" for kind in signals]
        what = "nothing familiar was seen"
        if signs:
            what = f"only one kind of sign was seen ({', '.join(signs)})"
        return UnknownPlatform(f"no platform recognised: {what}", url=self._url)
