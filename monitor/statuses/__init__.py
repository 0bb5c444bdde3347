"""How vendors stand now, and what that comes to for who depends on them.

Part of the answers (`monitor.answers` has all of it too), apart because `monitor status` needs no
more than this: nothing here imports the store, whose libraries cost more than all else that the
command does. What is read is a `StateSource`.

    targets       how several targets are, and a stack of them
    target_query  which targets a question is about
    status        whether a target works now
    standing      how a vendor stands
    source        where pages and their states are read
"""
