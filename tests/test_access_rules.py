"""The rules in force: from the settings and files, read again, and refused where nobody decided."""

import asyncio
import logging
import re
import ssl
from contextlib import asynccontextmanager

import pytest
from authorities import HASH, Authority, lock
from settings_texts import settings

from exporters.access import keeper
from exporters.access.keeper import Keeper
from exporters.access.rules import OpenToAll, Rules, read_rules
from monitor.config import InvalidConfig

DIGEST = "a" * 64
TOKENS = f"tokens: [{{name: a, sha256: {DIGEST}}}]"
MUTUAL = "client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with an authority's certificate, a server's, another's key, and one with a password."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    authority.sign("server")
    authority.sign("other")
    (folder / "empty.pem").write_text("nothing\n")
    lock(folder / "server.key", folder / "locked.key")
    return folder


def rules_of(folder, text, server="host: 127.0.0.1") -> Rules:
    (folder / "web.yml").write_text(text)
    return read_rules(settings(f"server: {{{server}, web_config: {folder / 'web.yml'}}}"))[0]


def tls(text="", key="server.key", cert="server.pem"):
    return f"tls_server_config: {{cert_file: {cert}, key_file: {key}, {text}}}"


def test_a_certificate_and_its_key_encrypt(folder):
    context = rules_of(folder, tls("min_version: TLS13, curve_preferences: [CurveP256]")).context

    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    assert context.verify_mode is ssl.CERT_NONE
    assert rules_of(folder, "{}").context is None


def test_suites_are_those_that_are_named(folder):
    named = "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384], max_version: TLS12"
    context = rules_of(folder, tls(named)).context
    offered = [each["name"] for each in context.get_ciphers() if each["protocol"] == "TLSv1.2"]

    assert offered == ["ECDHE-RSA-AES256-GCM-SHA384"]
    assert context.maximum_version is ssl.TLSVersion.TLSv1_2


