"""What is read of a database again and again, as records, and how rows become them. Pure.

The store reads it by SQLAlchemy, `monitor.glance` without; what a row means is said here, once.

    page      a page
    state     a page's state at its last reading: components, levels, what is open
    watching  what is watched, by which settings, and who serves it
    instants  instants as SQLite keeps them
    edges     before and after everything
"""
