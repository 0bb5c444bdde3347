"""The log: one line a record on stderr, which holds nothing a terminal would obey."""

import logging
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

from monitor.plain import json_text, logfmt, visible
from monitor.sparing import Sparing


class LogFormat(StrEnum):
    """How the log is written: `text` is a line for people, `logfmt` one of ``key=value``, `json`
    one object a line.
    """

    TEXT = "text"
    LOGFMT = "logfmt"
    JSON = "json"


_PAIR = re.compile(r" ?\b(\w+)=(%[sdr])|%[sdr]")


class OneLine(logging.Formatter):
    """Writes a record on one line: when (UTC), how bad, who, what, then the message's own fields.

    A message ``poll failed vendor=%s: %s`` has the field `vendor`. The fields are those of our
    format string, so no value can add or end one. A traceback is the field `trace`.
    """

    def __init__(self, form: LogFormat) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        message, own = _message_and_fields(record)
        moment = datetime.fromtimestamp(record.created, UTC)
        if record.exc_info and record.exc_info[1] is not None:
            own["error"] = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
            own["trace"] = self.formatException(record.exc_info)
        if self._form is LogFormat.TEXT:
            begin = f"{_utc(moment, 'seconds')} {record.levelname} {visible(message)}"
            return f"{begin} {logfmt(own)}".rstrip()
        fields = {
            "time": _utc(moment, "milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": message,
        }
        ours = frozenset(fields)
        for key, value in own.items():
            fields[f"{key}_" if key in ours else key] = value
        return json_text(fields) if self._form is LogFormat.JSON else logfmt(fields)


def _utc(moment: datetime, exact: str) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec=exact) + "Z"


def _message_and_fields(record: logging.LogRecord) -> tuple[str, dict[str, str]]:
    """Return the message and its fields. A message of another library may be anything: it is taken
    as it is.
    """
    args, template = record.args, record.msg
    if not args or not isinstance(template, str) or not isinstance(args, tuple):
        return record.getMessage(), {}
    if len(_PAIR.findall(template)) != len(args):
        return record.getMessage(), {}
    fields, rest = {}, []
    for pair, value in zip(_PAIR.finditer(template), args, strict=True):
        if pair[1]:
            fields[pair[1]] = pair[2] % (value,)
        else:
            rest.append(value)
    message = _PAIR.sub(lambda pair: "" if pair[1] else pair[0], template)
    return (message % tuple(rest)).strip(), fields


STRANGERS = ("asyncio", "exporters.serving", "uvicorn.error")
"""Loggers of what any client of the web server can bring about."""


class OnceAMinute(logging.Filter):
    """Lets each kind of message of a logger through once a minute, with how many were left out
    since: what strangers can cause must not fill a disk. Messages are of a kind when the first line
    of their format is the same.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._timer = timer
        self._sparing = Sparing()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write it."""
        unsaid = self._sparing.more_to_say(str(record.msg).partition("\n")[0], self._timer())
        if unsaid:
            record.msg, record.args = (
                f"{record.getMessage()} ({unsaid} more since it was last said)",
                (),
            )
        return unsaid is not None


def log_to_stderr(level: int, form: LogFormat) -> None:
    """Have every logger of the process write to stderr, a line a record; the last call counts."""
    root = logging.getLogger()
    root.setLevel(level)
    # It writes down every address whole, and those we send to may carry a key. What we ask, we log
    # ourselves.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stderr))
        for name in STRANGERS:
            logging.getLogger(name).addFilter(OnceAMinute())
    for handler in root.handlers:
        if type(handler) is logging.StreamHandler:
            handler.setFormatter(OneLine(form))
