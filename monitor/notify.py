"""Tell the service manager how we are: sd_notify(3), a datagram to $NOTIFY_SOCKET. Without that
variable, silence.

Nothing here blocks, and no failure of it is one of ours: a manager that does not listen changes
nothing.
"""

import re
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

LONGEST_STATUS = 500
"""Characters of a status; longer ones are cut."""


class Notifier:
    """Sends notifications as the environment `env` asks for them. `timer` gives seconds of
    CLOCK_MONOTONIC.
    """

    def __init__(
        self, env: Mapping[str, str], pid: int, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._address = env.get("NOTIFY_SOCKET", "")
        self._timer = timer
        self._every = watchdog_seconds(env, pid) if self._address else None
        self._last_sign: float | None = None

    def ready(self, status: str) -> None:
        """Say that we serve, at first and after a `reloading`."""
        self._send("READY=1", _status(status))

    def reloading(self) -> None:
        """Say that the settings are being read again."""
        self._send(
            "RELOADING=1",
            f"MONOTONIC_USEC={int(self._timer() * 1_000_000)}",
            _status("reading the settings again"),
        )

    def stopping(self) -> None:
        """Say that we are ending."""
        self._send("STOPPING=1", _status("ending: what was read is being kept"))

    def alive(self) -> None:
        """Say that we are alive, if the manager wants to know and was not told a moment ago."""
        now = self._timer()
        if self._every is None:
            return
        if self._last_sign is not None and now - self._last_sign < self._every / 4:
            return
        self._last_sign = now
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address.startswith(("/", "@")):
            return  # vsock:..., for virtual machines, or nothing at all
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there,
        ):
            there.setblocking(False)  # noqa: FBT003
            there.sendto("\n".join(lines).encode(errors="replace"), address)


def watchdog_seconds(env: Mapping[str, str], pid: int) -> float | None:
    """Return within how long the manager wants a sign of life from us, in seconds; None = it wants
    none.
    """
    microseconds, whose = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if whose not in {"", str(pid)} or not re.fullmatch("[0-9]+", microseconds):
        return None
    return int(microseconds) / 1_000_000 or None


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())[:LONGEST_STATUS]
