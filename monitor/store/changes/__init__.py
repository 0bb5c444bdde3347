"""What evidence changes among what is stored: which facts to add, which rows hold no longer, and
from when days are affected.

Pure: stored rows and evidence in, changes out. One module a kind of fact; `monitor.store.saving`
reads the rows and writes the changes.
"""
