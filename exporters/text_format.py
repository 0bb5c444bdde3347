"""The text that Prometheus scrapes: text format 0.0.4 and OpenMetrics 1.0.

Written by hand because 1,000 vendors with 30 components are more than half a million lines. Lines
are finished bytes; what they say is made elsewhere. The formats:
https://prometheus.io/docs/instrumenting/exposition_formats/ and
https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, starmap

from exporters.gzipped import Piece, piece

TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"

END = b"# EOF\n"
"""How an OpenMetrics text ends, once."""

ON_SURROGATES = "replace"
"""How texts are encoded. A vendor may send half a surrogate pair in a name; one such name must not
take the others down."""

Labels = tuple[tuple[str, str], ...]
"""Names and values, in the order they are written."""


class Block:
    """Finished lines, as bytes, and once somebody asks also as a piece of a gzip stream. Never
    changes.
    """

    __slots__ = ("_piece", "parts")

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts = tuple(parts)
        self._piece: Piece | None = None

    def piece(self) -> Piece:
        """Return the lines compressed; the work is done once."""
        if self._piece is None:
            self._piece = piece(self.parts)
        return self._piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A metric family. `samples` are blocks of finished lines, each ending in a newline; see
    `line`.

    `unit`, when there is one, is the last word of the name. `only_now` says why days that are over
    have no samples of it; "" where they have.
    """

    name: str
    help: str
    type: str = "gauge"
    unit: str | None = None
    only_now: str = ""
    samples: Sequence[Block] = ()


def blocks(families: Iterable[Family], *, openmetrics: bool, extra: bytes = b"") -> list[Block]:
    """Return the families that have samples, then `extra`, in text format 0.0.4 or OpenMetrics 1.0.

    `extra` is text in the same format without the closing ``# EOF``, which is written here, once.
    """
    result: list[Block] = []
    for family in families:
        if family.samples:
            result.append(_header_block(replace(family, samples=()), openmetrics=openmetrics))
            result.extend(family.samples)
    return [*result, Block([extra, END if openmetrics else b""])]


@cache
def _header_block(family: Family, *, openmetrics: bool) -> Block:
    return Block([header(family, openmetrics=openmetrics)])


def header(family: Family, *, openmetrics: bool) -> bytes:
    """Return what stands before a family's samples."""
    unit = f"# UNIT {family.name} {family.unit}\n" if openmetrics and family.unit else ""
    return (
        f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.type}\n{unit}".encode()
    )


def render(families: Iterable[Family], *, openmetrics: bool, extra: bytes = b"") -> bytes:
    """Return the text of `blocks`."""
    return b"".join(parts_of(blocks(families, openmetrics=openmetrics, extra=extra)))


def parts_of(blocks: Iterable[Block]) -> Iterator[bytes]:
    """Return the blocks' finished lines in order."""
    return chain.from_iterable(block.parts for block in blocks)


def label(name: str, value: str) -> str:
    """Return a label pair with its value escaped, as both formats want it."""
    text = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return f'{name}="{text}"'


def label_text(labels: Labels) -> str:
    """Return the pairs of `label`, joined with commas."""
    return ",".join(starmap(label, labels))


def line(name: str, labels: str, value: float) -> str:
    """Return one sample. `labels` are pairs made by `label`, joined with commas; whole numbers lose
    their fraction.
    """
    number = int(value) if value == int(value) else value
    return f"{name}{{{labels}}} {number!r}\n" if labels else f"{name} {number!r}\n"
