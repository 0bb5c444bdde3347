"""The web configuration file: each mistake with its place and remedy, and nothing but mistakes."""

import re
from pathlib import Path

import pytest
import yaml
from authorities import HASH
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import ClientAuth, InvalidConfig, WebConfig, load_web_config, parse_web_config
from monitor.config.web_config import HEADERS, WEB_KEYS
from monitor.config.web_tls import TLS_KEYS

FILES = "cert_file: server.pem, key_file: server.key"


def mistakes(text: str) -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        parse_web_config(text, "web.yml")
    return [str(problem) for problem in caught.value.problems]


def tls(text: str) -> str:
    return f"tls_server_config: {{{FILES}, {text}}}"


def test_the_whole_format_is_read():
    web = parse_web_config(
        f"""\
tls_server_config:
  cert_file: server.pem
  key_file: /keys/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  client_allowed_sans: [prometheus.example, 127.0.0.1]
  min_version: TLS12
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [CurveP256]
http_server_config:
  http2: false
  headers: {{X-Frame-Options: deny, Strict-Transport-Security: max-age=1}}
basic_auth_users:
  ann: {HASH}
""",
        "/etc/vendorstatus/web.yml",
    )

    assert web.tls is not None
    assert web.tls.cert_file == Path("/etc/vendorstatus/server.pem")
    assert web.tls.key_file == Path("/keys/server.key")
    assert web.tls.client_auth is ClientAuth.REQUIRED
    assert web.tls.client_ca_file == Path("/etc/vendorstatus/ca.pem")
    assert web.tls.client_allowed_sans == ("prometheus.example", "127.0.0.1")
    assert (web.tls.min_version, web.tls.max_version) == ("TLS12", "TLS12")
    assert web.tls.cipher_suites == ("ECDHE-RSA-AES128-GCM-SHA256",)
    assert web.tls.prefer_server_cipher_suites is False
    assert web.tls.curve == "prime256v1"
    assert web.headers == {"X-Frame-Options": "deny", "Strict-Transport-Security": "max-age=1"}
    assert web.users == {"ann": HASH}
    assert HASH not in repr(web)


