"""The catalogue of vendors: every entry can be used, says where it is from, and is the page it says
it is."""

import re
from collections import Counter
from datetime import date
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from monitor import platforms
from monitor.config import (
    CATEGORIES,
    CONFIDENCES,
    UNKNOWN_PLATFORM,
    CatalogEntry,
    add_vendor,
    catalog,
    default_slugs,
    load,
    normal_url,
    page_url,
    parse,
    platform_hint,
    warnings,
)
from monitor.config.catalog import find_entry
from monitor.suggestions import keys_named

ROOT = Path(__file__).parents[1]
TEXT = resources.files("monitor").joinpath("catalog.yaml").read_text(encoding="utf-8")
HEAD = TEXT[: TEXT.index("\n- slug:")]
READABLE = [entry for entry in catalog() if entry.platform != UNKNOWN_PLATFORM]
ADDRESSES_OF_PLATFORMS = (
    *(f".{domain}" for domain in platforms.tenant_domains()),
    ".status.atlassian.com",
)

AI = [
    *(
        "anthropic",
        "openai",
        "xai",
        "gemini",
        "google-cloud",
        "mistral",
        "cohere",
        "perplexity",
        "groq",
        "together",
    ),
    *(
        "fireworks",
        "replicate",
        "huggingface",
        "deepseek",
        "cursor",
        "elevenlabs",
        "openrouter",
        "coreweave",
        "lambda",
    ),
    "nvidia-ngc",
]
CLOUDS = [
    *("aws", "google-cloud", "azure", "oracle-cloud", "ibm-cloud"),
    *("cloudflare", "fastly", "digitalocean", "vercel", "netlify"),
]


def explained(key):
    """Return the words the file's head explains below the line that speaks of a key, one a line,
    deeper than the rest."""
    lines = HEAD.splitlines()
    first = next(
        number for number, line in enumerate(lines) if f"`{key}` " in line and line.endswith(":")
    )
    told = (re.match(r"#   (\S+) {2,}\S", line) for line in lines[first + 1 :])
    words = []
    for found in told:
        if found is None:
            break
        words.append(found[1])
    return words


def those(wrong):
    """Return what is wrong with the entries that something is wrong with, by slug."""
    return {entry.slug: found for entry in catalog() if (found := wrong(entry))}


def sources(entry):
    return entry.source.split(", ")


def test_there_are_vendors_of_every_kind():
    assert len(READABLE) >= 150
    assert {entry.category for entry in READABLE} == set(CATEGORIES)


@pytest.mark.parametrize("slug", [*AI, *CLOUDS])
def test_the_vendors_most_people_depend_on_are_listed(slug):
    assert slug in {entry.slug for entry in catalog()}


def test_no_slug_and_no_page_is_listed_twice():
    slugs = Counter(entry.slug for entry in catalog())
    pages = Counter(entry.url.partition("://")[2] for entry in catalog())

    assert [slug for slug, count in slugs.items() if count > 1] == []
    assert [page for page, count in pages.items() if count > 1] == []


def test_slugs_names_and_addresses_are_as_the_settings_would_have_them():
    assert not those(
        lambda e: not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", e.slug) and e.slug
    )
    assert not those(
        lambda e: not (e.name.isprintable() and e.name == e.name.strip() != "") and e.name
    )
    assert not those(
        lambda e: not (e.url.startswith("https://") and normal_url(e.url) == e.url) and e.url
    )


def test_every_vendor_says_what_it_is_for_and_how_firmly_its_platform_stands():
    assert not those(lambda e: {e.category} - set(CATEGORIES))
    assert not those(lambda e: {e.confidence} - set(CONFIDENCES))


def test_every_platform_is_one_we_read_or_said_to_be_unknown():
    assert not those(lambda e: {e.platform} - {*platforms.names(), UNKNOWN_PLATFORM})


