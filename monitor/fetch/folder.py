"""Files of a recording folder, of which no path leads out and no symbolic link is followed.

A recording comes from anybody. In a collection, folders beside each other in one that is called
`recordings`, bodies may lie anywhere in the collection.
"""

import errno
import os
import posixpath
import stat
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from monitor.fetch.base import MIB

COLLECTION = "recordings"
MOST_BODY_BYTES = 128 * MIB

_REASONS = {
    errno.ENOENT: "is not there",
    errno.ELOOP: "is a symbolic link",
    errno.ENOTDIR: "is behind a symbolic link, or something else that is no folder",
}


class NotReadable(Exception):
    """A file that a recording names is not to be read; the text says why, in the middle of a
    sentence.
    """


def replace_file(path: Path, content: bytes) -> None:
    """Write a file of this name in its folder, never through a link that lies there."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def read_file(folder: Path, path: str, most: int | None) -> bytes:
    """Return the bytes of a file in a recording's folder, or its collection's; b"" when `most` is
    None: it is there.

    Nothing on the way may be a symbolic link: each folder is opened from the one before it, so that
    none can be put there meanwhile. Raises NotReadable.
    """
    root = _root(folder)
    inner = posixpath.normpath(folder.absolute().relative_to(root).joinpath(path).as_posix())
    if "\0" in path or PurePosixPath(inner).is_absolute() or inner.startswith(".."):
        raise NotReadable("is not a file given by a relative path in its folder")
    try:
        return _read_from(root, inner.split("/"), most)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"cannot be read ({error.strerror})")
        raise NotReadable(reason) from error


def _root(folder: Path) -> Path:
    """Return what a recording's paths must stay in."""
    own = folder.absolute()
    return own.parents[1] if own.parent.name == COLLECTION else own


def _read_from(root: Path, parts: Sequence[str], most: int | None) -> bytes:
    limit = most or MOST_BODY_BYTES
    with ExitStack() as stack:

        def open_below(name: str | Path, flags: int, parent: int | None = None) -> int:
            descriptor = os.open(name, os.O_RDONLY | flags, dir_fd=parent)
            stack.callback(os.close, descriptor)
            return descriptor

        parent = open_below(root, os.O_DIRECTORY)
        for part in parts[:-1]:
            parent = open_below(part, os.O_DIRECTORY | os.O_NOFOLLOW, parent)
        # Without waiting: a pipe that nobody writes to would hold us up for ever.
        descriptor = open_below(parts[-1], os.O_NOFOLLOW | os.O_NONBLOCK, parent)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotReadable("is no file")
        if status.st_size > limit:
            raise NotReadable(f"is larger than {limit // MIB} MiB")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return b"" if most is None else file.read(most)
