"""`monitor detect`: what a page is, reached as the settings say."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pages_at_hand import PARTS, Command, truth
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor import platforms
from monitor.config import Header, VendorConfig
from monitor.demo.server import Simulator
from monitor.demo.truth import Truth
from monitor.runtime import ad_hoc_vendor, ephemeral
from tests.processes import served

pytestmark = pytest.mark.hours


@pytest.mark.parametrize("platform", ["statuspage", "incidentio"])
def test_detect_says_what_a_page_is_how_far_back_it_goes_and_what_it_says_now(
    monitor: Command, tmp_path: Path, platform: str
) -> None:
    with served(truth(platform)) as simulator:
        simulator_url = simulator.vendors[0].url
        code, out, _ = monitor("detect", simulator_url, "--allow-private")
    first, *_ = lines = out.splitlines()
    about = platforms.named(platform).ABOUT

    assert code == 0
    assert first == f"{about.title} ({platform}), verified on answers of {about.verified}"
    assert f"live: {about.live}" in lines
    assert any(
        line.startswith("history: since the page exists, per component, to the second. ")
        for line in lines
    )
    assert f"note: {about.caveat}" in lines
    assert any(line.startswith("now, 4 components") for line in lines)
    assert "  4 operational" in lines
    assert lines[-1] == f"next: monitor add {simulator_url} --allow-private"
    assert list(tmp_path.iterdir()) == []


def test_after_a_look_at_a_watched_page_a_report_is_the_next_step(
    monitor: Command, tmp_path: Path
) -> None:
    with served(truth()) as simulator:
        url = simulator.vendors[0].url
        (tmp_path / "m.yaml").write_text(f"vendors: [{{slug: acme, url: '{url}'}}]\n")
        out = monitor("detect", "acme", "--allow-private", "--config", "m.yaml")[1]

    assert out.endswith("\nnext: monitor report acme --config m.yaml\n")


def test_detect_writes_json_for_scripts(monitor: Command) -> None:
    with served(truth()) as simulator:
        code, out, _ = monitor(
            "detect", simulator.vendors[0].url, "--allow-private", "--format", "json"
        )
    told = json.loads(out)

    assert code == 0
    assert (told["platform"], told["error"], told["about"]["title"]) == (
        "statuspage",
        None,
        "Atlassian Statuspage",
    )
    assert len({sign["kind"] for sign in told["evidence"]}) >= 2
    assert {part["name"]: part["level"] for part in told["components"]} == {
        name: "operational" for _, name in PARTS
    }


class ProxySimulator(Simulator):
    """A page that answers for whatever host it is asked for, as a proxy does."""

    def application(self, truth: Truth) -> ASGIApp:
        page = super().application(truth)

        async def asked(scope: Scope, receive: Receive, send: Send) -> None:
            await page({**scope, "path": urlsplit(scope["path"]).path}, receive, send)

        return asked


LOOKS = {
    "detect": ("detect", "http://status.acme.example/"),
    "record": ("record", "http://status.acme.example/", "folder"),
    "add": ("add", "http://status.acme.example/", "--all"),
    "check": ("check", "--live"),
}


@pytest.mark.slow
@pytest.mark.parametrize("words", LOOKS.values(), ids=LOOKS)
def test_a_page_is_looked_at_by_the_proxy_of_the_settings(
    monitor: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    with served(truth(), kind=ProxySimulator) as simulator:
        proxy = simulator.vendors[0].url.rstrip("/")
        vendor = "{slug: other, url: 'http://status.other.example/', platform: statuspage}"
        (tmp_path / "monitor.yaml").write_text(
            f"network: {{proxy: '{proxy}'}}\nvendors: [{vendor}]\n"
        )
        code, out, err = monitor(*words)

    assert (code, "no connection" in out + err) == (0, False), out + err


@pytest.mark.parametrize("words", LOOKS.values(), ids=LOOKS)
def test_a_certificate_of_the_settings_that_is_not_there_is_told_before_a_page_is_looked_at(
    monitor: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "monitor.yaml").write_text("network: {ca_file: missing.pem}\nvendors: [openai]\n")

    code, _, err = monitor(*words)

    assert code == 2
    assert "missing.pem" in err


def test_a_page_is_looked_at_with_the_headers_and_limits_of_the_vendor_that_has_its_address() -> (
    None
):
    token = Header(name="Authorization", kind="env", value="TOKEN")
    acme = VendorConfig(
        slug="acme", name="Acme", url="https://status.acme.example/", headers=(token,), timeout_seconds=7.0,
        platform="statuspage", include=("API",),
    )  # fmt: skip
    settings = ephemeral(acme)

    known = ad_hoc_vendor(acme.url, like=settings)
    other = ad_hoc_vendor("https://status.other.example/", like=settings)

    assert (known.headers, known.timeout_seconds) == ((token,), 7.0)
    assert (known.platform, known.include) == (None, ())
    assert other.headers == ()
