"""Whose answer it is: the same page, a page that moved, or another company's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.identity import (
    Identity,
    alike,
    as_json,
    at_home,
    from_json,
    host_of,
)
from monitor.model import PageInfo
from monitor.witness import PageMatch, Witness, difference, extend_identity, judge, lacks_proof

ids = st.sampled_from([None, "abc", "def", "ghi"])
names = st.sampled_from([None, "Acme", "Acme Status", "Globex", "Initech Cloud"])
hosts = st.frozensets(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=2)
on = st.sampled_from([None, "statuspage", "instatus"])
identities = st.builds(Identity, platform=on, external_id=ids, name=names, hosts=hosts)

ACME = Identity(
    platform="statuspage", external_id="abc", name="Acme", hosts=frozenset({"status.acme.example"})
)
NAMED = replace(ACME, platform="feed", external_id=None)


def told(of: Identity = ACME, **changes: object) -> Identity:
    return replace(of, **changes)


@given(identity=identities)
def test_a_page_is_itself_and_what_is_not_known_contradicts_nothing(identity: Identity) -> None:
    assert judge(identity, identity) is PageMatch.SAME
    assert judge(Identity(), identity) is PageMatch.SAME


@pytest.mark.slow
@given(stored=identities, said=identities)
def test_another_id_of_the_same_platform_is_always_another_page(
    stored: Identity, said: Identity
) -> None:
    stored, said = replace(stored, platform="statuspage"), replace(said, platform="statuspage")
    if stored.external_id and said.external_id:
        assert (judge(stored, said) is PageMatch.ANOTHER) == (
            stored.external_id != said.external_id
        )


@given(stored=identities, said=identities)
def test_a_new_host_is_a_move_only_with_the_same_id(stored: Identity, said: Identity) -> None:
    verdict = judge(stored, said)
    new = bool(stored.hosts) and not said.hosts <= stored.hosts
    vouched = stored.external_id is not None and stored.external_id == said.external_id
    assert (verdict is PageMatch.MOVED) == (new and vouched)
    if new and not vouched:
        assert verdict is PageMatch.ANOTHER


@given(stored=identities, said=identities)
def test_what_was_learned_of_an_answer_is_the_same_page_the_next_time(
    stored: Identity, said: Identity
) -> None:
    if judge(stored, said) is not PageMatch.ANOTHER:
        known = extend_identity(stored, said)
        assert judge(known, said) is PageMatch.SAME
        assert extend_identity(known, said) == known


@given(stored=identities, said=identities)
def test_who_was_refused_is_refused_until_an_id_says_otherwise(
    stored: Identity, said: Identity
) -> None:
    refused = Identity(platform=stored.platform, external_id="other")
    verdict = judge(stored, said, other=refused)
    if stored.external_id and not said.external_id:
        assert verdict is PageMatch.ANOTHER
    else:
        assert verdict is judge(stored, said)


@given(stored=identities, said=identities)
def test_an_identity_can_be_kept_and_a_difference_is_always_told(
    stored: Identity, said: Identity
) -> None:
    assert from_json(as_json(stored)) == stored
    assert difference(stored, said)
    assert str(stored)


@given(
    stored=identities,
    pieces=st.lists(st.tuples(ids, names, hosts), min_size=1, max_size=5),
)
def test_a_reading_in_pieces_lets_no_other_id_and_no_unvouched_host_through(
    stored: Identity, pieces: list[tuple[str | None, str | None, frozenset[str]]]
) -> None:
    witness = Witness(own=stored, platform="statuspage")
    seen: frozenset[str] = frozenset()
    heard: set[str] = set()
    for external_id, name, at in pieces:
        seen |= at
        if witness.hear(PageInfo(external_id=external_id, name=name), seen) is PageMatch.ANOTHER:
            return
        heard |= {external_id} if external_id else set()
        assert len(heard) <= 1
        if stored.platform in {None, "statuspage"} and stored.external_id is not None:
            assert heard <= {stored.external_id}
        if stored.hosts and not heard:
            assert seen <= stored.hosts


@pytest.mark.parametrize(
    ("stored", "said", "verdict"),
    [
        (ACME, told(), PageMatch.SAME),
        (ACME, told(name="Globex"), PageMatch.SAME),
        (ACME, told(hosts=frozenset({"acme.pages.example"})), PageMatch.MOVED),
        (ACME, told(external_id="def"), PageMatch.ANOTHER),
        (ACME, told(external_id=None, name=None), PageMatch.SAME),
        (ACME, told(external_id=None, hosts=frozenset({"acme.pages.example"})), PageMatch.ANOTHER),
        (ACME, told(platform="instatus", external_id="0815", name="Acme and Sons"), PageMatch.SAME),
        (
            ACME,
            told(platform="instatus", external_id="0815", hosts=frozenset({"globex.example"})),
            PageMatch.ANOTHER,
        ),
        (NAMED, told(NAMED, name="Acme Cloud Status"), PageMatch.SAME),
        (NAMED, told(NAMED, name="Globex Status"), PageMatch.ANOTHER),
        (NAMED, told(NAMED, name="Status"), PageMatch.SAME),
        (NAMED, told(NAMED, hosts=frozenset({"globex.example"})), PageMatch.ANOTHER),
        (
            replace(ACME, hosts=frozenset()),
            told(hosts=frozenset({"globex.example"})),
            PageMatch.SAME,
        ),
    ],
)
def test_verdicts(stored: Identity, said: Identity, verdict: PageMatch) -> None:
    assert judge(stored, said) is verdict


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://status.acme.example/", "status.acme.example"),
        ("http://Status.Acme.Example.:80/x", "status.acme.example"),
        ("https://www.acme.example:443/", "acme.example"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("http://[::1]:8080/", "::1:8080"),
        ("https://b\u00fccher.example/", "xn--bcher-kva.example"),
        ("https://www./", "www"),
        ("not a url", ""),
        ("https://host:99999/", ""),
    ],
)
def test_hosts_are_compared_without_what_says_nothing(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ("Acme", "Acme Inc. Status", True),
        ("AcmeCloud", "Acme Cloud", True),
        ("Acme", None, True),
        ("System Status", "Globex", True),
        ("Acme", "Globex", False),
        ("Acme Pay", "Globex Pay", False),
        ("\u65e5\u672c", "\u65e5\u672c Status", True),
    ],
)
def test_names_are_alike_when_one_has_the_words_of_the_other(
    before: str, now: str | None, same: bool
) -> None:
    assert alike(before, now) is same
    assert alike(now, before) is same


def test_what_could_still_tell_the_page_from_another_is_its_id_and_else_its_name() -> None:
    assert lacks_proof(ACME, Identity(name="Acme"))
    assert not lacks_proof(ACME, Identity(external_id="abc"))
    assert lacks_proof(NAMED, Identity())
    assert not lacks_proof(NAMED, Identity(name="Acme"))
    assert not lacks_proof(replace(NAMED, name=None), Identity())


def test_the_configured_address_is_always_the_pages_own() -> None:
    moved = replace(NAMED, hosts=frozenset({"acme.pages.example"}))

    assert judge(at_home(moved, "https://status.acme.example/"), NAMED) is PageMatch.SAME
    assert at_home(Identity(), "https://status.acme.example/") == Identity()


def test_a_host_that_comes_after_the_id_is_not_vouched_for_by_it() -> None:
    witness = Witness(own=ACME, platform="statuspage")

    assert witness.hear(PageInfo(external_id="abc"), {"status.acme.example"}) is PageMatch.SAME
    assert witness.hear(None, {"status.acme.example", "globex.example"}) is PageMatch.ANOTHER
