"""One series of the past, and what makes it of samples."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from exporters.families import PREFIX
from exporters.samples import Sample
from exporters.text_format import Labels

Points = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Series:
    """One series: the family without the prefix, its labels without job and instance, and its
    points.

    A point is (whole Unix seconds, value). There is at least one; the seconds ascend strictly.
    """

    family: str
    labels: Labels
    points: Points

    @property
    def name(self) -> str:
        """The metric's full name."""
        return PREFIX + self.family


def refuse_future(series: Series, now: float) -> None:
    """Raise ValueError for a sample after `now` (Unix seconds): a Prometheus would take nothing
    else until then.
    """
    if series.points[-1][0] > now:
        raise ValueError(f"{series.name} has a sample in the future of {now}")


def series_of(
    own: Labels, stamps: Sequence[int], rows: Sequence[Iterable[Sample]]
) -> Iterator[Series]:
    """Yield the series of a subject with these labels. A row has the samples of one stamp, in every
    row the same families with the same labels; what is not known is left out.
    """
    for column in zip(*rows, strict=True):
        family, _, labels = column[0]
        samples = zip(stamps, column, strict=True)
        points = [(stamp, value) for stamp, (_, value, _) in samples if value is not None]
        if points:
            yield Series(family, own + labels, points)
