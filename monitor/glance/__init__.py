"""A glance into an SQLite file: what `monitor status` reads of it, by the standard library alone.

The libraries of the store cost more than all else that a status does. Yet there is one store: the
SQL here is compiled from its statements, what rows mean is said in `monitor.records` for both, and
whatever is out of the ordinary is left to it.

    file        the file, opened for one look
    statements  the SQL, written by `python -m monitor.store.statements`
    statement   a select, and how its columns are read
"""
