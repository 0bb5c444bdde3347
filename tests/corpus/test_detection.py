"""Every detector over every recording and every captured body: a page is one platform's or
nobody's, never two's.

What each is was written down from where it was captured (`captures/SOURCES.tsv`, the recordings'
addresses).
"""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor import platforms
from monitor.kit.protocol import Response
from tests.corpus.captures import everything
from tests.drive import recognised

pytestmark = pytest.mark.corpus

RECORDINGS = {
    "aiven-2026-03-17": "incidentio",
    "aws-2026-07": "aws",
    "azure-2026-07-23-active": "azure",
    "azure-2026-08-01-empty": "azure",
    "circleci-2021-01-22": "statuspage",
    "claude-2026-05-31": "statuspage",
    "claude-2026-07-29-major": "statuspage",
    "cloudflare-2026-07-30": "statuspage",
    "deleted-statuspage": None,  # the host answers alike for every name it does not know
    "digitalocean-2026-08-19": "statuspage",
    "github-2026-07-30": "statuspage",
    "gitlab-2026-07-01": "statusio",
    "google-cloud-2025-06-12-open": "google",
    "google-cloud-2026-08-20": "google",
    "google-workspace-2026-07-31": "google",
    "huggingface-2026-09-19": "betterstack",
    "linear-2026-03-17": "incidentio",
    "miro-2026-03-17-parent": "incidentio",
    "openai-2026-03-17": "incidentio",
    "openai-compat-2026-07-09": "incidentio",
    "redis-2026-07": "firehydrant",
    "slack-2024-02-27-active": "slack",
    "trello-2021-10-18": "statuspage",
    "twilio-2026-08-12": "statuspage",
    "xai-2026-09-03": "xai",
}

FOLDERS = {
    "apple": "apple",
    "aws": "aws",
    "azure": "azure",
    "azure-devops": "azuredevops",
    "betterstack": "betterstack",
    "cachet": "cachet",
    "checkly": "checkly",
    "cstate": "cstate",
    "datadog": "datadog",
    "firehydrant": "firehydrant",
    "flashduty": "flashduty",
    "gatus": "gatus",
    "google-cloud": "google",
    "google-workspace": "google",
    "heroku": "heroku",
    "ibm-cloud": "ibm",
    "incidentio": "incidentio",
    "instatus": "instatus",
    "metastatus": "meta",
    "microsoft": "microsoft365",
    "ohdear": "ohdear",
    "okta": "okta",
    "pagerduty": "pagerduty",
    "salesforce": "salesforce",
    "sap-concur": "concur",
    "slack": "slack",
    "sorry": "sorry",
    "statuscast": "statuscast",
    "statusio": "statusio",
    "statusiq": "statusiq",
    "statuspage": "statuspage",
    "statuspal": "statuspal",
    "upptime": "upptime",
    "uptimecom": "uptimecom",
    "uptimekuma": "uptimekuma",
    "uptimerobot": "uptimerobot",
    "xai": "xai",
    "zendesk": "zendesk",
    "zscaler": "zscaler",
}
"""The platform of a folder's captures. Those of other folders (alibaba, html-bespoke) are of pages
nobody reads."""


def hosts(corpus: Path) -> dict[str, str]:
    """Return the address a capture was taken from, where its source tells the host."""
    lines = (
        line.split("\t") for line in (corpus / "captures" / "SOURCES.tsv").read_text().splitlines()
    )
    found = {name: address.partition(" ")[0] for name, _, address, *_ in lines}
    return {
        name: f"https://{address}"
        for name, address in found.items()
        if "." in address.partition("/")[0]
    }


def test_a_recording_is_claimed_by_its_own_platform_alone(corpus: Path) -> None:
    found = {
        name: set(recognised(responses))
        for name, responses in everything(corpus)
        if "/" not in name
    }

    assert found == {
        name: {platform} if platform else set() for name, platform in RECORDINGS.items()
    }


def test_a_captured_body_is_claimed_by_its_own_platform_or_by_nobody(corpus: Path) -> None:
    """One body alone often proves nothing, a list of incidents say; what matters is that no other
    platform takes it. A feed alone may be read as any feed.

    Each is looked at where it was captured, and at an address that tells nothing.
    """
    known, wrong = hosts(corpus), {}
    for name, responses in everything(corpus):
        folder = name.partition("/")[0]
        if "/" not in name:
            continue
        allowed = {FOLDERS[folder]} if folder in FOLDERS else set()
        allowed |= (
            {"feed"}
            if responses[0].body.lstrip()[:200].count(b"<rss")
            + responses[0].body[:300].count(b"<feed")
            else set()
        )
        for url in {responses[0].url, known.get(name, responses[0].url)}:
            body = responses[0].body
            found = set(recognised([Response(url=url, final_url=url, status=200, body=body)]))
            if not found <= allowed:
                wrong[name, urlsplit(url).hostname] = found

    assert wrong == {}


def test_every_folder_of_captures_is_somebody_s_or_known_to_be_nobody_s(corpus: Path) -> None:
    folders = {path.name for path in (corpus / "captures").iterdir() if path.is_dir()}

    assert folders - FOLDERS.keys() == {"alibaba", "html-bespoke"}
    assert set(FOLDERS.values()) | set(filter(None, RECORDINGS.values())) <= set(platforms.names())