def test_a_page_nobody_is_known_to_read_says_why_and_stands_on_nothing_firm():
    assert not those(
        lambda e: (
            e.platform == UNKNOWN_PLATFORM and not (e.note and e.confidence == "low") and e.platform
        )
    )


def test_all_knowledge_has_a_date():
    written = r"20\d\d-\d\d(-\d\d)?"

    assert not those(lambda e: not re.fullmatch(written, e.checked) and e.checked)
    assert not those(
        lambda e: date.fromisoformat(f"{e.checked}-01"[:10]) < date(2025, 1, 1) and e.checked
    )


def test_all_knowledge_has_a_source_that_the_head_explains():
    assert not those(lambda e: set(sources(e)) - set(explained("source")))
    assert not those(lambda e: len(set(sources(e))) < len(sources(e)) and e.source)


def test_high_confidence_is_an_answer_seen_an_address_of_the_platform_or_a_second_source():
    def baseless(entry):
        seen = {"captured", "live"} & set(sources(entry))
        hosted = urlsplit(entry.url).hostname.endswith(ADDRESSES_OF_PLATFORMS)
        return (
            entry.confidence == "high"
            and not (seen or hosted or len(sources(entry)) > 1)
            and entry.source
        )

    assert not those(baseless)


def test_patterns_and_notes_say_something():
    def empty(entry):
        words = (*entry.exclude, *entry.regions, *([] if entry.note is None else [entry.note]))
        return [
            word
            for word in words
            if not word.isprintable() or not word or word != word.strip() or word == "*"
        ]

    assert not those(empty)


def test_the_head_explains_every_category_and_confidence_and_no_other():
    assert explained("category") == list(CATEGORIES)
    assert explained("confidence") == list(CONFIDENCES)


def test_every_key_of_the_file_is_one_we_read():
    known = set(CatalogEntry.__dataclass_fields__)

    assert [entry["slug"] for entry in yaml.safe_load(TEXT) if not entry.keys() <= known] == []


@pytest.mark.slow
def test_the_file_is_read_the_same_with_and_without_the_fast_reader():
    plain = [
        CatalogEntry(
            **{key: tuple(told) if isinstance(told, list) else told for key, told in entry.items()}
        )
        for entry in yaml.safe_load(TEXT)
    ]

    assert catalog() == tuple(plain)


def test_an_entry_that_is_read_alone_is_the_same():
    for entry in catalog():
        assert find_entry(entry.slug, None) == entry
        assert find_entry(None, entry.url) == entry
    assert find_entry("no-such-vendor", None) is None
    assert find_entry(None, "https://status.no-such-vendor.example/") is None
    assert find_entry(None, None) is None


def test_every_vendor_can_be_configured_by_its_slug():
    read = parse(f"vendors: [{', '.join(entry.slug for entry in catalog())}]", "monitor.yaml")

    assert [(vendor.slug, vendor.name, vendor.url) for vendor in read.vendors] == [
        (entry.slug, entry.name, entry.url) for entry in catalog()
    ]


def test_every_vendor_is_found_by_its_page():
    read = parse(f"vendors: [{', '.join(entry.url for entry in catalog())}]", "monitor.yaml")

    assert [vendor.slug for vendor in read.vendors] == [entry.slug for entry in catalog()]


def test_the_default_vendors_are_firmly_known():
    chosen = [entry for entry in catalog() if entry.default]

    assert default_slugs() == tuple(entry.slug for entry in chosen)
    assert {entry.confidence for entry in chosen} == {"high"}


def test_the_readme_promises_no_more_vendors_than_there_are():
    promised = re.search(r"more\s+than\s+(\d+)\s+vendors", (ROOT / "README.md").read_text())

    assert len(READABLE) > int(promised[1])


# ------------------------------------------------------------------------------------------------------------
# the hint


def test_the_hint_is_by_page_and_never_a_setting():
    assert platform_hint("https://status.openai.com/") == "incidentio"
    assert platform_hint("https://status.example.com/") is None
    assert parse("vendors: [openai]", "monitor.yaml").vendors[0].platform is None


