"""What a command costs to start, as a multiple of an empty Python: ``python -m bench.start [ROUNDS]``.

CPU (user and system) of the process, best of the rounds, in which the empty Python and the commands take turns.
The byte code is there, as it is once something is installed and was called. `status` reads a local database of
one vendor of 60 components, by a glance at its file; with ``--at`` the store reads it.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from monitor.model import Component, Evidence, Level, Observation
from monitor.store import PageSpec, Store

EMPTY = ("-c", "pass")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "import sqlmodel": ("-c", "import sqlmodel"),
    "version": ("-m", "monitor", "version"),
    "--help": ("-m", "monitor", "--help"),
    "status": ("-m", "monitor", "status", "acme"),
    "status --at": ("-m", "monitor", "status", "acme", "--at", "2026-05-06"),
    "status --help": ("-m", "monitor", "status", "--help"),
}
ROOT = Path(__file__).parents[1]


def fill(folder: Path) -> None:
    """Make settings, and a database in which the vendor was read just now."""
    (folder / "monitor.yaml").write_text(
        "contact: ops@example.com\ndatabase: status.db\n"
        "vendors: [{slug: acme, url: 'https://status.example.com'}]\n"
    )
    now = datetime.now(UTC)
    names = [f"part-{number}" for number in range(60)]
    said = Evidence(
        source="bench",
        read_at=now,
        components=tuple(Component(id=name, name=name) for name in names),
        observed=tuple(Observation(component_id=name, level=Level.OPERATIONAL) for name in names),
    )
    with Store.open(f"sqlite:///{folder / 'status.db'}") as store:
        spec = PageSpec(slug="acme", name="Acme", url="https://status.example.com/")
        store.sync_pages([spec], now=now)
        store.save(store.pages()[0].id, said, now=now, max_gap_seconds=900.0)


def seconds(words: tuple[str, ...], folder: Path) -> float:
    """Return the CPU of one process."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    null = os.open(os.devnull, os.O_RDWR)
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.execve(sys.executable, [sys.executable, *words], environment)
    os.close(null)
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime


def ratios(rounds: int, commands: Mapping[str, tuple[str, ...]] = COMMANDS) -> dict[str, float]:
    """Return what each command costs in empty Pythons."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder)
        for words in commands.values():
            seconds(words, folder)
        empty = float("inf")
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(rounds):
            empty = min(empty, seconds(EMPTY, folder))
            for title, words in commands.items():
                best[title] = min(best[title], seconds(words, folder))
        return {title: each / empty for title, each in best.items()}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    for title, ratio in ratios(rounds).items():
        print(f"{title:<16} {ratio:5.1f} times an empty Python")


if __name__ == "__main__":
    main()
