"""The whole command line: it imports the command that is called, and ends like this one that is
broken off by Ctrl-C, because nobody reads its output any more, or because a word of it is none that
it knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from monitor.cli.examples import add_endings
from monitor.cli.late_commands import LateCommands, stand_ins
from monitor.cli.manner import understand_everywhere
from monitor.cli.plain_values import take_plain_values
from monitor.running import FINE, end_interrupted
from monitor.terminal import forget_output


class CommandLine(TyperGroup):
    """The commands, which end as above whatever they were doing."""

    def __init__(self, *words: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*words, **options)
        self.commands = LateCommands(self._finish)  # type: ignore[assignment]

    def _finish(self, name: str, command: Any) -> None:  # noqa: ANN401
        understand_everywhere(command, self.params)
        add_endings(command, f"{self.name} {name}")

    def get_params(self, ctx: Any) -> Any:  # noqa: ANN401
        """Return the options, that of the help too."""
        return take_plain_values(super().get_params(ctx))

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:  # noqa: ANN401
        """Return the commands, or options, that begin so."""
        with self._listed():
            return super().shell_complete(ctx, incomplete)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the list of the commands."""
        with self._listed():
            super().format_commands(ctx, formatter)

    @contextmanager
    def _listed(self) -> Iterator[None]:
        """Have of each command its line in the list alone: none is imported for that."""
        late, self.commands = self.commands, stand_ins()
        yield
        self.commands = late

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
        from monitor.suggestions import suggest_choice

        error.message = suggest_choice(error.message)
        raise
