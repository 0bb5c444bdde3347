"""What vendors wrote, made fit to read: properties that hold of every text there is."""

import json
import sys
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from monitor.model import Incident, Phase
from monitor.plain import (
    LONGEST_LINK,
    count_of,
    duration,
    indent,
    json_text,
    logfmt,
    markdown_link,
    markdown_text,
    masked_url,
    safe_link,
    secrets_of,
    visible,
    without,
)

# Every character there is, half of the examples from those that do harm.
HOSTILE = '\x00\x07\x1b\x7f\x85\x9b\x9d\n\r\t\u200b\u200e\u202a\u202e\u2028\u2029\u2066\u2069\ufeff\ud800\U000e0041"\\=[]'
TEXT = st.text(st.one_of(st.characters(categories=None), st.sampled_from(HOSTILE)))

# What Unicode calls a format character and people see, or need to read their own language.
SEEN = {
    0xAD,
    0x200C,
    0x200D,
    *range(0x600, 0x606),
    0x6DD,
    0x70F,
    0x890,
    0x891,
    0x8E2,
    0x110BD,
    0x110CD,
}
HIEROGLYPHS = range(0x13430, 0x13460)
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_every_character_that_is_obeyed_or_hidden_is_shown_as_an_escape() -> None:
    left = []
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        harmful = (
            unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
            or unicodedata.bidirectional(char) in TURNING
        )
        if (
            harmful
            and code not in SEEN
            and code not in HIEROGLYPHS
            and not visible(char).startswith("\\")
        ):
            left.append(f"{code:x}")

    assert left == []


@pytest.mark.parametrize(
    "text", ["API", "Zürich – 東京 🏴‍☠️", "می‌خواهم", "a\u00a0b", "C:\\temp", "[red]x[/]"]
)
def test_what_people_write_is_left_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_escapes_are_those_of_python() -> None:
    assert visible("a\nb\x1b[2J\x9b\u202e\U000e0041") == r"a\nb\x1b[2J\x9b\u202e\U000e0041"


@given(TEXT)
def test_it_is_one_line_and_settled(text: str) -> None:
    shown = visible(text)

    assert len(shown.splitlines()) <= 1
    assert visible(shown) == shown
    assert shown.encode().decode() == shown


@pytest.mark.slow
@given(st.recursive(TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)))
def test_json_says_the_same_and_hides_nothing(value: object) -> None:
    text = json_text(value)

    assert visible(text) == text
    # Two halves that JSON brings together are one character afterwards, with and without us.
    assert json.loads(text) == json.loads(json.dumps(value))


@given(TEXT, TEXT)
def test_a_log_line_is_one_and_no_value_makes_a_field(one: str, other: str) -> None:
    line = logfmt({"msg": one, "vendor": other})

    assert len(line.splitlines()) == 1
    assert visible(line) == line
    assert fields(line) == {
        "msg": json.loads(json.dumps(one)),
        "vendor": json.loads(json.dumps(other)),
    }


def fields(line: str) -> dict[str, str]:
    """Read a logfmt line as its readers do: bare words and JSON's strings."""
    found, decoder, at = {}, json.JSONDecoder(), 0
    while at < len(line):
        key, _, _ = line[at:].partition("=")
        at += len(key) + 1
        if line[at : at + 1] == '"':
            found[key], at = decoder.raw_decode(line, at)
        else:
            found[key] = line[at:].partition(" ")[0]
            at += len(found[key])
        at += 1
    return found


@pytest.mark.parametrize(
    "url",
    [
        "https://status.acme.example/incidents/1?a=b&c=%20#x",
        "HTTP://acme.example",
        "https://[2001:db8::1]:8443/",
    ],
)
def test_a_link_of_the_web_is_kept(url: str) -> None:
    assert safe_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
        " javascript:x", "java\nscript:x", "//acme.example/x", "/incidents/1", "incidents/1", "https://", "https:///x", "http:x",
        "https://acme.example/\u202egpj", "https://acme.example/a b", 'https://acme.example/"onmouseover=', "https://a\x1b[2J",
        "https://[::1", "https://acme.example/" + "x" * LONGEST_LINK, "mailto:x@acme.example", "https://acme.example\\@evil.example",
    ],
)  # fmt: skip
def test_any_other_link_is_none(url: str | None) -> None:
    assert safe_link(url) is None


@given(TEXT)
def test_no_link_carries_anything_hidden(text: str) -> None:
    for url in (text, f"https://acme.example/{text}", f"https://{text}"):
        assert (found := safe_link(url)) is None or (
            found == url == visible(url) and " " not in found
        )


def test_an_incident_keeps_no_link_that_is_not_of_the_web_wherever_it_comes_from() -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    urls = [
        Incident(
            id="1", title="t", phase=Phase.OPEN, status="s", impact="i", started_at=at, url=url
        ).url
        for url in (
            "https://acme.example/1",
            "javascript:alert(1)",
            "data:text/html,x",
            "/relative",
            "",
            None,
        )
    ]

    assert urls == ["https://acme.example/1", None, None, None, None, None]


