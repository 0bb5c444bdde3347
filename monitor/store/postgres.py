"""Connections to PostgreSQL that never wait for ever: a server that is frozen keeps its sockets
open and says nothing.

The server's own limits are set where the database, the user or the URL sets none. They do not help
when the server itself stands still, so every wait of the driver's is bounded here too.
"""

from collections.abc import Callable, Generator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from monitor.store.patience import Patience

CONNECT_SECONDS = 5
POOL_SECONDS = 5
LEAST_SECONDS = 0.5
"""No connection is opened for less: the driver waits two seconds for one at the least."""
STATEMENT_SECONDS = 20
LOCK_SECONDS = 5
IDLE_SECONDS = 60
"""After how long the server ends a transaction of ours that says nothing: we are frozen, and others
wait for it."""

_SERVER = {
    "statement_timeout": STATEMENT_SECONDS,
    "lock_timeout": LOCK_SECONDS,
    "idle_in_transaction_session_timeout": IDLE_SECONDS,
}
_CLIENT = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""libpq's own settings: how soon it notices that the machine at the other end is gone."""

_LIMITS = "; ".join(
    f"SELECT set_config('{name}', '{1000 * seconds}', false) WHERE current_setting('{name}') = '0'"
    for name, seconds in _SERVER.items()
)
_LOOK_SECONDS = 0.1


def connect(url: URL, patience: Patience) -> Engine:
    """Return an engine for this database. Raises ImportError when the driver is not installed."""
    open_connection = _opener(patience)
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=POOL_SECONDS,
        hide_parameters=True,
        connect_args={name: value for name, value in _CLIENT.items() if name not in url.query},
    )
    sa.event.listen(engine, "do_connect", open_connection)
    sa.event.listen(engine, "connect", _limit)
    sa.event.listen(engine, "begin", lambda connection: connection.info.pop(_WROTE, None))
    sa.event.listen(engine, "after_cursor_execute", _note)
    return engine


def _opener(patience: Patience) -> Callable[[object, object, Any, Any], Any]:
    """Return what opens a connection whose waits end. Raises ImportError when the driver is not
    installed.
    """
    import psycopg

    class NoAnswer(psycopg.OperationalError):
        """The server said nothing for longer than we wait."""

    class BoundedConnection(psycopg.Connection[Any]):
        """A connection whose waits end."""

        def wait(  # type: ignore[override]  # versions of the driver differ in what else they take
            self,
            gen: Generator[Any, Any, Any],
            interval: float = _LOOK_SECONDS,
            **options: Any,  # noqa: ANN401
        ) -> Any:  # noqa: ANN401
            look = min(interval or _LOOK_SECONDS, _LOOK_SECONDS)
            answer = super().wait(self._watch(gen), look, **options)
            patience.note_answer()
            return answer

        def _watch(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            """Go on with the driver's own waiting; it is woken several times a second, ready or
            not.
            """
            end = patience.until_answer()
            try:
                wait = next(gen)
                while True:
                    ready = yield wait
                    if not ready and patience.is_past(end):
                        # What is sent next on this connection would only wait again.
                        self.pgconn.finish()
                        raise NoAnswer("the server does not answer")
                    wait = gen.send(ready)
            except StopIteration as stop:
                return stop.value

    def open_connection(
        _dialect: object,
        _record: object,
        words: Any,  # noqa: ANN401
        options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        patient_for = patience.left_for_answer()
        if patient_for < LEAST_SECONDS:
            raise NoAnswer("the server does not answer")
        seconds = min(int(options.get("connect_timeout", CONNECT_SECONDS)), patient_for)
        timeout = {"connect_timeout": max(1, int(seconds))}
        return BoundedConnection.connect(*words, **options | timeout)

    return open_connection


_WROTE = "monitor_wrote"


def _limit(connection: Any, _record: object) -> None:  # noqa: ANN401
    connection.execute(_LIMITS)
    connection.commit()


def _note(
    connection: Connection,
    cursor: Any,  # noqa: ANN401
    _statement: str,
    _values: object,
    context: Any,  # noqa: ANN401
    _many: bool,  # noqa: FBT001
) -> None:
    if (
        context is not None
        and (context.isinsert or context.isupdate or context.isdelete)
        and cursor.rowcount != 0
    ):
        connection.info[_WROTE] = True


def wrote(connection: Connection) -> bool:
    """Whether the transaction that has just ended changed any row."""
    return bool(connection.info.get(_WROTE))


def beat(connection: Connection) -> None:
    """Make a transaction that has to be written down, though it changes no row."""
    connection.execute(sa.text("SELECT txid_current()"))


def lift_limits(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need."""
    for name in ("statement_timeout", "lock_timeout"):
        connection.execute(sa.text(f"SET LOCAL {name} = 0"))
