"""The bodies of AWS's dashboard, which may be compressed or in UTF-16 and do not say so. Pure."""

import zlib
from dataclasses import replace
from typing import Any

from monitor.errors import NotJson, TooLarge, Truncated
from monitor.kit.protocol import Response
from monitor.kit.responses import read_json

MOST_BYTES = 16 * 1024 * 1024
"""Largest history after decompression; it is compressed without a header that says so."""

GZIP = b"\x1f\x8b"
UTF_16 = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}


def read_answer(response: Response) -> Any:  # noqa: ANN401
    """Return the JSON of a body, whatever its headers say of its encoding.

    Raises what `read_json` raises; NotJson, Truncated or TooLarge where it cannot be decompressed.
    """
    body = response.body
    if response.status == 200 and body:  # noqa: PLR2004
        response = replace(response, body=_to_utf8(_decompress(body)), text_encoding="utf-8")
    return read_json(response)


def _decompress(body: bytes) -> bytes:
    if not body.startswith(GZIP):
        return body
    decompressor = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = decompressor.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise NotJson(f"the compressed body is damaged: {error}") from error
    if decompressor.unconsumed_tail:
        raise TooLarge(
            f"the decompressed body is longer than {MOST_BYTES} bytes", remedy="report it as a bug"
        )
    if not decompressor.eof:
        raise Truncated("the compressed body breaks off")
    return plain


def _to_utf8(body: bytes) -> bytes:
    encoding = UTF_16.get(body[:2])
    if encoding is None:
        return body
    if len(body) % 2:
        raise Truncated("the text in UTF-16 breaks off in the middle of a character")
    # Half a pair of a character outside the first 65,536 stands in no word we read.
    return body[2:].decode(encoding, errors="replace").encode()
