"""By which names the web server may be asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.access.hosts import host_of, is_loopback, is_ours

OURS = frozenset({"monitor.example.com"})


@pytest.mark.parametrize(
    ("header", "on_loopback", "beyond"),
    [
        ("127.0.0.1:9184", True, True),
        ("10.0.0.7", True, True),
        ("[::1]:9184", True, True),
        ("[2001:db8::7]", True, True),
        ("localhost:9184", True, True),
        ("vendorstatus.localhost", True, True),
        ("MONITOR.example.com.:9184", True, True),
        ("vendorstatus:9184", False, True),
        ("vendorstatus.monitoring.svc", False, True),
        ("vendorstatus.monitoring.svc.cluster.local:9184", False, True),
        ("nas.internal", False, True),
        ("rebind.attacker.example", False, False),
        ("monitor.example.com.attacker.example", False, False),
        ("localhost.attacker.example", False, False),
        ("127.0.0.1.attacker.example", False, False),
        ("vendorstatus.monitoring", False, False),
    ],
)
def test_a_name_that_an_attacker_can_have_is_none_of_ours(header, on_loopback, beyond):
    assert is_ours(header, OURS, is_local=True) is on_loopback
    assert is_ours(header, OURS, is_local=False) is beyond


@given(st.text("abc.:[]1 \n%", max_size=20), st.booleans())
def test_no_header_of_a_public_name_gets_by(prefix, is_local):
    assert not is_ours(
        f"{prefix}x.attacker.example".lstrip("[ \n").replace(":", ""), OURS, is_local=is_local
    )


@given(st.ip_addresses(), st.integers(1, 65_535))
def test_every_address_is_ours_however_it_is_written(address, port):
    host = f"[{address}]" if address.version == 6 else str(address)

    assert is_ours(host, (), is_local=True)
    assert is_ours(f"{host}:{port}", (), is_local=True)
    assert host_of(f"{host}:{port}") == str(address)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.7", False),
        ("monitor.example.com", False),
        ("localhost.example.com", False),
    ],
)
def test_loopback_is_what_this_machine_alone_reaches(host, expected):
    assert is_loopback(host) is expected
