r"""Text of strangers, made fit for people to read: nothing in it that a terminal obeys or that
hides. Pure.

What vendors write reaches terminals, logs, spreadsheets and Markdown. A control character in it
could clear the screen, fill the clipboard or forge a line of ours; a bidirectional one shows
letters in another order than they stand in. All of these are shown as the escapes that Python and
JSON write: ``\n``, ``\x1b``, ``\u202e``.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import unquote_plus, urlsplit

MOST_NAMES = 5
"""How many names a sentence takes."""

LONGEST_LINK = 2_000
"""In characters; browsers and proxies take no longer ones reliably."""

# Control characters (C0, DEL, C1), line separators, halves of a pair, and what is invisible or
# turns text around. Left alone are the joiners of Persian, Indic scripts and emoji (200C, 200D),
# soft hyphens, and Arabic number signs, which are visible: none of them moves or hides another
# character.
_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ufeff\\ufff9-\\ufffb"
    "\\ud800-\\udfff\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e007f]"
)
_SHORT: Mapping[str, str] = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    """Return the text on one line, with every character that is obeyed or hidden shown as its
    escape.

    What it returns is returned unchanged when given again. A backslash stays one: escapes are for
    reading, not for getting the text back.
    """
    return _UNSEEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code <= 0xFF:  # noqa: PLR2004
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def json_text(value: object, *, indent: int | None = None) -> str:
    """Return JSON that says the same to a program, in which `visible` would change nothing but our
    line breaks.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return "\n".join(_UNSEEN.sub(_json_escape, line) for line in text.split("\n"))


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


_FIELD = re.compile(r'[^\s"=\\]+')


def logfmt(fields: Mapping[str, str]) -> str:
    """Return fields as one line ``key=value key="other value"``, whatever the values hold; keys are
    ours.
    """
    return " ".join(f"{key}={_quote(value)}" for key, value in fields.items())


def _quote(value: str) -> str:
    if _FIELD.fullmatch(value) and visible(value) == value:
        return value
    # The escapes of JSON, which readers of logfmt undo.
    return json_text(value)


_MARKUP = re.compile(r"[\\`*_\[\]<>|~#&$]")
_BEGINS_BLOCK = re.compile(r"[-+=]|[0-9]{1,9}(?=[.)])")


def markdown_text(text: str) -> str:
    """Return a text as Markdown that shows just it, wherever it stands in a line: no link, HTML,
    emphasis or table.
    """
    text = _MARKUP.sub(r"\\\g<0>", visible(text))
    begin = _BEGINS_BLOCK.match(text)
    if begin is None:
        return text
    # A number is told from a list's by its point, other signs by themselves.
    at = begin.end() if begin[0].isdigit() else 0
    return f"{text[:at]}\\{text[at:]}"


def markdown_link(text: str, url: str | None) -> str:
    """Return a text as a link in Markdown; as plain text when nobody should follow that link
    (`safe_link`).
    """
    link = safe_link(url)
    if link is None:
        return markdown_text(text)
    return f"[{markdown_text(text)}](<{_ENTITY.sub('&amp;', link)}>)"


_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]+;)")


_LINK = re.compile(r"https?://[^ <>\"\\^`{|}]+", re.IGNORECASE)


def safe_link(url: str | None) -> str | None:
    """Return a vendor's link when a person may follow it: absolute, http or https, no longer than
    `LONGEST_LINK`.

    None for `javascript:`, `data:` and every other scheme, for one without a host, and for one with
    spaces or characters that are no part of an address: what is shown would not be what is opened.
    """
    if url is None or len(url) > LONGEST_LINK or not _LINK.fullmatch(url) or not url.isprintable():
        return None
    try:
        return url if urlsplit(url).hostname else None
    except ValueError:
        return None


# secrets

MASK = "***"
_SHORTEST_SECRET = 4
_TOKEN = re.compile(r"(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[A-Za-z0-9_~.=-]{16,}")
"""A part of a path that nobody would type: an address may carry its key there."""


def masked_url(url: str) -> str:
    """Return an address of the user's own for people: without what may be a password, a key or a
    token in it.

    Masked are user name and password, the value of everything after "?", the fragment, and long
    parts of the path in which letters and digits are mixed. What is no address is masked as a
    whole.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    _, at, host = parts.netloc.rpartition("@")
    path = "/".join(map(_mask_part, parts.path.split("/")))
    query = "&".join(map(_mask_pair, parts.query.split("&")))
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    address = f"{scheme}{MASK if at else ''}{at}{host}{path}"
    return address + (f"?{query}" if parts.query else "") + (f"#{MASK}" if parts.fragment else "")


def _mask_part(part: str) -> str:
    return MASK if _TOKEN.fullmatch(part) else part


def _mask_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}={MASK}" if equals else MASK


def secrets_of(url: str) -> frozenset[str]:
    """Return what `masked_url` masks, as it is written and as it is meant: a server may quote
    either.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return frozenset({url})
    user = parts.netloc.rpartition("@")[0]
    secrets = {parts.password or "", parts.fragment, *user.split(":")}
    for pair in parts.query.split("&"):
        secrets.add(pair.rpartition("=")[2])
    for part in parts.path.split("/"):
        if _TOKEN.fullmatch(part):
            secrets.add(part)
    return frozenset(secrets.union(map(unquote_plus, secrets)))


def indent(lines: Iterable[str], margin: str = "  ") -> Iterator[str]:
    """Yield the lines, each behind a margin."""
    for line in lines:
        yield f"{margin}{line}"


def without(text: str, secrets: Iterable[str]) -> str:
    """Return the text with secrets masked. Those below four characters are left: they are in every
    word.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return text


def duration(seconds: float) -> str:
    """Return seconds as text such as ``1 h 05 min 09 s``, exact to the second; what is more than
    nothing and less than one is ``under 1 s``.
    """
    if 0 < seconds < 1:
        return "under 1 s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min {rest:02d} s"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def count_of(number: int, noun: str, form: str = "") -> str:
    """Return so many of a noun: ``1 day``, ``2 days``; with `form` ``,`` also ``2,000 days``."""
    return f"{number:{form}} {noun}" if number == 1 else f"{number:{form}} {noun}s"


def join_names(names: Collection[str], most: int = MOST_NAMES) -> str:
    """Return names for a sentence, the first few of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(list(names)[:most]) + more