# -----------------------------------------------------------------------------------------------------------
# Markdown

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
MARKS = "\\`*_{}[]()<>#+-.!|~&$=:1 2)\n\t"
MARKED = st.text(
    st.one_of(st.sampled_from(MARKS), st.characters(categories=["L", "N", "P", "S", "Cc"]))
)


def inline(markdown: str) -> list[Token]:
    """The tokens inside the blocks of a text."""
    return [child for token in MARKDOWN.parse(markdown) for child in token.children or []]


def words(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after", "blocks"),
    [
        ("", "x", ["paragraph"]),
        ("- ", "x", ["bullet_list", "list_item", "paragraph"]),
        ("## ", "x", ["heading"]),
        ("| a |\n|---|\n| ", "x |", ["table", "thead", "tr", "th", "tbody", "tr", "td"]),
    ],
    ids=["text", "list", "heading", "table"],
)
@given(text=MARKED)
def test_markdown_shows_the_text_and_nothing_else(
    before: str, after: str, blocks: list[str], text: str
) -> None:
    tokens = MARKDOWN.parse(f"{before}{markdown_text(text)}{after}")
    inner = inline(f"{before}{markdown_text(text)}{after}")

    assert [token.type.removesuffix("_open") for token in tokens if token.nesting == 1] == blocks
    assert {token.type for token in inner} <= {"text", "text_special"}
    shown = words(inner).removeprefix("a") if before.startswith("|") else words(inner)
    assert shown == f"{visible(text)}{after.removesuffix(' |')}".strip()


@given(text=MARKED, rest=MARKED)
def test_a_markdown_link_leads_where_it_says_or_is_none(text: str, rest: str) -> None:
    url = f"https://acme.example/{rest}"
    tokens = inline(f"- x{markdown_link(text, url)}")
    links = [token.attrs["href"] for token in tokens if token.type == "link_open"]

    assert links == ([MARKDOWN.normalizeLink(url)] if safe_link(url) else [])
    assert words(tokens) == f"x{visible(text)}".rstrip() or links


def test_a_link_of_another_scheme_is_text() -> None:
    assert markdown_link("[x](y)", "javascript:alert(1)") == r"\[x\](y)"


# -------------------------------------------------------------------------------------------------------------
# secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://mimir.example:9009/api/v1/push", "http://mimir.example:9009/api/v1/push"),
        ("https://me:pw@x.example/write", "https://***@x.example/write"),
        ("https://x.example/write?token=abc&u=%20x", "https://x.example/write?token=***&u=***"),
        ("https://x.example/write?abc", "https://x.example/write?***"),
        (
            "https://x.example/insert/AbC123-secret-key/prometheus",
            "https://x.example/insert/***/prometheus",
        ),
        ("https://x.example/#abc", "https://x.example/#***"),
        ("http://[::1", "***"),
    ],
)
def test_an_address_is_shown_without_what_lets_one_in(url: str, shown: str) -> None:
    assert masked_url(url) == shown


def test_a_secret_is_masked_as_it_is_written_and_as_it_is_meant() -> None:
    secrets = secrets_of("https://me:p%40ssword@x.example/?token=a+b%2Fcd&n=1")

    assert (
        without("p%40ssword p@ssword a+b%2Fcd, a b/cd; n is 1", secrets)
        == "*** *** ***, ***; n is 1"
    )


SECRET = st.from_regex(r"[A-Za-z0-9]{8,20}", fullmatch=True).filter(
    lambda text: text.lower() not in "https://x.example/write"
)


@given(SECRET, SECRET)
def test_no_secret_of_an_address_is_left_in_it_or_in_what_is_said_of_it(
    one: str, other: str
) -> None:
    url = f"https://me:{one}@x.example/write?key={other}#{one}"

    assert one not in masked_url(url)
    assert other not in masked_url(url)
    said = without(f"denied: {other} of {one}", secrets_of(url))
    assert one not in said
    assert other not in said


def test_one_of_a_noun_is_no_plural() -> None:
    assert [count_of(number, "day") for number in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert [count_of(number, "row", ",") for number in (1, 2_000)] == ["1 row", "2,000 rows"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.001, "under 1 s"),
        (0.999, "under 1 s"),
        (1, "1 s"),
        (59.4, "59 s"),
        (65, "1 min 05 s"),
        (3909, "1 h 05 min 09 s"),
    ],
)
def test_a_duration_is_none_only_when_it_is_exactly_that(seconds, text) -> None:
    assert duration(seconds) == text


def test_each_line_stands_behind_the_margin() -> None:
    assert list(indent(["a", ""])) == ["  a", "  "]
    assert list(indent(["a"], "> ")) == ["> a"]
