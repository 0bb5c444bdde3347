"""The JSON Schema of the settings file is that of its reader: what one refuses, the other does."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from monitor.config import VENDOR_KEYS, InvalidConfig, parse, settings_schema
from monitor.config.file_keys import NETWORK_KEYS, SERVER_KEYS, STORAGE_KEYS, TOP_KEYS
from monitor.config.headers import HEADER_KEYS
from monitor.config.override_keys import OVERRIDE_KEYS
from monitor.config.unknown_pages import FEED_KEYS, HTML_KEYS
from monitor.config.vendor_keys import COMMON_KEYS

pytestmark = pytest.mark.hours
ROOT = Path(__file__).parents[1]
BAD = sorted((Path(__file__).parent / "bad_config").glob("*.yaml"))
BY_READING_ONLY = {
    "address-port": "a number within a text",
    "control-character": "no YAML",
    "derived-slug-taken": "two vendors",
    "duplicate-page": "two vendors",
    "duplicate-slug": "two vendors",
    "html-bad-selector": "a selector's grammar",
    "interval-over-the-limit": "how long a duration is",
    "interval-under-the-floor": "how long a duration is",
    "key-written-twice": "one of them is left when YAML is loaded",
    "merge-key": "is gone when YAML is loaded",
    "min-outage-over-a-day": "how long a duration is",
    "not-utf-8": "no text",
    "number-octal": "a number when YAML is loaded",
    "stack-of-a-vendor-not-listed": "two parts of the file",
    "stack-of-an-unknown-vendor": "two parts of the file",
    "stack-of-no-component": "how a target is written",
    "stack-with-an-open-bracket": "how a target is written",
    "tab": "no YAML",
    "tag": "no YAML",
    "token-name-taken": "two tokens",
    "two-documents": "no one document",
    "unclosed-list": "no YAML",
    "undefined-alias": "no YAML",
    "url-port": "a number within an address",
    "window-in-hours": "how long a duration is",
}
SAMPLES = ["text", "5m", "90%", "", 7, 1000000000, 0.5, True, None, [], ["x"], [7], {}, {"zz": 1}]


class Loader(yaml.SafeLoader):
    """Loads what an editor hands to a schema: YAML's values, in which a date is text."""


Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if not pair[0].endswith(":timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
VALIDATOR = Draft202012Validator(settings_schema())


def is_refused(text: str) -> bool:
    return not VALIDATOR.is_valid(yaml.load(text, Loader=Loader))


def is_mistaken(text: str) -> bool:
    try:
        parse(text, "monitor.yaml")
    except InvalidConfig:
        return True
    return False


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(settings_schema())


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_it_refuses_every_bad_file_whose_mistake_a_schema_can_say(path: Path) -> None:
    if path.stem in BY_READING_ONLY:
        try:
            refused = is_refused(path.read_text())
        except (yaml.YAMLError, UnicodeDecodeError):
            return
        assert not refused, f"take {path.stem} out of the list: the schema finds it"
    else:
        assert is_refused(path.read_text())


def test_the_example_and_every_file_in_the_documents_is_valid() -> None:
    texts = [(ROOT / "monitor.example.yaml").read_text()]
    for page in (ROOT / "docs").glob("*.md"):
        blocks = page.read_text().split("```yaml\n")[1:]
        texts += [block.partition("```")[0] for block in blocks]
    read = [text for text in texts if "\nvendors:" in f"\n{text}" and not is_mistaken(text)]

    assert len(read) > 3
    assert [text for text in read if is_refused(text)] == []


def vendor(key: str, value: object) -> dict[str, object]:
    return {"vendors": [{"slug": "acme", "url": "https://a.example/", key: value}]}


def nested(outer: str, **others: object):
    return lambda key, value: vendor(outer, {**others, key: value})


TABLES = {
    "top": (TOP_KEYS, lambda key, value: {"vendors": ["github"], key: value}),
    "defaults": (COMMON_KEYS, lambda key, value: {"vendors": ["github"], "defaults": {key: value}}),
    "vendor": (VENDOR_KEYS, vendor),
    "server": (SERVER_KEYS, lambda key, value: {"vendors": ["github"], "server": {key: value}}),
    "storage": (STORAGE_KEYS, lambda key, value: {"vendors": ["github"], "storage": {key: value}}),
    "network": (NETWORK_KEYS, lambda key, value: {"vendors": ["github"], "network": {key: value}}),
    "feed": (FEED_KEYS, nested("feed")),
    "html": (HTML_KEYS, nested("html", component="li", words={"operational": ["Up"]})),
    "header": (HEADER_KEYS, lambda key, value: vendor("headers", {"X-Key": {key: value}})),
    "override": (
        OVERRIDE_KEYS,
        lambda key, value: vendor(
            "overrides",
            [{"incident": "a", "reason": "b", "date": "2026-05-22", "level": "none", key: value}],
        ),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_of_every_key_it_refuses_what_its_reader_does(name: str) -> None:
    """A text may be wrong in ways that only reading tells; what is no text, or not known, may not."""
    keys, document = TABLES[name]
    for key in [*keys, "zzyzx"]:
        for value in SAMPLES:
            text = json.dumps(document(key, value))
            refused, mistaken = is_refused(text), is_mistaken(text)
            said = f"{text}: refused {refused}, a mistake {mistaken}"
            assert mistaken or not refused, said
            if not isinstance(value, str):
                assert refused == mistaken, said


@pytest.mark.parametrize(
    "address",
    [
        "status.example.com",
        "HTTPS://Status.Example.com/",
        "//status.example.com:8443/a//b?c=d#e",
        "http://[::1]:8080/@team",
        " https://status.example.com/history.atom ",
        "localhost:9000",
    ],
)
def test_every_way_to_write_an_address_is_valid(address: str) -> None:
    text = json.dumps({"vendors": [{"url": address}]})

    assert not is_mistaken(text)
    assert not is_refused(text)


def test_the_command_prints_it(monitor) -> None:
    code, out, err = monitor("schema")

    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(json.dumps(settings_schema()))
