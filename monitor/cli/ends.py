"""How a command ends that is broken off: by Ctrl-C, because nobody reads its output any more, or
because a word of it is none that it knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from monitor.running import FINE, end_interrupted
from monitor.suggestions import suggest_choice
from monitor.terminal import forget_output


class CommandLine(TyperGroup):
    """The commands, which end as above whatever they were doing."""

    def make_context(self, *words: Any, **options: Any) -> Any:  # noqa: ANN401
        """Read the words of the command line."""
        with _calm_end():
            return super().make_context(*words, **options)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run the command."""
        with _calm_end():
            return super().invoke(ctx)


@contextmanager
def _calm_end() -> Iterator[None]:
    # Typer would end the process here: without a word, or as one that failed.
    try:
        yield
    except KeyboardInterrupt:
        end_interrupted()
    except BrokenPipeError as error:
        forget_output()
        raise typer.Exit(FINE) from error
    except typer.BadParameter as error:
        error.message = suggest_choice(error.message)
        raise
