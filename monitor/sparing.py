"""What happens again and again is said once a minute. Pure: the caller gives the time."""

from dataclasses import dataclass, field

SAY_EVERY_SECONDS = 60.0


@dataclass(slots=True)
class _Repeat:
    at: float
    unsaid: int = 0


@dataclass(slots=True)
class Sparing:
    """Remembers when what was last said. Not safe to use from several threads at once."""

    _repeats: dict[str, _Repeat] = field(default_factory=dict)

    def more_to_say(self, what: str, now: float) -> int | None:
        """Return how often this was left unsaid when it is to be said again; None when it was said
        a moment ago.

        `now` is in seconds of a clock that never goes back.
        """
        last = self._repeats.get(what)
        if last is not None and now - last.at < SAY_EVERY_SECONDS:
            last.unsaid += 1
            return None
        self._repeats[what] = _Repeat(now)
        return 0 if last is None else last.unsaid
