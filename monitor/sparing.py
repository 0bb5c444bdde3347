"""What happens again and again is said once a minute. Pure: the caller gives the time."""

from dataclasses import dataclass, field

SAY_EVERY_SECONDS = 60.0


@dataclass(slots=True)
class _Said:
    at: float
    unsaid: int = 0


@dataclass(slots=True)
class Sparing:
    """Remembers when what was last said. Not safe to use from several threads at once."""

    _said: dict[str, _Said] = field(default_factory=dict)

    def more_to_say(self, what: str, now: float) -> int | None:
        """Return how often this was left unsaid when it is to be said again; None when it was said
        a moment ago.

        `now` is in seconds of a clock that never goes back.
        """
        said = self._said.get(what)
        if said is not None and now - said.at < SAY_EVERY_SECONDS:
            said.unsaid += 1
            return None
        self._said[what] = _Said(now)
        return said.unsaid if said is not None else 0
