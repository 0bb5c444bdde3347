"""Read bodies within bounds, and say which text encoding they are in.

httpx decompresses a whole chunk at once, so that a small chunk can become hundreds of megabytes
before any size is known; here a chunk is decompressed piece by piece, never beyond the limit. Only
gzip and deflate are asked for: both can be decompressed this way with the standard library.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Protocol

from monitor.errors import FetchError, TooLarge

ACCEPT_ENCODING = "gzip, deflate"
PIECE_BYTES = 256 * 1024

CODINGS = ("", "gzip", "deflate")
"""What we can take apart; "" is a body as it is."""

NO_CODINGS = frozenset({"", "identity", "none", "binary", "7bit", "8bit", "chunked", "aws-chunked"})
"""Words that servers write into Content-Encoding though the body is as it is: "identity" and lists
with it are allowed, the others are names of other headers' values or of how the bytes came to the
server's own storage. Source: https://www.rfc-editor.org/rfc/rfc9110#field.content-encoding
"""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
_DECLARATION = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)"
    rb"|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)",
    re.IGNORECASE,
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class _Inflates(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class Body:
    """Collects a body from its chunks as sent. Raises TooLarge as soon as either size is over the
    limit.

    `encoding` is the Content-Encoding, see `coding_of`. Raises FetchError for one that was not
    asked for, and when the compressed bytes are damaged or break off.
    """

    def __init__(self, encoding: str, *, max_bytes: int, url: str) -> None:
        self.wire_bytes = 0
        self._max_bytes = max_bytes
        self._url = url
        self._parts: list[bytes] = []
        self._length = 0
        self._encoding = coding_of(encoding)
        if self._encoding not in CODINGS:
            raise FetchError(
                f"unknown content encoding {encoding!r}",
                url=url,
                remedy="configure another address",
            )
        self._inflate: _Inflates | None = None

    def refuse_length(self, content_length: str | None) -> None:
        """Raise TooLarge when the declared length is already over the limit."""
        if (
            content_length
            and content_length.isdigit()
            and int(content_length[:18]) > self._max_bytes
        ):
            raise self._too_large(f"{content_length} bytes are declared, more")

    def feed(self, chunk: bytes) -> None:
        """Take one chunk as sent."""
        self.wire_bytes += len(chunk)
        if self.wire_bytes > self._max_bytes:
            raise self._too_large("the body is longer")
        if not self._encoding:
            self._parts.append(chunk)
            return
        try:
            for piece in self._pieces(chunk):
                self._length += len(piece)
                if self._length > self._max_bytes:
                    raise self._too_large("the decompressed body is longer")
                self._parts.append(piece)
        except zlib.error as error:
            raise self._broken(f"the compressed body is damaged: {error}") from error

    def finish(self) -> bytes:
        """Return the whole body, decompressed."""
        if self._inflate is not None and not self._inflate.eof:
            raise self._broken("the compressed body breaks off")
        return b"".join(self._parts)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        full = False
        while data or full:
            if self._inflate is None:
                self._inflate = self._start(data)
            most = min(PIECE_BYTES, self._max_bytes + 1 - self._length)
            piece = self._inflate.decompress(data, most)
            yield piece
            data = self._inflate.unconsumed_tail
            # more may wait inside, though all input is taken
            full = len(piece) == most and not self._inflate.eof
            if self._inflate.eof:
                # A gzip body may have several members; zero bytes after the last are padding.
                data = self._inflate.unused_data.lstrip(b"\0") if self._encoding == "gzip" else b""
                self._inflate = None if data else self._inflate

    def _start(self, data: bytes) -> _Inflates:
        if self._encoding == "gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # "deflate" means the zlib format, but some servers send it bare: a zlib header names method
        # 8 in its low bits.
        has_header = data[0] & 0x0F == zlib.DEFLATED and data[0] >> 4 <= 7  # noqa: PLR2004
        return zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)

    def _too_large(self, what: str) -> TooLarge:
        return TooLarge(f"{what} than the limit of {self._max_bytes} bytes", url=self._url)

    def _broken(self, message: str) -> FetchError:
        return FetchError(message, url=self._url, remedy="nothing to do unless it persists")


def coding_of(content_encoding: str) -> str:
    """Return how a body is compressed, by its Content-Encoding: "gzip", "deflate", "" for not at
    all.

    The header is a list; what compresses nothing in it is left out, names of text encodings
    ("utf-8") among it. What is unknown, or compressed twice, is returned as it is written.
    """
    words = [word.strip().lower() for word in content_encoding.split(",")]
    codings = [word for word in words if word not in NO_CODINGS and _codec(word) is None]
    coding = ", ".join(codings)
    return "gzip" if coding == "x-gzip" else coding


def sniff_encoding(body: bytes, content_type: str) -> str:
    """Return the Python name of the body's text encoding; "utf-8" when nothing says otherwise.

    In this order: a byte order mark, the Content-Type's charset if Python knows it, for markup what
    its first 1024 bytes declare. A declaration inside the text cannot make it UTF-16, since it
    would not have been readable.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return name
    charset = _CHARSET.search(content_type)
    if charset and (codec := _codec(charset[1])):
        return _utf_16(body) if codec.replace("_", "-") == "utf-16" else codec
    if "html" in content_type or body[:256].lstrip()[:1] == b"<":
        return _declared_codec(body[:1024]) or "utf-8"
    return "utf-8"


def _declared_codec(start: bytes) -> str | None:
    """Return the encoding that markup declares at its start."""
    declaration = _DECLARATION.search(start)
    if declaration is None:
        return None
    codec = _codec((declaration[1] or declaration[2]).decode("ascii", "replace"))
    return None if codec is None or codec.startswith("utf") else codec


def _utf_16(body: bytes) -> str:
    """Without a mark it is big-endian by the book, but little-endian is sent as well: see where the
    zeros are.
    """
    return "utf-16-le" if body[1:2] == b"\0" else "utf-16-be"


def _codec(name: str) -> str | None:
    """Return a text encoding's name in lower case; None when Python does not know it."""
    try:
        # also refuses codecs that are no text encodings, such as "hex"
        b"a".decode(name, "replace")
    except (LookupError, ValueError):
        return None
    return name.lower()
