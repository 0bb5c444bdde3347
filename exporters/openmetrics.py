"""The past as an OpenMetrics file that `promtool tsdb create-blocks-from` turns into Prometheus'
blocks.

Lines look like this, the timestamps in whole seconds::

    # TYPE vendorstatus_vendor_day_level gauge
    vendorstatus_vendor_day_level{vendor="acme",job="vendorstatus"} 3 1779451200

The format wants all samples of a family together, the store is read vendor by vendor, and the whole
is far larger than memory: every family is written into a file of its own, and these are joined at
the end.
"""

import re
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

from exporters.families import HISTORIC, STATE_FAMILIES
from exporters.series import Series, refuse_future
from exporters.text_format import END, ON_SURROGATES, Labels, header, label_text, line
from monitor.errors import ConfigError

JOB = "vendorstatus"
"""The `job` under which the configuration we recommend scrapes."""

BLOCK_DURATION = "744h"
"""31 days a block: with promtool's own two hours, ninety blocks and more come out and it reads the
file for each. Not "31d", which promtool before 3.0 does not understand."""

BLOCK_DAYS = 31

SETTLED = timedelta(hours=3)
"""No sample younger than this goes into blocks. At its start Prometheus drops what it scraped, of
anything, before the end of its newest block, and what it scraped lately is in no block yet (seen
with 2.42 and 3.5). Source:
https://prometheus.io/docs/prometheus/latest/storage/#backfilling-from-openmetrics-format
"""

LEAST_RETENTION_DAYS = 400
_VENDOR_LABELS = {"vendor", "name", "platform", "url", "tier"}
_COMPONENT_LABELS = {"component", "name", "group", "critical"}
_OWN_LABELS = _VENDOR_LABELS | _COMPONENT_LABELS | {"dates_ago", "closed", "window", "policy"}
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(slots=True)
class FileTotals:
    """What was written. `first` and `last` are the earliest and latest stamp in Unix seconds, None
    without samples.
    """

    samples: int = 0
    series: int = 0
    first: int | None = None
    last: int | None = None

    def add(self, series: Series) -> None:
        """Count one series."""
        begins, ends = series.points[0][0], series.points[-1][0]
        self.samples += len(series.points)
        self.series += 1
        self.first = begins if self.first is None else min(self.first, begins)
        self.last = ends if self.last is None else max(self.last, ends)


def checked_labels(pairs: Iterable[str]) -> dict[str, str]:
    """Return the labels to add to every series from NAME=VALUE words; `job` is `JOB` unless it is
    given.

    Raises ConfigError for what is no label, one of the product's own, or empty, which in Prometheus
    is no label at all.
    """
    labels = {"job": JOB}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if not _LABEL.fullmatch(name) or name.startswith("__"):
            raise ConfigError(
                f"--label {pair!r}: write NAME=VALUE, the name in letters, digits and underscores"
            )
        if name in _OWN_LABELS:
            raise ConfigError(
                f"--label {pair!r}: {name!r} is a label the metrics have themselves; take another"
                " name"
            )
        if not value:
            raise ConfigError(f"--label {pair!r}: a label without a value is none; leave it out")
        labels[name] = value
    return labels


def lines(series: Series, extra: Labels) -> Iterator[str]:
    """Yield the lines of one series, with `extra` labels after its own."""
    labels = label_text((*series.labels, *extra))
    # Values repeat from day to day; making a line anew for each costs most of the time of the
    # whole.
    texts: dict[float, str] = {}
    for stamp, value in series.points:
        text = texts.get(value)
        if text is None:
            text = texts[value] = line(series.name, labels, value).removesuffix("\n")
        yield f"{text} {stamp}\n"


@dataclass(slots=True)
class OpenMetricsFile:
    """The file at `path`, written beside it and put in its place by `finish`: what is there is
    always whole.

    A context manager; left without `finish` it leaves nothing behind. Series of one family come in
    the order they are added. `now` bounds the stamps: one sample in the future stops a Prometheus
    from taking anything until then.
    """

    path: Path
    labels: Mapping[str, str]
    now: datetime
    totals: FileTotals = field(default_factory=FileTotals)
    _folder: Path = field(init=False)
    _files: dict[str, BinaryIO] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        # Beside the file, because there is room for it there: /tmp is often in memory.
        folder = tempfile.TemporaryDirectory(prefix=f".{self.path.name}.", dir=self.path.parent)
        self._folder = Path(self._stack.enter_context(folder))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, series: Series) -> None:
        """Write one series. Raises ValueError when a sample lies in the future."""
        refuse_future(series, self.now.timestamp())
        text = "".join(lines(series, tuple(self.labels.items())))
        self._file(series.family).write(text.encode(errors=ON_SURROGATES))
        self.totals.add(series)

    def _file(self, family: str) -> BinaryIO:
        if family not in self._files:
            file = (self._folder / family).open("w+b", buffering=1 << 20)
            self._files[family] = self._stack.enter_context(file)
        return self._files[family]

    def finish(self) -> None:
        """Join the families and put the file in its place."""
        whole = self._folder / "whole"
        with whole.open("wb") as out:
            for family in HISTORIC:
                if family in self._files:
                    self._move(family, out)
            out.write(END)
        whole.replace(self.path)

    def _move(self, family: str, out: BinaryIO) -> None:
        """Append a family, and free its room."""
        out.write(header(STATE_FAMILIES[family], openmetrics=True))
        file = self._files.pop(family)
        file.seek(0)
        shutil.copyfileobj(file, out, 1 << 20)
        file.close()
        (self._folder / family).unlink()


def import_command(file: Path, folder: str) -> str:
    """Return the command that makes blocks of the file, for a shell."""
    words = [
        "promtool",
        "tsdb",
        "create-blocks-from",
        f"--max-block-duration={BLOCK_DURATION}",
        "openmetrics",
    ]
    return shlex.join([*words, str(file), folder])


def retention_days(totals: FileTotals, now: datetime) -> int:
    """Return the least retention, in days, under which Prometheus keeps all of it: a block goes
    when it ends too early.

    With room for a block and a year of scrapes to come.
    """
    age = 0 if totals.first is None else int((now.timestamp() - totals.first) // 86_400) + 1
    return max(LEAST_RETENTION_DAYS, age + BLOCK_DAYS)
