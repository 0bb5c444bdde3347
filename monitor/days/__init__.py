"""Days, made of what is known of a page: a level, seconds, a source each. Pure.

`classify` makes them, and `level_spans` and `since` say when in them something was bad; the other
modules are its parts.
"""
