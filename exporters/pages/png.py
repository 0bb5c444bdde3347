"""Pictures of few colours as PNG files. Pure.

Source: https://www.w3.org/TR/png-3/
"""

import struct
import zlib
from collections.abc import Iterable, Sequence

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BITS, _INDEXED = 8, 3


def png(rows: Sequence[bytes], palette: Iterable[Colour]) -> bytes:
    """Return a picture. Each row, all of one length, has a byte a pixel: the place of its colour in
    the palette, which has at most 256.
    """
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), _BITS, _INDEXED, 0, 0, 0)
    colours = b"".join(map(bytes, palette))
    unfiltered = b"".join(b"\0" + row for row in rows)
    return b"".join((
        _SIGNATURE,
        _chunk(b"IHDR", head),
        _chunk(b"PLTE", colours),
        _chunk(b"IDAT", zlib.compress(unfiltered, 9)),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
