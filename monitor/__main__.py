"""Run the command line: ``python -m monitor``, and the command `monitor`.

Ctrl-C ends it at any instant with one line and exit code 130. What the command needs takes a second
to import, so this comes before it.
"""

import atexit
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType

_INTERRUPT = 130
_STDERR = 2


def main() -> None:
    """Run the command line, and end the process."""
    _on_interrupt(_end_at_once)
    # The first registered runs last: from then on the interpreter would die of the signal.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    sys.excepthook = _show_error
    from monitor.cli import main as run_command
    from monitor.running import own_signals

    own_signals()
    sys.unraisablehook = _show_unraisable
    code = 0
    _on_interrupt(signal.default_int_handler)
    try:
        run_command()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    _leave(code)


def _leave(code: int) -> None:
    """End the process whose work is done; from here on a Ctrl-C only makes it end sooner."""
    _on_interrupt(lambda *_: os._exit(code))
    sys.exit(code)


def _on_interrupt(answer: Callable[[int, FrameType | None], object]) -> None:
    """Answer Ctrl-C like this from now on, unless who started us wants it ignored (`nohup`)."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, answer)


def _end_at_once(*_: int | FrameType | None) -> None:
    """Say that the command was interrupted, and end the process where nothing is to be closed."""
    os.write(_STDERR, b"interrupted\n")
    os._exit(_INTERRUPT)


def _show_error(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        _end_at_once()
    sys.__excepthook__(kind, error, trace)


def _show_unraisable(found: "sys.UnraisableHookArgs") -> None:
    """End the command where a Ctrl-C came while nobody could raise it, as in a destructor."""
    if isinstance(found.exc_value, KeyboardInterrupt):
        _end_at_once()
    sys.__unraisablehook__(found)


if __name__ == "__main__":
    main()