def test_an_unknown_platform_is_no_hint():
    read = parse("vendors: [{slug: nvidia-ngc, platform: statuspage}]", "monitor.yaml")

    assert platform_hint(read.vendors[0].url) is None
    assert [line for line in warnings(read) if "the catalogue has this page" in line] == []


# -------------------------------------------------------------------------------------------- what
# is left out, and not

SUPPLIERS = ("AWS*", "Cloudflare*", "Intercom*", "SendGrid*", "imgix*")


@pytest.mark.parametrize(
    "written",
    [
        "bubble",
        "https://status.bubble.io",
        "http://status.bubble.io/history",
        "{slug: ours, url: https://status.bubble.io}",
        "{slug: bubble, tier: critical}",
    ],
)
def test_other_companies_services_are_left_out_of_a_catalogued_page(written):
    assert parse(f"vendors: [{written}]", "monitor.yaml").vendors[0].exclude == SUPPLIERS


@pytest.mark.parametrize(
    ("written", "excluded", "included"),
    [
        ("vendors: [{slug: bubble, exclude: [Forum]}]", ("Forum",), ()),
        ("vendors: [{slug: bubble, exclude: []}]", (), ()),
        ("vendors: [{slug: bubble, include: ['AWS*']}]", (), ("AWS*",)),
        ("defaults: {exclude: [Forum]}\nvendors: [bubble]", ("Forum",), ()),
        ("defaults: {include: [API]}\nvendors: [bubble]", (), ("API",)),
    ],
)
def test_what_the_user_says_of_components_replaces_the_catalogues_list(written, excluded, included):
    vendor = parse(written, "monitor.yaml").vendors[0]

    assert (vendor.exclude, vendor.include) == (excluded, included)


def test_a_vendors_slug_on_another_page_brings_nothing_along():
    read = parse("vendors: [{slug: bubble, url: https://status.example.com}]", "monitor.yaml")

    assert read.vendors[0].exclude == ()


def test_a_vendor_of_the_variable_is_the_same_as_one_of_the_file():
    read = parse("vendors: [openai]", "monitor.yaml", {"MONITOR_VENDORS": "bubble"})

    assert read.vendors[0].exclude == SUPPLIERS


def test_an_added_vendor_is_written_by_its_slug_and_keeps_the_catalogues_list(tmp_path):
    path = tmp_path / "monitor.yaml"
    path.write_text("vendors: [openai]\n")

    add_vendor(path, "https://status.bubble.io")

    assert "exclude" not in path.read_text()
    assert load(path, {}).vendors[-1].exclude == SUPPLIERS


def test_regions_of_the_catalogue_are_a_help_to_choose_and_never_chosen():
    offered = [entry for entry in catalog() if entry.regions]
    read = parse(f"vendors: [{', '.join(entry.slug for entry in offered)}]", "monitor.yaml")

    assert offered
    assert {vendor.regions for vendor in read.vendors} == {()}


@pytest.mark.parametrize("entry", catalog(), ids=lambda entry: entry.slug)
def test_every_slug_and_alias_means_one_vendor(entry):
    names = {other.slug: other.names for other in catalog()}
    for word in (entry.slug, *entry.aliases):
        assert keys_named(word, names) == [entry.slug]
        assert page_url(word.upper()) == page_url(word.lower()) == entry.url


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("gcp", "google-cloud"),
        ("Google Cloud", "google-cloud"),
        ("AWS", "aws"),
        ("amazon web services", "aws"),
        ("Azure", "azure"),
        ("m365", "microsoft-365"),
        ("Claude", "anthropic"),
        ("Fly.io", "flyio"),
        ("monday.com", "monday"),
    ],
)
def test_a_vendor_is_found_as_people_call_it(text, slug):
    assert find_entry(None, page_url(text)).slug == slug
