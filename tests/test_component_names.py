"""Which component is meant by what somebody wrote."""

from datetime import UTC, datetime

import pytest

from monitor.component_names import find_component
from monitor.model import Component, KnownComponent

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)


def known(key: str, slug: str, name: str, group: str | None = None, **changes) -> KnownComponent:
    part = Component(id=key, name=name, group=group)
    return KnownComponent(component=part, slug=slug, first_seen_at=NOW, **changes)


COMPONENTS = (
    known("k1", "vms", "VMs", "EU"),
    known("k2", "vms-2", "VMs", "US"),
    known("k3", "storage", "Storage", "EU"),
    known("k4", "k1-mirror", "Console"),
    known("k5", "dns", "DNS", "Network"),
    known("k6", "old-dns", "Old DNS", removed_at=NOW),
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("k1", "k1"),
        ("vms-2", "k2"),
        ("VMS-2", "k2"),
        ("storage", "k3"),
        ("EU / VMs", "k1"),
        ("us / vms", "k2"),
        ("  us  /  vms ", "k2"),
        ("console", "k4"),
        ("Network", "k5"),
        ("old dns", "k6"),
    ],
)
def test_an_id_a_slug_and_a_name_as_reports_print_it_mean_their_component(text, key):
    assert find_component(COMPONENTS, text).id == key


def test_an_id_comes_before_a_slug_of_another_case_and_a_slug_before_a_name():
    both = (known("a", "b", "C"), known("b2", "c", "A"), known("x", "other", "B"))

    assert find_component(both, "b").id == "a"
    assert find_component(both, "c").id == "b2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("VMS", "2 components are called 'VMS'; write one of: vms (EU / VMs), vms-2 (US / VMs)"),
        ("eu", "'eu' is a group of 2 components; write one of: vms (EU / VMs), storage (EU / Stor"),
        ("storrage", "no component 'storrage'; did you mean 'EU / Storage'?"),
        ("eu / vmss", "no component 'eu / vmss'; did you mean 'EU / VMs'?"),
        ("qqq", "no component 'qqq'; there are: vms (EU / VMs), vms-2 (US / VMs), storage (EU /"),
        ("qqq", "Network / DNS), old-dns (Old DNS, removed)"),
    ],
)
def test_what_means_several_or_none_says_what_to_write_instead(text, message):
    with pytest.raises(ValueError, match="component") as error:
        find_component(COMPONENTS, text)

    assert message in str(error.value)


def test_of_very_many_components_a_message_names_a_few():
    many = [known(f"k{number}", f"s{number}", f"Part {number}") for number in range(400)]

    with pytest.raises(ValueError, match="and 380 more"):
        find_component(many, "zzz")


def test_a_page_that_was_not_read_has_no_component():
    with pytest.raises(ValueError, match="no component 'api'; the page has none, or was not read"):
        find_component((), "api")
