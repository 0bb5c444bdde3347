"""`monitor serve` and `check`: who may ask is decided before anything listens."""

import json

import pytest

from tests.integration.servers import free_port

pytestmark = pytest.mark.hours
VENDORS = "vendors: [{slug: acme, url: 'http://127.0.0.1:9/', allow_private: true}]\n"
REFUSED = "refused to listen on 0.0.0.0: everybody who reaches it could ask"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.delenv("MONITOR_OPEN", raising=False)

    def write(text):
        (tmp_path / "monitor.yaml").write_text(VENDORS + text)

    write("")
    return write


def test_serve_refuses_what_everybody_could_ask_and_says_the_ways_out(monitor, settings):
    code, out, err = monitor("serve", "--listen", f"0.0.0.0:{free_port()}")

    assert (code, out) == (2, "")
    assert REFUSED in err
    assert "--web.config.file" in err
    assert "--open" in err
    assert "Traceback" not in err


def test_serve_names_the_mistakes_of_a_web_configuration_file(monitor, settings, tmp_path):
    (tmp_path / "web.yml").write_text("rate_limit: {}\nbasic_auth_users: {ann: hunter2}\n")
    code, _, err = monitor("serve", "--web.config.file", "web.yml")

    assert code == 2
    assert "web.yml: 2 mistakes\n" in err
    assert "web.yml:2: basic_auth_users.ann: is not a bcrypt hash" in err


def test_serve_says_that_a_web_configuration_file_is_missing(monitor, settings):
    code, _, err = monitor("serve", "--web.config.file", "gone.yml")

    assert code == 2
    assert "gone.yml: there is no such file; write one, or leave out the option" in err


def test_check_says_what_serve_would_refuse(monitor, settings, monkeypatch):
    settings("server: 0.0.0.0:9184\n")
    code, _, err = monitor("check")

    assert code == 0
    assert f"`monitor serve` will not start: {REFUSED}" in err
    monkeypatch.setenv("MONITOR_OPEN", "true")
    assert REFUSED not in monitor("check")[2]
    monkeypatch.setenv("MONITOR_OPEN", "perhaps")
    assert "MONITOR_OPEN: 'perhaps' is not true or false" in monitor("check")[2]


def test_check_finds_the_mistakes_of_the_web_configuration_file(monitor, settings, tmp_path):
    settings("server: {web_config: web.yml}\n")
    (tmp_path / "web.yml").write_text("rate_limit: {}\n")
    code, out, _ = monitor("check", "--format", "json")

    assert code == 2
    assert json.loads(out)["mistakes"] == [
        "web.yml:1: rate_limit: requests are not counted here, connections are bounded; remove it"
    ]
