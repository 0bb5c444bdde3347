"""Samples as finished lines, by family."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from exporters.families import PREFIX
from exporters.samples import Sample
from exporters.text_format import ON_SURROGATES, Labels, label_text, line

FamilyLines = dict[str, bytes]
"""Lines by the family's name without the prefix."""


# The labels of windows and days are few and come back in every component.
_frequent = lru_cache(maxsize=1024)(label_text)


class Lines:
    """Collects samples, of a vendor and its components or of the monitor, as lines by family."""

    def __init__(self) -> None:
        self._lines: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, subject: Labels, samples: Iterable[Sample]) -> None:
        """Add what is known of the samples, each with the labels of the subject before its own."""
        own = label_text(subject)
        for family, value, labels in samples:
            if value is not None:
                text = f"{own},{_frequent(labels)}" if labels else own
                self._lines[family].append(line(PREFIX + family, text, value))

    def by_family(self) -> FamilyLines:
        """Return the lines, each family's in the order they were added."""
        texts = {}
        for family, lines in self._lines.items():
            texts[family] = "".join(lines).encode(errors=ON_SURROGATES)
        return texts


def unix(instant: datetime | None) -> float | None:
    """Return the instant in seconds since 1970; None stays None."""
    return None if instant is None else instant.timestamp()
