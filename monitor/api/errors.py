"""What can go wrong with a question, beside ConfigError and StoreError."""

from monitor.errors import ConfigError, MonitorError


class NotFound(MonitorError, LookupError):
    """There is no such vendor or component; the message names the nearest, or what there is."""

    def __str__(self) -> str:
        return str(self.args[0])


class BadQuestion(ConfigError, ValueError):
    """What was asked for makes no sense: a day to come, two first days, a policy that is none."""


class MissingLibrary(MonitorError, ImportError):
    """A table was asked for, and pandas or pyarrow is not installed; the message says how to."""