@pytest.mark.parametrize("text", ["", "{}", "# nothing", "http_server_config: {}"])
def test_a_file_that_says_nothing_asks_for_nothing(text):
    web = parse_web_config(text, "web.yml")

    assert (web.tls, web.users, web.headers) == (None, {}, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tls_server_config: {cert_file: a.pem}", ":1: tls_server_config: needs `key_file`, a PEM file"),
        ("tls_server_config: {key_file: a.pem}", ":1: tls_server_config: needs `cert_file`, a PEM file"),
        (tls("cert: text"), ":1: tls_server_config.cert: Python's TLS reads certificates and keys from files; write it into one, and name it in `cert_file`"),
        (tls("key: text"), ":1: tls_server_config.key: Python's TLS reads certificates and keys from files; write it into one, and name it in `key_file`"),
        (tls("client_auth_type: RequestClientCert"), ":1: tls_server_config.client_auth_type: RequestClientCert takes certificates that nobody verifies, which is no proof; write RequireAndVerifyClientCert, or VerifyClientCertIfGiven"),
        (tls("client_auth_type: RequireAnyClientCert"), ":1: tls_server_config.client_auth_type: RequireAnyClientCert takes certificates that nobody verifies, which is no proof; write RequireAndVerifyClientCert, or VerifyClientCertIfGiven"),
        (tls("client_auth_type: RequireAndVerifyClientCrt, client_ca_file: a"), ":1: tls_server_config.client_auth_type: 'RequireAndVerifyClientCrt' is not a client_auth_type; did you mean 'RequireAndVerifyClientCert'?"),
        (tls("client_auth_type: RequireAndVerifyClientCert"), ":1: tls_server_config: needs `client_ca_file` for RequireAndVerifyClientCert: who signs clients' certificates"),
        (tls("client_ca_file: ca.pem"), ":1: tls_server_config: has a client's authority and asks for no certificate; write `client_auth_type: RequireAndVerifyClientCert`"),
        (tls("client_ca_file: a, client_ca: b, client_auth_type: VerifyClientCertIfGiven"), ":1: tls_server_config: has `client_ca` and `client_ca_file`; keep one of them"),
        (tls("client_allowed_sans: [a], client_ca_file: a, client_auth_type: VerifyClientCertIfGiven"), ":1: tls_server_config: needs `client_auth_type: RequireAndVerifyClientCert` for `client_allowed_sans`"),
        (tls("client_allowed_sans: [], client_ca_file: a, client_auth_type: RequireAndVerifyClientCert"), ":1: tls_server_config.client_allowed_sans: names nobody, so nobody could connect; name somebody, or remove the line"),
        (tls("min_version: TLS11"), ":1: tls_server_config.min_version: TLS11 is broken and not spoken any more; write TLS12 or TLS13"),
        (tls("max_version: SSL3"), ":1: tls_server_config.max_version: 'SSL3' is not a version of TLS; write one of TLS12, TLS13"),
        (tls("min_version: TLS13, max_version: TLS12"), ":1: tls_server_config: has a `min_version` above its `max_version`; exchange them"),
        (tls("cipher_suites: [TLS_AES_128_GCM_SHA256]"), ":1: tls_server_config.cipher_suites[0]: TLS_AES_128_GCM_SHA256 is of TLS 1.3, whose suites are always offered; remove it, and set `max_version: TLS12` if you want none of TLS 1.3"),
        (tls("cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA]"), ":1: tls_server_config.cipher_suites[0]: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA' is not a cipher suite; did you mean 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'?"),
        (tls("curve_preferences: [X25519, CurveP256]"), ":1: tls_server_config.curve_preferences: Python's TLS can be given one curve; leave one, or remove the key"),
        (tls("curve_preferences: [CurveP25]"), ":1: tls_server_config.curve_preferences[0]: 'CurveP25' is not a curve; did you mean 'CurveP256'?"),
        (tls("cert_fil: a"), ":1: tls_server_config.cert_fil: unknown key; did you mean 'cert_file'?"),
        ("http_server_config: {http2: true}", ":1: http_server_config.http2: this server speaks HTTP/1.1 only; write false, or remove the line"),
        ("http_server_config: {headers: {Server: x}}", ":1: http_server_config.headers.Server: 'Server' is not a header that can be set here; write one of Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security"),
        ("http_server_config: {headers: {X-Frame-Options: all}}", ":1: http_server_config.headers.X-Frame-Options: 'all' is not a value of X-Frame-Options; write one of deny, sameorigin"),
        ('http_server_config: {headers: {X-XSS-Protection: "a\\r\\nb: c"}}', ":1: http_server_config.headers.X-XSS-Protection: is not plain ASCII in one line; write it so"),
        ("basic_auth_users: {ann: hunter2}", ":1: basic_auth_users.ann: is not a bcrypt hash; make one with `htpasswd -nBC 10 USER`, and write what follows the colon"),
        (f'basic_auth_users: {{"a:n": {HASH}}}', ":1: basic_auth_users.a:n: a user's name is not empty and has no colon; write another"),
        (f"basic_auth_users: {{ann: {HASH.replace('$10$', '$31$')}}}", ":1: basic_auth_users.ann: the cost 31 of the hash is out of range; write one of 10 to 15"),
        (f"basic_auth_users:\n  ann: {HASH}\n  ann: {HASH}", ":3: basic_auth_users.ann: is written twice, first on line 2; remove one"),
        ("basic_auth_users:", ":1: basic_auth_users: is not a mapping; write `key: value` lines"),
        ("rate_limit: {interval: 1s}", ":1: rate_limit: requests are not counted here, connections are bounded; remove it"),
        ("basic_auth_user: {}", ":1: basic_auth_user: unknown key; did you mean 'basic_auth_users'?"),
        ("- a", ":1: is not a mapping; write `key: value` lines"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_remedy(text, message):
    assert mistakes(text) == [f"web.yml{message}"]


def test_every_mistake_of_a_file_is_named_at_once():
    assert len(mistakes("rate_limit: {}\nbasic_auth_users: {a: b, c: d}\nzz: 1")) == 4


def test_no_message_repeats_what_may_be_a_password():
    assert not any("hunter2" in message for message in mistakes("basic_auth_users: {ann: hunter2}"))


def test_a_file_that_is_not_there_is_named_with_its_remedy(tmp_path):
    with pytest.raises(
        InvalidConfig, match=re.escape("there is no such file; write one, or leave out")
    ):
        load_web_config(tmp_path / "web.yml")


def test_the_file_of_the_documentation_is_read_and_asks_for_all_it_shows():
    text = (Path(__file__).parents[1] / "docs" / "security.md").read_text()
    (block,) = re.findall(r"^```yaml\n(tls_server_config:.*?)^```", text, re.DOTALL | re.MULTILINE)
    web = parse_web_config(block, "web.yml")

    assert web.tls.client_auth is ClientAuth.REQUIRED
    assert (list(web.users), list(web.headers)) == (["prometheus"], ["Strict-Transport-Security"])


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("aT1:$#\n", max_size=8))
VALUES = st.recursive(
    SCALARS | st.sampled_from([*map(str, ClientAuth), "TLS12", "TLS13", HASH, "deny", "CurveP256"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*TLS_KEYS, "headers", "http2", *HEADERS]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*WEB_KEYS, "zz"]), VALUES, max_size=4))
def test_whatever_is_written_is_read_as_written_or_is_a_mistake(document):
    web = read(yaml.safe_dump(document))

    if web is not None:
        assert (web.tls is None) == ("tls_server_config" not in document)
        assert set(web.users) == set(document.get("basic_auth_users", {}))


@given(st.text(max_size=60))
def test_any_text_is_read_or_is_a_mistake(text):
    web = read(text)

    assert web is None or web == WebConfig()


def read(text):
    """Return what a text says; None of one with mistakes, each of which says what to do."""
    try:
        return parse_web_config(text, "web.yml")
    except InvalidConfig as error:
        remedies = re.compile(r"; |did you mean|needs `|check indentation")
        unmended = [each.message for each in error.problems if not remedies.search(each.message)]
        if unmended:
            pytest.fail(f"no remedy in {unmended}")
        return None
