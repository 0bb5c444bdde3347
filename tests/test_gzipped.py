"""A gzip stream of pieces is read by every kind of reader, and says what the pieces said."""

import gzip
import io
import zlib

from hypothesis import given
from hypothesis import strategies as st

from exporters.gzipped import Piece, piece, stream

TEXTS = st.lists(st.lists(st.binary(max_size=2_000), max_size=4), max_size=8)


def joined(texts):
    return b"".join(stream(piece(parts) for parts in texts))


def whole(texts):
    return b"".join(part for parts in texts for part in parts)


@given(TEXTS)
def test_pieces_read_back_as_their_texts_in_order(texts):
    assert gzip.decompress(joined(texts)) == whole(texts)


@given(TEXTS)
def test_a_reader_that_stops_after_one_member_has_read_everything(texts):
    reader = zlib.decompressobj(
        wbits=31
    )  # as curl and httpx read; it checks the length and the CRC at the end

    assert reader.decompress(joined(texts)) == whole(texts)
    assert reader.eof
    assert reader.unused_data == b""


@given(TEXTS, st.integers(1, 5_000))
def test_it_can_be_read_a_few_bytes_at_a_time(texts, size):
    file = gzip.GzipFile(fileobj=io.BytesIO(joined(texts)))
    read = b"".join(iter(lambda: file.read(size), b""))

    assert read == whole(texts)


@given(st.permutations([b"a" * 1_000, b"b", b"", bytes(range(256)) * 9]))
def test_pieces_may_be_joined_in_any_order(texts):
    pieces = {text: piece([text]) for text in texts}

    assert gzip.decompress(b"".join(stream(pieces[text] for text in texts))) == b"".join(texts)


def test_a_piece_can_be_used_again_and_again():
    one = piece([b"vendorstatus_up 1\n"])

    assert gzip.decompress(b"".join(stream([one] * 1_000))) == b"vendorstatus_up 1\n" * 1_000


def test_the_length_of_more_than_four_gibibytes_wraps_as_gzip_wants():
    half = Piece(body=b"", checksum=0, length=3 << 30, shift=1)

    assert stream([half, half])[-1][-4:] == (2 << 30).to_bytes(4, "little")