def test_clients_certificates_are_verified_where_that_is_asked(folder):
    rules = rules_of(folder, tls(f"{MUTUAL}, client_allowed_sans: [a.example]"))

    assert rules.context.verify_mode is ssl.CERT_REQUIRED
    assert (rules.needs_certificate, rules.peers) == (True, {"a.example"})
    inline = (folder / "ca.pem").read_text().replace("\n", "\\n")
    optional = f'client_auth_type: VerifyClientCertIfGiven, client_ca: "{inline}"'
    assert rules_of(folder, tls(optional)).context.verify_mode is ssl.CERT_OPTIONAL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (tls(key="gone.key"), "tls_server_config.key_file: FOLDER/gone.key cannot be read: No such file or directory; put a file there that this user reads"),
        (tls(cert="."), "tls_server_config.cert_file: FOLDER cannot be read: Is a directory; put a file there that this user reads"),
        (tls(key="other.key"), "tls_server_config.key_file: FOLDER/other.key is not the key of the certificate in FOLDER/server.pem; put the two together"),
        (tls(cert="empty.pem"), "tls_server_config.cert_file: FOLDER/empty.pem and FOLDER/server.key are no certificate and key; write both as PEM"),
        (tls(MUTUAL.replace("ca.pem", "empty.pem")), "tls_server_config.client_ca_file: holds no certificate; write it as PEM"),
        (tls(MUTUAL.replace("ca.pem", "gone.pem")), "tls_server_config.client_ca_file: FOLDER/gone.pem cannot be read: No such file or directory; put a file there that this user reads"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_with_its_key(folder, text, message):
    with pytest.raises(InvalidConfig) as caught:
        rules_of(folder, text)

    (problem,) = caught.value.problems
    assert str(problem) == f"{folder}/web.yml: {message}".replace("FOLDER", str(folder))


def test_a_key_with_a_password_asks_nobody_for_it(folder):
    with pytest.raises(InvalidConfig, match=r"locked\.key is protected by a password; write the"):
        rules_of(folder, tls(key="locked.key"))


@pytest.mark.parametrize(
    ("server", "web"),
    [
        ("host: 0.0.0.0", "{}"),
        ("host: '::'", tls()),
        (
            "host: 10.0.0.7",
            tls("client_auth_type: VerifyClientCertIfGiven, client_ca_file: ca.pem"),
        ),
        ("host: monitor.example", "basic_auth_users: {}"),
    ],
)
def test_who_lets_everybody_ask_must_say_so(folder, server, web):
    with pytest.raises(OpenToAll) as caught:
        rules_of(folder, web, server)

    for way in ("--web.config.file", "`monitor token NAME`", "127.0.0.1", "--open"):
        assert way in str(caught.value)
    assert rules_of(folder, web, f"{server}, open: true") is not None


@pytest.mark.parametrize(
    ("server", "web"),
    [
        ("host: 127.0.0.1", "{}"),
        ("host: '::1'", "{}"),
        ("host: 0.0.0.0", f"basic_auth_users: {{ann: {HASH}}}"),
        ("host: 0.0.0.0", tls(MUTUAL)),
        (f"host: 0.0.0.0, {TOKENS}", "{}"),
    ],
)
def test_loopback_and_what_asks_for_something_needs_no_word(folder, server, web):
    assert rules_of(folder, web, server) is not None


def test_unencrypted_passwords_beyond_loopback_are_warned_of(folder):
    assert "unencrypted" in rules_of(folder, "{}", f"host: 0.0.0.0, {TOKENS}").warning
    assert rules_of(folder, "{}", f"host: 127.0.0.1, {TOKENS}").warning is None
    assert rules_of(folder, tls(), f"host: 0.0.0.0, {TOKENS}").warning is None
    assert rules_of(folder, "{}", "host: 0.0.0.0, open: true").warning is None


def test_our_names_are_those_of_the_settings_the_machine_and_the_place(folder, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Box.example")
    rules = rules_of(folder, "{}", "host: Monitor.example, hosts: [A.example], open: true")

    assert rules.hosts == {"a.example", "box.example", "monitor.example"}


@asynccontextmanager
async def looking(monkeypatch, folder, text):
    """A keeper that looks at its files at once."""
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.01)
    (folder / "web.yml").write_text(text)
    kept = Keeper(settings(f"server: {{web_config: {folder / 'web.yml'}}}"))
    task = asyncio.create_task(kept.run())
    await asyncio.sleep(0.05)
    try:
        yield kept
    finally:
        task.cancel()


async def changed(kept, before):
    async with asyncio.timeout(10):
        while kept.rules is before:
            await asyncio.sleep(0.01)
    return kept.rules


async def test_a_new_file_is_read_and_a_bad_one_changes_nothing(folder, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    async with looking(monkeypatch, folder, f"basic_auth_users: {{ann: {HASH}}}") as kept:
        before = kept.rules
        (folder / "web.yml").write_text("basic_auth_users: {ann: mistake}")
        await asyncio.sleep(0.3)
        refusals = [each for each in caplog.messages if "refused" in each]

        assert kept.rules is before
        assert len(refusals) == 2, "its head and its mistake, once"
        assert re.search(r"basic_auth_users\.ann: is not a bcrypt hash", refusals[1])
        (folder / "web.yml").write_text("{}")
        assert (await changed(kept, before)).passwords is None


async def test_a_bug_while_reading_ends_no_looking(folder, monkeypatch, caplog):
    def broken(_settings):
        raise RuntimeError("surprise")

    async with looking(monkeypatch, folder, f"basic_auth_users: {{ann: {HASH}}}") as kept:
        before = kept.rules
        with monkeypatch.context() as bug:
            bug.setattr(keeper, "read_rules", broken)
            (folder / "web.yml").write_text("{} # a bug")
            async with asyncio.timeout(10):
                while "bug while reading" not in caplog.text:
                    await asyncio.sleep(0.01)
        assert kept.rules is before
        (folder / "web.yml").write_text("{} # no more")
        assert (await changed(kept, before)).passwords is None


async def test_a_new_certificate_is_used_for_new_connections(folder, monkeypatch, tmp_path):
    Authority(tmp_path).sign("server")
    async with looking(monkeypatch, tmp_path, tls()) as kept:
        before = kept.rules
        Authority(tmp_path, "newer").sign("server")

        assert (await changed(kept, before)).context is not before.context


def test_other_settings_are_in_force_at_once_and_bad_ones_are_not(folder):
    kept = Keeper(settings())
    kept.configure(settings(f"server: {{{TOKENS}}}"))
    before = kept.rules
    kept.configure(settings("server: {host: 0.0.0.0}"))

    assert list(before.tokens) == [DIGEST]
    assert kept.rules is before
