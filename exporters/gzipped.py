"""One gzip stream put together from pieces that were compressed long before. Pure.

A piece refers to nothing before it and ends at a whole byte, so pieces may follow one another in
any order; what joins them is the checksum of the whole text, which is computed from theirs without
the text. The result is a single gzip member: a row of members is gzip too, but many readers stop
after the first without an error (whatever calls zlib once: httpx, for one), and Python's own gzip
module needs quadratic time for thousands.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

# Lines that repeat compress to a twentieth at any level; the higher ones only cost time.
_LEVEL = 1
_RAW_DEFLATE = -15
_HEADER = (  # gzip, deflate, no name, no time, fastest, any system
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
)
_END = b"\x03\x00"  # an empty last block
_MODULUS = 1 << 32


@dataclass(frozen=True, slots=True)
class Piece:
    """A compressed text: its deflate blocks, CRC-32 and length, and x^(8 length) modulo the CRC's
    polynomial.
    """

    body: bytes
    checksum: int
    length: int
    shift: int


def piece(parts: Iterable[bytes]) -> Piece:
    """Return the parts, one after the other, as one piece. Large texts are compressed without
    holding the GIL.
    """
    text = b"".join(parts)
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE)
    # ends at a whole byte
    body = compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return Piece(body, zlib.crc32(text), len(text), _shift(len(text)))


def stream(pieces: Iterable[Piece]) -> list[bytes]:
    """Return the bytes of one gzip member, to be sent one after the other, that holds the pieces'
    texts in order.
    """
    parts, checksum, length = [_HEADER], 0, 0
    for item in pieces:
        parts.append(item.body)
        checksum = _times(item.shift, checksum) ^ item.checksum
        length += item.length
    trailer = checksum.to_bytes(4, "little") + (length % _MODULUS).to_bytes(4, "little")
    return [*parts, _END + trailer]


# the checksum

# CRC-32 is the remainder of a polynomial over GF(2), its bits reversed: the highest bit is the
# coefficient of x^0. Appending a text multiplies what came before by x^(8 length). Source:
# crc32_combine of zlib, crc32.c.
_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


def _times(a: int, b: int) -> int:
    """Return the product of two polynomials modulo the CRC's."""
    product, bit = 0, _ONE
    while bit and a & (2 * bit - 1):
        if a & bit:
            product ^= b
        bit >>= 1
        b = b >> 1 ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _shift(length: int) -> int:
    """Return x^(8 length)."""
    product, power = _ONE, 3
    while length:
        if length & 1:
            product = _times(_square(power), product)
        length, power = length >> 1, power + 1
    return product


@cache
def _square(power: int) -> int:
    """Return x^(2^power)."""
    if power == 0:
        return _ONE >> 1
    root = _square(power - 1)
    return _times(root, root)
