"""What every printed page shares: the world at an instant, in the vendor's own time. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.demo.truth import Truth, TruthComponent, TruthIncident
from monitor.intervals import day_of
from monitor.model import Level
from timeline.world import Part, Telling, World

STRANGE = "sleeping"
"""A state nobody knows."""


@dataclass(frozen=True, slots=True)
class Print:
    """A world as of a moment."""

    world: World
    now: datetime

    @property
    def tz(self) -> ZoneInfo:
        """The page's zone."""
        return ZoneInfo(self.world.zone)

    @property
    def parts(self) -> list[Part]:
        """The components on the page."""
        return self.world.listed(self.now)

    @property
    def told(self) -> list[tuple[str, Telling]]:
        """The incidents on the page, the newest first."""
        return self.world.told(self.now)

    @property
    def incidents(self) -> list[tuple[str, Telling]]:
        """Those that are no maintenance."""
        return [(key, told) for key, told in self.told if told.planned is None]

    @property
    def works(self) -> list[tuple[str, Telling]]:
        """Those that are a maintenance."""
        return [(key, told) for key, told in self.told if told.planned is not None]

    @property
    def worst(self) -> Level:
        """The worst level shown."""
        return max(
            (self.level(part) or Level.OPERATIONAL for part in self.parts),
            default=Level.OPERATIONAL,
        )

    def level(self, part: Part) -> Level | None:
        """The level shown; None = a strange word."""
        return self.world.shown(part.id, self.now)

    def word(self, part: Part, words: dict[Level, str], strange: str = STRANGE) -> str:
        """The word shown."""
        level = self.level(part)
        return strange if level is None else words[level]

    def name(self, key: str) -> str:
        """A component's name now; its id where there is none."""
        return next((part.name(self.now)[0] for part in self.world.parts if part.id == key), key)

    def utc(self, at: datetime | None) -> str | None:
        """The instant by the vendor's clock, in UTC with milliseconds."""
        if at is None:
            return None
        return (at + self.world.skew).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def local(self, at: datetime | None) -> str | None:
        """The instant by the vendor's clock, in the page's zone with milliseconds."""
        if at is None:
            return None
        return (
            (at + self.world.skew)
            .astimezone(self.tz)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )

    def start(self, part: Part) -> date:
        """The component's first day."""
        return day_of(part.begin, self.tz)

    def truth(self) -> Truth:
        """What truly happened, as the demo's pages print their own record of seconds from it."""
        world = self.world
        return Truth(
            slug=world.page, name=world.page.title(), platform=world.platform, zone=world.zone, url=world.url,
            created_at=min(part.begin for part in world.parts),
            components=tuple(
                TruthComponent(
                    id=part.id, name=part.name(self.now)[0], start=self.start(part), group=part.name(self.now)[1],
                    showcase=world.record,
                )
                for part in self.parts
            ),
            incidents=tuple(
                TruthIncident(
                    id=f"seconds{number:05}", title="Trouble", impact="major", started_at=span.start,
                    resolved_at=span.end, effects={key: ((span.start, level),)},
                )
                for key, spans in world.truth.items()
                for number, (span, level) in enumerate(spans)
            ),
        )  # fmt: skip
