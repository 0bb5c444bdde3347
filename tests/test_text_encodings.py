"""In which text encoding a body is."""

import pytest

from monitor.fetch import (
    sniff_encoding,
)
from monitor.kit.protocol import Response


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("{é}".encode(), "application/json", "{é}"),
        ("{é}".encode("utf-8-sig"), "application/json", "{é}"),
        ("\ufeff{é}".encode("utf-16-le"), "application/json", "{é}"),
        ("\ufeff{é}".encode("utf-16-be"), "application/json;charset=utf-16", "{é}"),
        ("[é]".encode("utf-16-be"), "application/json; charset=utf-16", "[é]"),
        ("[é]".encode("utf-16-le"), "application/json; charset=UTF-16", "[é]"),
        ("é".encode("latin-1"), 'text/plain; charset="ISO-8859-1"', "é"),
        ("é".encode(), "text/plain; charset=no-such-charset", "é"),
        ("é".encode(), "text/plain; charset=hex", "é"),
        ("é".encode(), "text/plain; charset=idna", "é"),
        ("é".encode(), "text/plain; charset=", "é"),
        (
            '<html><meta charset="windows-1252">é'.encode("cp1252"),
            "text/html",
            '<html><meta charset="windows-1252">é',
        ),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">\x83\x41',
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">ア',
        ),
        ('<meta charset="utf-16">é'.encode(), "text/html", '<meta charset="utf-16">é'),
        (
            b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>',
            "application/xml",
            '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>',
        ),
        (("<html>" + " " * 1100 + '<meta charset="cp1252">é').encode(), "text/html", None),
        (b"", "", ""),
        (b"\xff\xff", "text/plain", "\ufffd\ufffd"),
    ],
)
def test_the_text_encoding_is_the_marks_then_the_headers_then_the_pages_own(
    body, content_type, text
):
    response = Response(
        url="u", status=200, body=body, text_encoding=sniff_encoding(body, content_type)
    )

    assert response.text == (body.decode() if text is None else text)
