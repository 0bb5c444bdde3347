"""What a vendor's page is about: the vendor as a whole, or one of its components. Pure."""

from dataclasses import dataclass
from datetime import date

from monitor.answers import ComponentRecord, Record
from monitor.model import Day, KnownComponent, Level, Window
from monitor.ratios import WindowFigures


@dataclass(frozen=True, slots=True)
class Subject:
    """A record, and the component of it that the page is about; None = the vendor as a whole."""

    record: Record
    component: ComponentRecord | None = None

    @property
    def _own(self) -> Record | ComponentRecord:
        return self.component or self.record

    @property
    def component_id(self) -> str | None:
        """The vendor's id of the component; None = the vendor as a whole."""
        return None if self.component is None else self.component.component.id

    @property
    def name(self) -> str:
        """The vendor's or the component's name, the latter with its group."""
        if self.component is None:
            return self.record.name
        return self.component.component.full_name

    @property
    def figures(self) -> WindowFigures:
        """The figures of the window."""
        return self._own.figures

    @property
    def days(self) -> tuple[Day, ...]:
        """The days of the window, oldest first."""
        return self._own.days

    @property
    def window(self) -> Window:
        """The window in days of the page's zone."""
        return self.record.window

    @property
    def slug(self) -> str:
        """The vendor's slug."""
        return self.record.page.slug

    @property
    def question(self) -> dict[str, str]:
        """The parameters by which a day's page is asked about the same."""
        return {} if self.component is None else {"component": self.component.slug}

    @property
    def level(self) -> Level | None:
        """The level now; None = unknown."""
        return self.record.standing.level if self.component is None else self.component.level

    @property
    def today(self) -> date | None:
        """The day that goes on; None where the window ends before it."""
        return self.window.last if self.is_of_today else None

    def is_meant(self, component: KnownComponent | None) -> bool:
        """Whether the page is about this component; None = the vendor as a whole."""
        other = None if component is None else component.component.id
        return self.component_id == other

    @property
    def is_of_today(self) -> bool:
        """Whether the window ends with the day that goes on, so that there is a now."""
        return self.record.query.as_of is None
